import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { ApprovalLevel } from "../kernel/actor.ts";
import { isId } from "../kernel/ids.ts";
import { everyScope, knownScopes, privateScopes } from "../scopes.ts";
import "../modules/automation/webhooks/endpoint.ts";
import "../modules/calendar/feeds/feed.ts";
import { findWorkspace, print, withInstallation } from "./open.ts";

type Common = { workspace?: string; json?: boolean };
type Creating = Common & {
  scopes: string[];
  approval: ApprovalLevel;
  name: string;
  kind: "workspace" | "private";
  test?: boolean;
  expires?: Date;
  rate?: number;
};

export function addKeys(program: Command): void {
  const keys = program.command("keys").description("API keys and tokens of the private bookings API");
  keys
    .command("create")
    .description("make a key and print it; it cannot be read again")
    .requiredOption("--scopes <list>", "comma-separated scopes, or all", parseScopes)
    .option("--approval <level>", "full, with-approval or read-only", parseLevel, "full")
    .option("--workspace <slug>", "whose key it is; not needed where there is one workspace")
    .option("--name <name>", "what people call it", "key")
    .option("--kind <kind>", "workspace, or private for the private bookings API", parseKind, "workspace")
    .option("--test", "a fd_test_ key instead of fd_live_")
    .option("--expires <date>", "ISO date after which it no longer works", parseDate)
    .option("--rate <n>", "requests per second of this key alone", parseRate)
    .option("--json", "print JSON")
    .action(create);
  keys.command("list").option("--workspace <slug>", "whose keys").option("--json", "print JSON").action(list);
  keys
    .command("rotate")
    .description("give a key a new secret; the old one stops working at once")
    .argument("<id>", "the key's id, as keys list prints it")
    .option("--workspace <slug>", "whose key")
    .option("--json", "print JSON")
    .action(rotate);
  keys
    .command("revoke")
    .description("end a key at once")
    .argument("<id>", "the key's id, as keys list prints it")
    .option("--workspace <slug>", "whose key")
    .option("--json", "print JSON")
    .action(revoke);
}

async function create(options: Creating): Promise<void> {
  const scopes = options.scopes.includes("all")
    ? options.kind === "private"
      ? [...privateScopes]
      : [...everyScope]
    : options.scopes;
  await withInstallation(async (installation) => {
    const workspace = await findWorkspace(installation, options.workspace);
    const issued = await installation.credentials.issue({
      workspaceId: workspace.id,
      kind: options.kind,
      name: options.name,
      scopes,
      approvalLevel: options.approval,
      mode: options.test ? "test" : "live",
      ...(options.expires ? { expiresAt: options.expires } : {}),
      ...(options.rate ? { ratePerSecond: options.rate } : {}),
    });
    const shown = {
      id: issued.id,
      key: issued.secret,
      workspace: workspace.slug,
      kind: options.kind,
      scopes,
      approval: options.approval,
    };
    print(options.json, shown, [
      issued.secret,
      `Key ${issued.id} of ${workspace.slug}. Keep it: it is shown this once.`,
    ]);
  });
}

async function list(options: Common): Promise<void> {
  await withInstallation(async (installation) => {
    const workspace = await findWorkspace(installation, options.workspace);
    const rows = await installation.database.system("authenticate", (kysely) =>
      kysely
        .selectFrom("api_keys")
        .select([
          "id",
          "kind",
          "name",
          "prefix",
          "scopes",
          "approval_level",
          "created_at",
          "last_used_at",
          "revoked_at",
          "expires_at",
        ])
        .where("workspace_id", "=", workspace.id)
        .orderBy("id")
        .execute(),
    );
    const state = (row: { revoked_at: Date | null; expires_at: Date | null }) =>
      row.revoked_at
        ? "revoked"
        : row.expires_at && row.expires_at <= installation.clock.now()
          ? "expired"
          : "in force";
    print(
      options.json,
      rows,
      rows.map(
        (row) =>
          `${row.id}  ${row.prefix}…  ${row.kind}  ${row.approval_level}  ${state(row)}  ${row.name}  ${row.scopes.length} scopes`,
      ),
    );
  });
}

async function rotate(id: string, options: Common): Promise<void> {
  await withInstallation(async (installation) => {
    const workspace = await findWorkspace(installation, options.workspace);
    const issued = isId(id) && (await installation.credentials.rotate(workspace.id, id));
    if (!issued) throw noKey(workspace, id);
    print(options.json, { id: issued.id, key: issued.secret }, [
      issued.secret,
      "The old secret no longer works. Keep this one: it is shown this once.",
    ]);
  });
}

async function revoke(id: string, options: Common): Promise<void> {
  await withInstallation(async (installation) => {
    const workspace = await findWorkspace(installation, options.workspace);
    if (!isId(id) || !(await installation.credentials.revoke(workspace.id, id))) throw noKey(workspace, id);
    const { stopped, feeds } = await installation.database.read(workspace.id, async (db) => ({
      stopped: await db
        .from("webhook_endpoints")
        .select("id")
        .where("set_up_by", "=", id)
        .where("is_active", "=", true)
        .execute(),
      feeds: await db.from("calendar_feeds").select("id").where("set_up_by", "=", id).execute(),
    }));
    const ids = (rows: readonly { id: string }[]) => rows.map((one) => one.id);
    const ended = { webhooks_stopped: ids(stopped), calendar_feeds_stopped: ids(feeds) };
    print(options.json, { id, revoked: true, ...ended }, [
      `Key ${id} no longer works.`,
      ...(stopped.length > 0
        ? [`Webhooks it set up, which deliver nothing any more: ${stopped.length}.`]
        : []),
      ...(feeds.length > 0
        ? [`Calendars of bookings it was told the address of, which lead nowhere any more: ${feeds.length}.`]
        : []),
    ]);
  });
}

function noKey({ slug }: { slug: string }, id: string): Error {
  return new Error(`${slug} has no key ${id} in force. frontdesk keys list prints the ids of those it has.`);
}

function parseScopes(text: string): string[] {
  const scopes = text
    .split(",")
    .map((scope) => scope.trim())
    .filter(Boolean);
  const unknown = scopes.filter((scope) => scope !== "all" && !knownScopes.has(scope));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Unknown: ${unknown.join(", ")}. Known: ${[...knownScopes].join(", ")}.`);
  }
  return scopes;
}

function parseLevel(text: string): ApprovalLevel {
  if (text === "full" || text === "with-approval" || text === "read-only") return text;
  throw new InvalidArgumentError("Choose full, with-approval or read-only.");
}

function parseKind(text: string): "workspace" | "private" {
  if (text === "workspace" || text === "private") return text;
  throw new InvalidArgumentError("Choose workspace or private.");
}

function parseDate(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError("Write it as 2027-01-31.");
  return at;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return rate;
}
