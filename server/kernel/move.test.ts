import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { sql } from "kysely";
import { engineName, freshEngine, startOfTime } from "../testing/harness.ts";
import { root } from "../testing/root.ts";
import { Database } from "./database.ts";
import { postgresEngine } from "./engine-postgres.ts";
import { readEvents, startOfFeed } from "./events.ts";
import { Jobs, job } from "./jobs.ts";
import { createLog } from "./log.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { moveDatabase } from "./move.ts";
import { modules } from "../modules/index.ts";
import { module } from "./operation.ts";
import type { TenantStore } from "./store.ts";

const server = process.env["FRONTDESK_TEST_DATABASE_URL"];
const log = createLog("silent");
const later = job<{ text: string }>({ name: "remember-later", async run() {} });
const withJob = [...modules, module({ name: "move-test", jobs: [later] })];

// Moving goes from the embedded engine to a server, so it needs both: the run with a server opens an embedded one of its own.
test(
  "everything moves to a server and is verified; the source stays as it was",
  { skip: !server },
  async () => {
    assert.equal(engineName, "postgres");
    const url = await emptyDatabase(server ?? "");
    const source = await embeddedSource();
    const target = await postgresEngine({ url, poolSize: 3, log });
    await migrate(target, await readMigrations(join(root, "migrations")));
    const jobs = queueOf(target);
    await jobs.start();
    try {
      const report = await moveDatabase(source.engine, target);
      const rows = Object.fromEntries(report.tables.map((table) => [table.name, table.rows]));
      assert.equal(rows["contacts"], 2500);
      assert.equal(rows["workspaces"], 2);
      assert.equal(report.jobs, 3);
      assert.ok(report.sequences >= 2);
      await source.stillThere();

      const database = new Database(target);
      const [next] = await database.transaction(source.workspaceId, (db) =>
        db.raw(sql<{ id: string }>`select next_public_id(${db.workspaceId}, 'contact', 'C') as id`),
      );
      assert.equal(next?.id, "C-2501");
      const events = await readEvents(database, source.workspaceId, startOfFeed, 10);
      assert.equal(events.length, 1);
      const foreign = await database.owner(
        "select conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and not convalidated",
      );
      assert.deepEqual(foreign.rows, []);
      assert.deepEqual([rows["bookings"], rows["slot_holds"], rows["slot_claims"]], [2, 1, 3]);
      await assert.rejects(
        database.transaction(source.workspaceId, (db) => bookAt(db, source.memberId, "2026-03-03T10:30:00Z")),
        { code: "23P01" },
        "what was booked there is not kept here",
      );
      await assert.rejects(moveDatabase(source.engine, target), /already holds rows/);
    } finally {
      await jobs.stop();
      await target.close();
      await source.engine.close();
      await dropDatabase(server ?? "", url);
    }
  },
);

test(
  "a row that arrives differently stops the move and leaves the target empty",
  { skip: !server },
  async () => {
    const url = await emptyDatabase(server ?? "");
    const source = await embeddedSource();
    const target = await postgresEngine({ url, poolSize: 3, log });
    await migrate(target, await readMigrations(join(root, "migrations")));
    const jobs = queueOf(target);
    await jobs.start();
    await target.pool.query(
      "create rule spoil as on insert to contacts do also update contacts set notes = 'spoilt'",
    );
    try {
      await assert.rejects(moveDatabase(source.engine, target), /contacts differs after the copy/);
      const { rows } = await target.pool.query("select count(*)::int as count from workspaces");
      assert.equal(rows[0]?.count, 0);
    } finally {
      await jobs.stop();
      await target.close();
      await source.engine.close();
      await dropDatabase(server ?? "", url);
    }
  },
);

function queueOf(engine: ConstructorParameters<typeof Database>[0]): Jobs {
  return new Jobs({
    database: new Database(engine),
    log,
    definitions: withJob.flatMap((one) => one.jobs ?? []),
    movableClock: false,
    pollSeconds: 3600,
  });
}

/** An embedded database with two workspaces, contacts over several pages, an event, awkward values and pending jobs. */
async function embeddedSource() {
  const { engine } = await freshEngine("embedded");
  const database = new Database(engine);
  const workspaceId = randomUUID();
  const other = randomUUID();
  const memberId = randomUUID();
  await database.system("create-workspace", async (kysely) => {
    for (const [id, slug] of [
      [workspaceId, "one"],
      [other, "two"],
    ] as const) {
      await kysely
        .insertInto("workspaces")
        .values({
          id,
          name: `Name ${slug}`,
          slug,
          settings: JSON.stringify({ a: null, text: 'quote " back \\ line\n', list: [1, 2] }),
          time_zone: "Europe/London",
          country: "GB",
          created_at: new Date("2026-03-02T09:00:00.123Z"),
          updated_at: startOfTime,
        })
        .execute();
    }
  });
  await database.transaction(workspaceId, async (db) => {
    await db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, last_name, metadata, created_at, updated_at)
      select ${workspaceId}, gen_random_uuid(), next_public_id(${workspaceId}, 'contact', 'C'), 'Zoë "' || n || '"', null,
             jsonb_build_object('n', n, 'none', null), ${startOfTime}::timestamptz, ${startOfTime}::timestamptz
        from generate_series(1, 2500) n`);
    await db.raw(sql`select next_public_id(${workspaceId}, 'company', 'A')`);
    await addCalendar(db, memberId);
    await db
      .insert("events", {
        id: randomUUID(),
        type: "contact.created",
        noun: "contact",
        record_id: null,
        payload: "{}",
        request_id: "r",
        occurred_at: startOfTime,
      })
      .execute();
  });
  const jobs = queueOf(engine);
  await jobs.start();
  for (let count = 0; count < 3; count += 1) {
    await database.transaction(workspaceId, (db) =>
      jobs.enqueueIn(db, workspaceId, "r", [
        {
          job: later as never,
          payload: { text: "hi" },
          options: { startAt: new Date("2026-12-01T00:00:00Z") },
        },
      ]),
    );
  }
  await jobs.stop();
  return {
    engine,
    workspaceId,
    memberId,
    async stillThere() {
      const rows = await database.read(workspaceId, (db) => db.from("contacts").select("id").execute());
      assert.equal(rows.length, 2500);
    },
  };
}

/** A member with a booking, a seat of a class and a hold: rows whose claims triggers derive. */
async function addCalendar(db: TenantStore, memberId: string): Promise<void> {
  const { workspaceId } = db;
  const classId = randomUUID();
  await db.raw(sql`
    insert into members (workspace_id, id, name, role, created_at)
    values (${workspaceId}, ${memberId}, 'Olive', 'client_admin', ${startOfTime})`);
  await db.raw(sql`
    insert into scheduled_event_types (workspace_id, id, name, slug, capacity, created_at, updated_at)
    values (${workspaceId}, ${classId}, 'Yoga', 'yoga', 8, ${startOfTime}, ${startOfTime})`);
  await bookAt(db, memberId, "2026-03-03T10:00:00Z");
  await bookAt(db, memberId, "2026-03-03T12:00:00Z", classId);
  await db.raw(sql`
    insert into slot_holds (workspace_id, id, event_type_id, member_id, starts_at, ends_at, blocked_from, blocked_until,
                            held_by, expires_at, created_at, updated_at)
    select ${workspaceId}, gen_random_uuid(), ${classId}, ${memberId}, at, at + interval '1 hour', at, at + interval '1 hour',
           'test', at, ${startOfTime}, ${startOfTime} from (values ('2026-03-03T14:00:00Z'::timestamptz)) v (at)`);
}

async function bookAt(db: TenantStore, memberId: string, at: string, eventTypeId?: string): Promise<void> {
  await db.raw(sql`
    insert into bookings (workspace_id, id, event_type_id, member_id, title, starts_at, ends_at, blocked_from, blocked_until,
                          timezone, status, source, created_at, updated_at)
    select ${db.workspaceId}, gen_random_uuid(), ${eventTypeId ?? null}, ${memberId}, 'Visit', at, at + interval '1 hour', at,
           at + interval '1 hour', 'UTC', 'confirmed', 'workspace', ${startOfTime}, ${startOfTime}
      from (values (${at}::timestamptz)) v (at)`);
}

async function emptyDatabase(url: string): Promise<string> {
  const name = `frontdesk_move_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await asAdmin(url, `create database ${name}`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.toString();
}

async function dropDatabase(url: string, made: string): Promise<void> {
  await asAdmin(url, `drop database if exists ${new URL(made).pathname.slice(1)} with (force)`);
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
