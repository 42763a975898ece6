import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type pg from "pg";
import { engineName, startHarness } from "../testing/harness.ts";
import { Database } from "./database.ts";
import type { Engine } from "./database.ts";
import { postgresEngine } from "./engine-postgres.ts";
import { TenantStore } from "./store.ts";

const frontdesk = await startHarness({ work: false });
const [one, two] = [await frontdesk.workspace(), await frontdesk.workspace()];
for (const [workspace, name] of [
  [one, "Mine"],
  [two, "Theirs"],
] as const) {
  await workspace.call("POST", "/api/v1/contacts", { first_name: name });
}

// One connection for everybody: whatever a unit of work leaves behind on it, the next one meets.
const single: Engine = frontdesk.databaseUrl
  ? await postgresEngine({ url: frontdesk.databaseUrl, poolSize: 1, log: frontdesk.app.log })
  : frontdesk.app.database.engine;
const database = new Database(single);
if (engineName === "postgres") {
  const { after } = await import("node:test");
  after(() => single.close());
}

/** Everybody's contacts as this scope sees them: the workspace is named but filters nothing, so only the second wall stands. */
const everything = (db: TenantStore) =>
  db.raw(
    sql<{ first_name: string }>`
      select first_name from contacts where ${db.workspaceId}::text is not null order by first_name`,
  );
const namesOf = async (workspaceId: string) =>
  (await database.read(workspaceId, everything)).map((row) => row.first_name);

test("on one connection, 1,000 interleaved and pipelined reads see their own workspace only", async () => {
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const [id, expected] = index % 2 === 0 ? [one.id, "Mine"] : [two.id, "Theirs"];
      const [first, second] = await database.read(id, (db) => Promise.all([everything(db), everything(db)]));
      for (const rows of [first, second]) {
        if (rows?.length !== 1 || rows[0]?.first_name !== expected) wrong.push(JSON.stringify(rows));
      }
    }),
  );
  assert.deepEqual(wrong, []);
});

test("an error in the middle leaves nothing of its scope to the next one", async () => {
  for (let round = 0; round < 50; round += 1) {
    const failing = database
      .transaction(one.id, (db) =>
        Promise.all([everything(db), db.raw(sql`select 1/0`), everything(db), db.raw(sql`nonsense`)]),
      )
      .catch(() => "failed");
    const [, seen] = await Promise.all([failing, namesOf(two.id)]);
    assert.equal(await failing, "failed");
    assert.deepEqual(seen, ["Theirs"]);
  }
});

test("without a workspace there are no rows, and none can be written", async () => {
  assert.deepEqual(await namesOf(""), []);
  assert.deepEqual(await namesOf(randomUUID()), []);
  await assert.rejects(namesOf("not-a-uuid"), /uuid/);
  assert.deepEqual(await namesOf(one.id), ["Mine"]);
  await assert.rejects(
    database.transaction(one.id, (db) =>
      db.raw(sql`
        insert into contacts (workspace_id, id, public_id, first_name, notes, created_at, updated_at)
        values (${two.id}, ${randomUUID()}, 'X', 'Smuggled', ${one.id}, ${sql.lit("2026-01-01")}, ${sql.lit("2026-01-01")})`),
    ),
    /row-level security/,
  );
  const touched = await database.transaction(one.id, (db) =>
    db.raw(
      sql`update contacts set first_name = 'Changed', notes = ${one.id} where workspace_id = ${two.id} returning id`,
    ),
  );
  assert.deepEqual(touched, []);
  assert.deepEqual(await namesOf(two.id), ["Theirs"]);
});

test("a scope that cannot be set throws the results away and the connection with them", async () => {
  const released: unknown[] = [];
  const note = (error: unknown) => released.push(error);
  single.pool.on("release", note);
  let answered = false;
  const look = async (db: TenantStore) => {
    const rows = await everything(db);
    answered = true;
    return rows;
  };
  try {
    await namesOf(one.id);
    assert.deepEqual(released.splice(0), [undefined]);
    // No setting can hold this, so the scope fails, and with it the batch it begins.
    const unsettable = "nobody\0";
    await assert.rejects(database.read(unsettable, look), /invalid byte/);
    await assert.rejects(database.transaction(unsettable, look), /invalid byte/);
    // Nor does it go unnoticed where nobody waits for the answer.
    const unheard = database.read(unsettable, async (db) => void look(db).catch(() => undefined));
    await assert.rejects(unheard, /invalid byte/);
  } finally {
    single.pool.off("release", note);
  }
  assert.equal(answered, false);
  assert.ok(released.length >= 3 && released.every((error) => error instanceof Error), String(released));
  assert.deepEqual(await namesOf(two.id), ["Theirs"]);
});

test("statements after a failed one do nothing, and the commit is refused", async () => {
  await assert.rejects(
    database.transaction(one.id, async (db) => {
      await db.raw(sql`select 1/0`).catch(() => undefined);
      await db
        .raw(sql`update contacts set first_name = 'Half' where workspace_id = ${one.id}`)
        .catch(() => undefined);
    }),
    /rolled back|aborted/,
  );
  assert.deepEqual(await namesOf(one.id), ["Mine"]);
});

test("a savepoint undoes its own statements and nothing else", async () => {
  await assert.rejects(
    database.transaction(one.id, async (db) => {
      await db.update("contacts").set({ notes: "outer" }).execute();
      await db.savepoint(() => db.raw(sql`select 1/0`)).catch(() => undefined);
      const row = await db.from("contacts").select("notes").executeTakeFirst();
      assert.equal(row?.notes, "outer");
      throw new Error("undo all");
    }),
    /undo all/,
  );
});

test("a savepoint inside another that failed does not stand in its way", async () => {
  const note = (db: TenantStore, notes: string) => db.update("contacts").set({ notes }).execute();
  const notes = await database.transaction(one.id, async (db) => {
    await note(db, "before");
    const outer = db.savepoint(async () => {
      await note(db, "outer");
      await db.savepoint(() => db.raw(sql`select 1/0`)).catch(() => undefined);
      throw new Error("the outer one fails as well");
    });
    await assert.rejects(outer, /the outer one fails/);
    return (await db.from("contacts").select("notes").executeTakeFirst())?.notes;
  });
  assert.equal(notes, "before");
});

test("what the store builds stops at the workspace without the second wall", async () => {
  const seen = database.system("simulator", async (kysely) => {
    const store = new TenantStore(kysely, one.id);
    const touched = await store.update("contacts").set({ notes: "mine" }).returning("first_name").execute();
    const read = await store.from("contacts").select("first_name").execute();
    const gone = await store.remove("contacts").returning("first_name").execute();
    const left = await new TenantStore(kysely, two.id)
      .from("contacts")
      .select(["first_name", "notes"])
      .execute();
    throw Object.assign(new Error("undo all"), { seen: [touched, read, gone, left] });
  });
  const mine = [{ first_name: "Mine" }];
  await assert.rejects(seen, { seen: [mine, mine, mine, [{ first_name: "Theirs", notes: null }]] });
});

test("the scope ends with the statement of a read and with a transaction; what follows has none", async () => {
  const nobody = { who: true, workspace: "" };
  const session = async () => {
    const { rows } = await database.owner(`
      select current_user = session_user as who, coalesce(current_setting('frontdesk.workspace_id', true), '') as workspace`);
    return rows[0];
  };
  await namesOf(one.id);
  assert.deepEqual(await session(), nobody);
  await database.transaction(one.id, everything);
  assert.deepEqual(await session(), nobody);
  await database.transaction(one.id, (db) => db.raw(sql`select 1/0`)).catch(() => undefined);
  assert.deepEqual(await session(), nobody);
  await database.system("simulator", (kysely) => sql`select 1`.execute(kysely));
  assert.deepEqual(await session(), nobody);
});

test("a statement that names no workspace, or would leave its scope, is not sent", async () => {
  const refused = async (statement: RawBuilder<unknown>, why: RegExp) => {
    await assert.rejects(
      database.read(one.id, (db) => db.raw(statement)),
      why,
    );
    await assert.rejects(
      database.transaction(one.id, (db) => db.raw(statement)),
      why,
    );
  };
  const unnamed = /must name its workspace/;
  await refused(sql`select first_name from contacts`, unnamed);
  await refused(sql`select first_name from contacts where workspace_id = ${two.id}`, unnamed);
  await refused(sql`select 1 where exists (select from only "contacts")`, unnamed);
  await refused(sql`update contacts set notes = 'x'`, unnamed);
  await refused(sql`delete from contacts using members`, unnamed);
  await refused(sql`insert into notes default values`, unnamed);
  await refused(sql`select 1 from unnest(array[1]) n join contacts c on true`, unnamed);
  const leaving = /may not leave its scope/;
  for (const statement of ["commit", "rollback", "begin", "end", "abort", "reset role", "set role none"]) {
    await refused(sql.raw(statement), leaving);
  }
  await refused(sql`select set_config('role', 'none', true)`, leaving);
  await refused(sql`select ${one.id}; commit`, /multiple commands/);
  assert.deepEqual(await namesOf(one.id), ["Mine"]);
});

test("a transaction that ended before its time, or that nobody began, costs the connection", async () => {
  let client: pg.PoolClient | undefined;
  const released: unknown[] = [];
  const acquired = (given: pg.PoolClient) => (client = given);
  const note = (error: unknown) => released.push(error);
  single.pool.on("acquire", acquired).on("release", note);
  try {
    const ended = database.transaction(one.id, async (db) => {
      await everything(db);
      await client?.query("commit");
      return everything(db);
    });
    await assert.rejects(ended, /ended before its time/);
    const begun = database.read(one.id, async (db) => {
      await client?.query("begin");
      return everything(db);
    });
    await assert.rejects(begun, /left a transaction open/);
  } finally {
    single.pool.off("acquire", acquired).off("release", note);
  }
  assert.equal(released.filter((error) => error instanceof Error).length, 2);
  assert.deepEqual(await namesOf(one.id), ["Mine"]);
});

test("a reference across workspaces cannot be stored", async () => {
  const [theirs] = await database.read(two.id, (db) => db.from("contacts").select("id").execute());
  await assert.rejects(
    database.transaction(one.id, (db) =>
      db.raw(sql`
        insert into opportunities (workspace_id, id, public_id, name, contact_id, created_at, updated_at)
        values (${one.id}, ${randomUUID()}, 'D-1', 'Theft', ${theirs?.id}, ${sql.lit("2026-01-01")}, ${sql.lit("2026-01-01")})`),
    ),
    { code: "23503" },
  );
});

test("every table of a workspace is behind the wall, today's and tomorrow's", async () => {
  const { rows } = await database.owner(`
    select c.relname as name, c.relforcerowsecurity and c.relrowsecurity as forced,
           (select count(*)::int from pg_policy p where p.polrelid = c.oid
             and pg_get_expr(p.polqual, p.polrelid) like '%current_workspace()%'
             and 'frontdesk_app'::regrole = any(p.polroles)) as walls,
           exists(select from pg_policy p where p.polrelid = c.oid
             and pg_get_expr(p.polqual, p.polrelid) not like '%current_workspace()%'
             and ('frontdesk_app'::regrole = any(p.polroles) or 0 = any(p.polroles))) as hole,
           (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where i.indrelid = c.oid and i.indisprimary) as key_begins
      from pg_class c join pg_attribute w on w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
  assert.ok(rows.length > 10);
  const wrong = rows.filter(
    (row) => !row["forced"] || row["walls"] !== 1 || row["hole"] || row["key_begins"] !== "workspace_id",
  );
  assert.deepEqual(wrong, []);
});

test("tables without a workspace are out of the application role's reach", async () => {
  const { rows } = await database.owner(`
    select c.relname as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'workspaces'
       and not exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id')
       and has_table_privilege('frontdesk_app', c.oid, 'select, insert, update, delete')`);
  assert.deepEqual(rows, []);
});

test("the application role owns nothing, bypasses nothing and cannot become another role by right", async () => {
  const owned = await database.owner(
    "select relname from pg_class where relowner = 'frontdesk_app'::regrole union all select proname from pg_proc where proowner = 'frontdesk_app'::regrole",
  );
  assert.deepEqual(owned.rows, []);
  const role = await database.owner(
    "select rolsuper, rolbypassrls, rolcreaterole, rolcanlogin from pg_roles where rolname = 'frontdesk_app'",
  );
  assert.deepEqual(role.rows, [
    { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcanlogin: false },
  ]);
  const member = await database.owner(
    "select roleid::regrole::text from pg_auth_members where member = 'frontdesk_app'::regrole",
  );
  assert.deepEqual(member.rows, []);
  await assert.rejects(
    database.read(one.id, (db) => db.raw(sql`select data from pgboss.job where name <> ${one.id}`)),
    /permission denied/,
  );
  for (const table of ["audit_entries", "events"]) {
    await assert.rejects(
      database.transaction(one.id, (db) =>
        db.raw(sql`delete from ${sql.table(table)} where workspace_id = ${one.id}`),
      ),
      /permission denied/,
    );
  }
});

test("functions that run as another role are told the workspace, and refuse another than the scope's", async () => {
  // A trigger belongs to a row that passed the wall and names that row's workspace; what reads no table shows nobody's rows.
  const { rows } = await database.owner(`
    select proname as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
       and not (prosrc like '%must_be_scope(of_workspace)%' and proargnames[1] = 'of_workspace' and proargtypes[0] = 'uuid'::regtype)
       and not (prorettype = 'trigger'::regtype and prosrc ~ '(new|old|made|gone|changed)[.]workspace_id')
       and (prosrc ~* '\\m(from|into|update|delete) ' or prosrc like '%current_workspace()%')`);
  assert.deepEqual(rows, []);
  const told = await database.owner(
    "select proname as name, pronargs as given from pg_proc where proargnames[1] = 'of_workspace' and proname <> 'must_be_scope'",
  );
  assert.ok(told.rows.length > 20);
  for (const { name, given } of told.rows) {
    const rest = sql.raw(", null".repeat(Number(given) - 1));
    const call = (workspaceId: string) =>
      database.transaction(one.id, (db) =>
        db.raw(sql`select ${sql.raw(String(name))}(${workspaceId}${rest}) where ${one.id}::text is not null`),
      );
    await assert.rejects(call(two.id), { code: "42501" }, String(name));
  }
});
