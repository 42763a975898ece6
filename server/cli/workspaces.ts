import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { createWorkspace } from "../workspaces.ts";
import { print, withInstallation } from "./open.ts";

type Creating = {
  name: string;
  slug?: string;
  timeZone: string;
  country: string;
  adminName: string;
  adminEmail?: string;
  json?: boolean;
};

export function addWorkspaces(program: Command): void {
  const workspaces = program.command("workspaces").description("the businesses of this installation");
  workspaces
    .command("create")
    .requiredOption("--name <name>", "the business' name")
    .option("--slug <slug>", "its name in addresses; made from the name otherwise")
    .option("--time-zone <zone>", "IANA zone", parseZone, "Europe/London")
    .option("--country <code>", "ISO country, for numbers written the national way", parseCountry, "GB")
    .option("--admin-name <name>", "its first administrator", "Owner")
    .option("--admin-email <address>", "the administrator's e-mail address")
    .option("--json", "print JSON")
    .action(create);
  workspaces.command("list").option("--json", "print JSON").action(list);
}

async function create(options: Creating): Promise<void> {
  await withInstallation(async (installation) => {
    const { name, slug, timeZone, country } = options;
    const made = await createWorkspace(
      installation,
      { name, timeZone, country, ...(slug ? { slug } : {}) },
      { name: options.adminName, ...(options.adminEmail ? { email: options.adminEmail } : {}) },
    );
    print(options.json, { id: made.id, slug: made.slug, admin_id: made.adminId }, [
      `${name} is workspace ${made.slug} (${made.id}).`,
      `Next: frontdesk keys create --scopes all --workspace ${made.slug}`,
      `To sign in: frontdesk people password --email ${options.adminEmail ?? "<address>"} --workspace ${made.slug}`,
    ]);
  });
}

async function list(options: { json?: boolean }): Promise<void> {
  await withInstallation(async ({ database }) => {
    const rows = await database.system("installation", (kysely) =>
      kysely
        .selectFrom("workspaces")
        .select(["id", "slug", "name", "time_zone", "country", "created_at"])
        .orderBy("slug")
        .execute(),
    );
    print(
      options.json,
      rows,
      rows.map((row) => `${row.slug}  ${row.name}  ${row.time_zone}  ${row.country}  ${row.id}`),
    );
  });
}

function parseZone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError("Give an IANA zone such as Europe/London.");
  }
}

function parseCountry(text: string): string {
  if (/^[A-Za-z]{2}$/.test(text)) return text.toUpperCase();
  throw new InvalidArgumentError("Give two letters, such as GB.");
}
