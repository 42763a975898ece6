import type { Kysely } from "kysely";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { declareError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import type { JsonObject, Tables } from "../../../kernel/tables.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";

/** Another workspace's provider and one that does not exist are the same to a key. */
export const unknownProvider = declareError(
  "UNAUTHORIZED",
  404,
  "No such provider, or the key belongs to another one.",
);

/** The workspace of this ctx, if that is the provider addressed: by its slug or by its id. */
export async function ownProvider(ctx: Ctx, providerId: string): Promise<WorkspaceRow> {
  const workspace = await workspaceOf(ctx);
  if (providerId !== workspace.id && providerId !== workspace.slug) throw noProvider(providerId);
  return workspace;
}

/** The workspace a public question is about. */
export async function findProvider(app: App, providerId: string): Promise<string> {
  if (!isName(providerId)) throw noProvider(providerId);
  const row = await app.database.system("identify-provider", (kysely) =>
    kysely
      .selectFrom("workspaces")
      .select("id")
      .where(isId(providerId) ? "id" : "slug", "=", providerId)
      .executeTakeFirst(),
  );
  if (!row) throw noProvider(providerId);
  return row.id;
}

// An id, or a slug as slugs are written: nothing else reaches the database.
function isName(providerId: string): boolean {
  return /^[a-z0-9-]{1,100}$/i.test(providerId);
}

export function noProvider(providerId: string) {
  return unknownProvider(`There is no provider ${providerId} for this call.`, {
    fix: "Take provider_id from /.well-known/agent-actions.json, and use a key of that provider.",
  });
}

export type PublicProvider = {
  id: string;
  slug: string;
  name: string;
  timeZone: string;
  description: string | undefined;
  industry: string | undefined;
  /** Whose identity credentials the business accepts. */
  trustedIssuers: readonly string[];
};

/** The workspaces with at least one service that anybody may book. */
export async function publicProviders(app: App): Promise<PublicProvider[]> {
  const rows = await app.database.system("identify-provider", (kysely) =>
    offering(kysely).orderBy("name").orderBy("id").limit(500).execute(),
  );
  return rows.map(presentProvider);
}

/** One of them, by slug or id; undefined for a business that offers nothing to strangers as for one that is none. */
export async function publicProvider(app: App, providerId: string): Promise<PublicProvider | undefined> {
  if (!isName(providerId)) return undefined;
  const row = await app.database.system("identify-provider", (kysely) =>
    offering(kysely)
      .where(isId(providerId) ? "id" : "slug", "=", providerId)
      .executeTakeFirst(),
  );
  return row && presentProvider(row);
}

/** Any business, for somebody who holds something of it already. */
export async function knownProvider(app: App, providerId: string): Promise<PublicProvider | undefined> {
  if (!isName(providerId)) return undefined;
  const row = await app.database.system("identify-provider", (kysely) =>
    shown(kysely)
      .where(isId(providerId) ? "id" : "slug", "=", providerId)
      .executeTakeFirst(),
  );
  return row && presentProvider(row);
}

function offering(kysely: Kysely<Tables>) {
  return shown(kysely).where((where) =>
    where.exists(
      where
        .selectFrom("scheduled_event_types")
        .select("scheduled_event_types.id")
        .whereRef("scheduled_event_types.workspace_id", "=", "workspaces.id")
        .where("is_bookable", "=", true)
        .where("is_active", "=", true),
    ),
  );
}

function shown(kysely: Kysely<Tables>) {
  return kysely.selectFrom("workspaces").select(["id", "slug", "name", "time_zone", "settings"]);
}

function presentProvider(row: {
  id: string;
  slug: string;
  name: string;
  time_zone: string;
  settings: JsonObject;
}): PublicProvider {
  const company = (row.settings["company"] ?? {}) as { description?: string; industry?: string };
  const agents = (row.settings["agents"] ?? {}) as { trusted_issuers?: string[] };
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    timeZone: row.time_zone,
    description: company.description ?? undefined,
    industry: company.industry ?? undefined,
    trustedIssuers: agents.trusted_issuers ?? [],
  };
}
