import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import { engineName, startOfTime } from "../testing/harness.ts";
import { root } from "../testing/root.ts";
import { MovableClock } from "./clock.ts";
import { Database } from "./database.ts";
import { embeddedEngine } from "./engine-embedded.ts";
import { createLog } from "./log.ts";
import { migrate, readMigrations } from "./migrate.ts";
import {
  listSnapshots,
  restoreSnapshot,
  snapshotBeforeMigration,
  startHourlySnapshots,
  takeHourlySnapshot,
} from "./snapshots.ts";

// Snapshots are of the embedded database only, so these say the same on both runs; one is enough.
const options = { skip: engineName === "postgres" };
const scratch = await mkdtemp(join(tmpdir(), "frontdesk-snapshots-"));
after(() => rm(scratch, { recursive: true, force: true }));
const migrations = await readMigrations(join(root, "migrations"));

async function openMigrated(folder: string) {
  const engine = await embeddedEngine({ folder });
  await migrate(engine, migrations);
  const database = new Database(engine);
  return { engine, database };
}

const remember = (database: Database, name: string) =>
  database.system("installation", (kysely) =>
    kysely.insertInto("installation").values({ name, value: "1" }).execute(),
  );
const remembered = (database: Database) =>
  database.system("installation", (kysely) => kysely.selectFrom("installation").select("name").execute());

test("a restored snapshot holds what was committed then, and keeps what it replaces", options, async () => {
  const folder = join(scratch, "restore");
  const { engine, database } = await openMigrated(folder);
  await remember(database, "before");
  const snapshot = await takeHourlySnapshot(engine, folder, startOfTime);
  await remember(database, "after");
  await assert.rejects(restoreSnapshot(folder, undefined, startOfTime), /open in another Frontdesk process/);
  await database.close();

  assert.equal((await stat(snapshot.path)).mode & 0o077, 0);
  const { replaced } = await restoreSnapshot(folder, undefined, startOfTime);
  const again = await openMigrated(folder);
  assert.deepEqual(await remembered(again.database), [{ name: "before" }]);
  await again.database.close();
  assert.ok(replaced && (await readdir(replaced)).includes("PG_VERSION"));
  await assert.rejects(
    restoreSnapshot(folder, "hourly-9.tar.gz", startOfTime),
    new RegExp(`no snapshot called hourly-9.tar.gz.*There are:\\s+${snapshot.name}`, "s"),
  );
});

test(
  "a snapshot waits for the transaction in progress and leaves out what never committed",
  options,
  async () => {
    const folder = join(scratch, "open");
    const { engine, database } = await openMigrated(folder);
    const order: string[] = [];
    const writing = database.system("installation", async (kysely) => {
      await kysely.insertInto("installation").values({ name: "slow", value: "1" }).execute();
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("committed");
    });
    const taking = takeHourlySnapshot(engine, folder, startOfTime).then(() => order.push("taken"));
    await Promise.all([writing, taking]);
    assert.deepEqual(order, ["committed", "taken"]);
    await database.close();
  },
);

test(
  "before a migration the old schema is kept; a fresh database and an unchanged one need none",
  options,
  async () => {
    const folder = join(scratch, "migration");
    const engine = await embeddedEngine({ folder });
    const keep = async () => void (await snapshotBeforeMigration(engine, folder, startOfTime));
    await migrate(engine, migrations.slice(0, 2), keep);
    assert.deepEqual(await listSnapshots(folder), []);
    await migrate(engine, migrations, keep);
    await migrate(engine, migrations, keep);
    const kept = await listSnapshots(folder);
    assert.deepEqual(
      kept.map((one) => one.kind),
      ["before-migration"],
    );
    await engine.close();
    await restoreSnapshot(folder, kept[0]?.name, startOfTime);
    const again = await embeddedEngine({ folder });
    const { rows } = await again.pool.query("select name from schema_migrations order by name");
    assert.equal(rows.length, 2);
    await again.close();
  },
);

test("one snapshot an hour; the newest 24 stay, and those before migrations all", options, async () => {
  const folder = join(scratch, "hourly");
  const { engine, database } = await openMigrated(folder);
  await snapshotBeforeMigration(engine, folder, startOfTime);
  mock.timers.enable({ apis: ["setInterval"] });
  const clock = new MovableClock({ frozenAt: startOfTime, offsetMs: 0 });
  const stop = startHourlySnapshots(engine, folder, clock, createLog("silent"));
  mock.timers.tick(60_000);
  const stand = join(folder, "snapshots");
  for (let hour = 1; hour <= 25; hour += 1) {
    const at = new Date(startOfTime.getTime() - hour * 3_600_000);
    await writeFile(join(stand, `hourly-${stampOf(at)}.tar.gz`), "");
  }
  for (let hour = 1; hour <= 2; hour += 1) {
    clock.apply({ frozenAt: new Date(startOfTime.getTime() + hour * 3_600_000), offsetMs: 0 });
    mock.timers.tick(60_000);
    mock.timers.tick(60_000);
    // The clock stands still until this hour's snapshot is there.
    await waitFor(async () => (await listSnapshots(folder)).at(-1)?.name.includes(stampOf(clock.now())));
  }
  await stop();
  mock.timers.reset();
  const kept = await listSnapshots(folder);
  const hourly = kept.filter((one) => one.kind === "hourly").map((one) => one.name);
  assert.equal(hourly.length, 24);
  assert.equal(hourly.at(-2), `hourly-${stampOf(new Date(startOfTime.getTime() + 3_600_000))}.tar.gz`);
  assert.equal(kept.filter((one) => one.kind === "before-migration").length, 1);
  assert.deepEqual(
    (await readdir(join(folder, "snapshots"))).filter((name) => name.endsWith(".partial")),
    [],
  );
  await database.close();
});

function stampOf(at: Date): string {
  return at.toISOString().replaceAll(/[:.]/g, "-");
}

async function waitFor(look: () => Promise<boolean | undefined>): Promise<void> {
  for (let round = 0; round < 3000; round += 1) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("it did not happen");
}
