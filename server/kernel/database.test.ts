import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sql } from "kysely";
import { engineName, startHarness } from "../testing/harness.ts";
import { Database } from "./database.ts";
import type { Engine } from "./database.ts";
import { postgresEngine } from "./engine-postgres.ts";
import type { TenantStore } from "./store.ts";

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
  ? postgresEngine({ url: frontdesk.databaseUrl, poolSize: 1, log: frontdesk.app.log })
  : frontdesk.app.database.engine;
const database = new Database(single);
if (engineName === "postgres") {
  const { after } = await import("node:test");
  after(() => single.close());
}

/** Everybody's contacts as this scope sees them: a statement that names no workspace, so only the second wall stands. */
const everything = (db: TenantStore) =>
  db.raw(sql<{ first_name: string }>`select first_name from contacts order by first_name`);
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
        insert into contacts (workspace_id, id, public_id, first_name, created_at, updated_at)
        values (${two.id}, ${randomUUID()}, 'X', 'Smuggled', ${sql.lit("2026-01-01")}, ${sql.lit("2026-01-01")})`),
    ),
    /row-level security/,
  );
  const touched = await database.transaction(one.id, (db) =>
    db.raw(sql`update contacts set first_name = 'Changed' where workspace_id = ${two.id} returning id`),
  );
  assert.deepEqual(touched, []);
  assert.deepEqual(await namesOf(two.id), ["Theirs"]);
});

test("a scope that cannot be set throws the results away and the connection with them", async () => {
  const { pool } = single;
  const connect = pool.connect.bind(pool);
  await namesOf(one.id);
  let spoilt = 0;
  const released: unknown[] = [];
  // The scope statement of the next user fails; what it pipelined behind it runs in its predecessor's scope.
  (pool as { connect: unknown }).connect = async () => {
    const client = await connect();
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    const release = client.release.bind(client);
    client.query = ((...given: unknown[]) => {
      const first = given[0] as { name?: string };
      if (first.name === "scope") {
        spoilt += 1;
        return query("select set_config('role', 'no_such_role', false)");
      }
      return query(...given);
    }) as typeof client.query;
    client.release = (error?: Error | boolean) => {
      released.push(error);
      client.query = query as typeof client.query;
      client.release = release;
      release(error);
    };
    return client;
  };
  try {
    await assert.rejects(namesOf(two.id), /no_such_role|role/);
    await assert.rejects(
      database.transaction(two.id, async (db) => {
        const rows = await everything(db);
        assert.fail(`answered ${JSON.stringify(rows)}`);
      }),
      /no_such_role|role/,
    );
  } finally {
    delete (pool as { connect?: unknown }).connect;
  }
  // The program whose engine it is looks round now and then, and may have met it too.
  assert.ok(spoilt >= 2, String(spoilt));
  assert.ok(released.every((error) => error instanceof Error));
  assert.deepEqual(await namesOf(two.id), ["Theirs"]);
});

test("statements after a failed one do nothing, and the commit is refused", async () => {
  await assert.rejects(
    database.transaction(one.id, async (db) => {
      await db.raw(sql`select 1/0`).catch(() => undefined);
      await db.raw(sql`update contacts set first_name = 'Half'`).catch(() => undefined);
    }),
    /rolled back|aborted/,
  );
  assert.deepEqual(await namesOf(one.id), ["Mine"]);
});

test("a savepoint undoes its own statements and nothing else", async () => {
  await assert.rejects(
    database.transaction(one.id, async (db) => {
      await db.raw(sql`update contacts set notes = 'outer'`);
      await db.savepoint(() => db.raw(sql`select 1/0`)).catch(() => undefined);
      const [row] = await db.raw(sql<{ notes: string }>`select notes from contacts`);
      assert.equal(row?.notes, "outer");
      throw new Error("undo all");
    }),
    /undo all/,
  );
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
    database.read(one.id, (db) => db.raw(sql`select data from pgboss.job`)),
    /permission denied/,
  );
  for (const table of ["audit_entries", "events"]) {
    await assert.rejects(
      database.transaction(one.id, (db) => db.raw(sql`delete from ${sql.table(table)}`)),
      /permission denied/,
    );
  }
});

test("functions that run as another role name the session's workspace themselves", async () => {
  // A trigger belongs to a row that passed the wall and names that row's workspace; what reads no table shows nobody's rows.
  const { rows } = await database.owner(`
    select proname as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
       and prosrc not like '%current_workspace()%'
       and not (prorettype = 'trigger'::regtype and prosrc ~ '(new|old|made|gone|changed)[.]workspace_id')
       and prosrc ~* '\\m(from|into|update|delete) '`);
  assert.deepEqual(rows, []);
});
