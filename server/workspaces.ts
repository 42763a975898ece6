import type { Kysely } from "kysely";
import type { App } from "./kernel/app.ts";
import { newId } from "./kernel/ids.ts";
import type { Tables } from "./kernel/tables.ts";

export type NewWorkspace = {
  name: string;
  timeZone: string;
  country: string;
  slug?: string;
  credits?: number;
};

export type CreatedWorkspace = { id: string; slug: string; adminId: string };

const startingCredits = 1_000_000;

/** Creates a workspace with its first administrator and its starting credits. */
export async function createWorkspace(
  app: Pick<App, "clock" | "database">,
  wanted: NewWorkspace,
  admin: { name: string; email?: string; phone?: string },
): Promise<CreatedWorkspace> {
  const now = app.clock.now();
  const id = newId(now);
  const adminId = newId(now);
  return app.database.system("create-workspace", async (kysely) => {
    const slug = await freeSlug(kysely, wanted.slug ?? slugOf(wanted.name));
    await kysely
      .insertInto("workspaces")
      .values({
        id,
        name: wanted.name,
        slug,
        settings: "{}",
        time_zone: wanted.timeZone,
        country: wanted.country,
        created_at: now,
        updated_at: now,
      })
      .execute();
    await kysely
      .insertInto("members")
      .values({
        workspace_id: id,
        id: adminId,
        name: admin.name,
        email: admin.email ?? null,
        phone: admin.phone ?? null,
        role: "client_admin",
        created_at: now,
      })
      .execute();
    const credits = wanted.credits ?? startingCredits;
    await kysely
      .insertInto("credit_balances")
      .values({ workspace_id: id, available: credits, held: 0 })
      .execute();
    await kysely
      .insertInto("credit_entries")
      .values({
        workspace_id: id,
        id: newId(now),
        kind: "grant",
        amount: credits,
        hold_id: null,
        operation: "create_workspace",
        note: "starting credits",
        created_at: now,
      })
      .execute();
    return { id, slug, adminId };
  });
}

/** "Pipe & Drain Co." → "pipe-drain-co". */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
  return slug || "workspace";
}

async function freeSlug(kysely: Kysely<Tables>, wanted: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const slug = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    const taken = await kysely
      .selectFrom("workspaces")
      .select("id")
      .where("slug", "=", slug)
      .executeTakeFirst();
    if (!taken) return slug;
  }
}
