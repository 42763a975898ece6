/** People across workspaces: only the sign-in sees them like this, so all of it runs beside the wall. */
import type { Kysely } from "kysely";
import type { App } from "../../../kernel/app.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Tables } from "../../../kernel/tables.ts";

type Installed = Pick<App, "clock" | "database">;

export type Person = {
  id: string;
  email: string;
  full_name: string;
  status: string;
  last_workspace_id: string | null;
  hash: string | null;
};

export type Membership = { workspaceId: string; memberId: string; company: string; role: string };

export async function personByEmail(app: Installed, email: string): Promise<Person | undefined> {
  return app.database.system("authenticate", (kysely) => findPerson(kysely, email));
}

export async function personById(app: Installed, id: string): Promise<Person | undefined> {
  return app.database.system("authenticate", (kysely) =>
    people(kysely).where("person.id", "=", id).executeTakeFirst(),
  );
}

function findPerson(kysely: Kysely<Tables>, email: string): Promise<Person | undefined> {
  return people(kysely)
    .where((where) => where(where.fn<string>("lower", ["person.email"]), "=", email.trim().toLowerCase()))
    .executeTakeFirst();
}

function people(kysely: Kysely<Tables>) {
  return kysely
    .selectFrom("users as person")
    .leftJoin("user_passwords as password", "password.user_id", "person.id")
    .select(["person.id", "person.email", "person.full_name", "person.status", "person.last_workspace_id"])
    .select("password.hash");
}

/** The workspaces somebody works in, by name. */
export async function membershipsOf(app: Installed, userId: string): Promise<Membership[]> {
  return app.database.system("authenticate", (kysely) =>
    kysely
      .selectFrom("members as member")
      .innerJoin("workspaces as workspace", "workspace.id", "member.workspace_id")
      .select(["member.workspace_id as workspaceId", "member.id as memberId", "member.role"])
      .select("workspace.name as company")
      .where("member.user_id", "=", userId)
      .where("member.status", "=", "active")
      .orderBy("workspace.name")
      .orderBy("workspace.id")
      .execute(),
  );
}

/** A new person with a password; undefined when the address has been taken, however shortly before. */
export async function createPerson(
  app: Installed,
  person: { email: string; fullName: string; hash: string },
): Promise<string | undefined> {
  const now = app.clock.now();
  return app.database.system("authenticate", (kysely) => insertPerson(kysely, now, person));
}

async function insertPerson(
  kysely: Kysely<Tables>,
  now: Date,
  { email, fullName, hash }: { email: string; fullName: string; hash: string },
): Promise<string | undefined> {
  const row = await kysely
    .insertInto("users")
    .values({
      id: newId(now),
      email: email.trim().toLowerCase(),
      full_name: fullName,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row) await storeHash(kysely, now, row.id, hash);
  return row?.id;
}

async function storeHash(kysely: Kysely<Tables>, now: Date, userId: string, hash: string): Promise<void> {
  const changed = { hash, changed_at: now };
  await kysely
    .insertInto("user_passwords")
    .values({ user_id: userId, ...changed })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet(changed))
    .execute();
}

/**
 * Gives a member of a workspace a password, by e-mail address, and ends the person's sessions. Where nobody has that address,
 * the person becomes an administrator. For whoever holds the installation: no role is asked for.
 */
export async function setPassword(
  app: Installed,
  wanted: { workspaceId: string; email: string; name?: string; hash: string },
): Promise<{ memberId: string; created: boolean }> {
  const now = app.clock.now();
  const email = wanted.email.trim().toLowerCase();
  return app.database.system("authenticate", async (kysely) => {
    const member = await kysely
      .selectFrom("members")
      .select(["id", "name"])
      .where("workspace_id", "=", wanted.workspaceId)
      .where((where) => where(where.fn<string>("lower", ["email"]), "=", email))
      .where("status", "<>", "removed")
      .forUpdate()
      .executeTakeFirst();
    const fullName = wanted.name ?? member?.name ?? email;
    const known = await findPerson(kysely, email);
    const userId = known?.id ?? (await insertPerson(kysely, now, { email, fullName, hash: wanted.hash }));
    if (userId === undefined) throw new Error(`${email} was taken just now; try again.`);
    if (known) await storeHash(kysely, now, known.id, wanted.hash);
    await kysely.deleteFrom("user_sessions").where("user_id", "=", userId).execute();
    const joined = { user_id: userId, status: "active", joined_at: now };
    if (member) {
      await kysely
        .updateTable("members")
        .set(joined)
        .where("workspace_id", "=", wanted.workspaceId)
        .where("id", "=", member.id)
        .execute();
      return { memberId: member.id, created: false };
    }
    const memberId = newId(now);
    await kysely
      .insertInto("members")
      .values({
        workspace_id: wanted.workspaceId,
        id: memberId,
        name: fullName,
        email,
        ...joined,
        role: "client_admin",
        created_at: now,
      })
      .execute();
    return { memberId, created: true };
  });
}
