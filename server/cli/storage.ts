import type { Command } from "commander";
import { bringUpToDate, migrationsFolder, openEngine } from "../engine.ts";
import { systemClock } from "../kernel/clock.ts";
import { readConfig } from "../kernel/config.ts";
import { Database } from "../kernel/database.ts";
import type { Engine } from "../kernel/database.ts";
import { embeddedEngine } from "../kernel/engine-embedded.ts";
import { postgresEngine } from "../kernel/engine-postgres.ts";
import { Jobs } from "../kernel/jobs.ts";
import { createLog } from "../kernel/log.ts";
import { migrate, readMigrations } from "../kernel/migrate.ts";
import { moveDatabase } from "../kernel/move.ts";
import { listSnapshots, restoreSnapshot } from "../kernel/snapshots.ts";
import { hasEmbeddedDatabase, openedOr } from "./database-words.ts";
import { print } from "./open.ts";

export function addStorage(program: Command): void {
  program.command("migrate").description("bring the database's schema up to date").action(runMigrate);
  program
    .command("restore")
    .description("put a snapshot of the embedded database back; without a name, the newest one")
    .argument("[snapshot]", "its file name")
    .option("--list", "only list the snapshots")
    .action(runRestore);
  program
    .command("move")
    .description("carry everything from the embedded database to an empty PostgreSQL server")
    .requiredOption("--to <url>", "postgres://user:password@host/database")
    .action(runMove);
}

async function runMigrate(): Promise<void> {
  const config = readConfig(process.env);
  const engine = await openedOr(openEngine(config, createLog("warn")), "DATABASE_URL");
  try {
    const applied = await bringUpToDate(engine, config, systemClock);
    print(
      false,
      undefined,
      applied.length > 0 ? applied.map((name) => `applied ${name}`) : ["The schema is up to date."],
    );
  } finally {
    await engine.close();
  }
}

async function runRestore(name: string | undefined, options: { list?: boolean }): Promise<void> {
  const { dataFolder, databaseUrl } = readConfig(process.env);
  if (databaseUrl) {
    throw new Error("DATABASE_URL is set: restore a PostgreSQL server from your own backups of it.");
  }
  if (options.list) {
    const names = (await listSnapshots(dataFolder)).map((snapshot) => snapshot.name);
    return print(false, undefined, names.length > 0 ? names : [`There is no snapshot in ${dataFolder} yet.`]);
  }
  const { snapshot, replaced } = await restoreSnapshot(dataFolder, name, systemClock.now());
  print(false, undefined, [
    `Restored ${snapshot.name}.`,
    ...(replaced ? [`What it replaced is kept in ${replaced}; delete that when you no longer need it.`] : []),
  ]);
}

async function runMove({ to }: { to: string }): Promise<void> {
  const config = readConfig(process.env);
  if (config.databaseUrl) {
    throw new Error(
      "DATABASE_URL is set, so there is no embedded database to move. Unset it for this command.",
    );
  }
  if (!/^postgres(ql)?:\/\//.test(to)) throw new Error("--to must begin with postgres://");
  if (!hasEmbeddedDatabase(config.dataFolder)) {
    throw new Error(
      `There is no embedded database in ${config.dataFolder} to move. FRONTDESK_DATA names the folder of another one.`,
    );
  }
  const log = createLog("warn");
  // The folder first: a server that has it open is the likelier reason why nothing can be moved.
  const source = await embeddedEngine({ folder: config.dataFolder });
  try {
    await bringUpToDate(source, config, systemClock);
    await moveTo(to, source, log);
  } finally {
    await source.close();
  }
}

async function moveTo(url: string, source: Engine, log: ReturnType<typeof createLog>): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const target = await openedOr(postgresEngine({ url, poolSize: 4, log }), "--to");
  try {
    await migrate(target, await readMigrations(migrationsFolder));
    const jobs = await installQueue(target, log);
    const report = await moveDatabase(source, target, say).finally(() => jobs.stop());
    const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
    say(`Moved ${rows} rows of ${report.tables.length} tables, ${report.sequences} number sequences and`);
    say(`${report.jobs} waiting jobs; every count and checksum agrees.`);
    if (report.jobsLeftBehind > 0) {
      say(`${report.jobsLeftBehind} jobs of queues this version does not have stayed behind.`);
    }
    say(
      "Set DATABASE_URL to the new server and start Frontdesk. The embedded database was only read and is as it was.",
    );
  } finally {
    await target.close();
  }
}

// The queues must exist over there before jobs can be put into them.
async function installQueue(target: Engine, log: ReturnType<typeof createLog>): Promise<Jobs> {
  const { modules } = await import("../modules/index.ts");
  const jobs = new Jobs({
    database: new Database(target),
    log,
    definitions: modules.flatMap((one) => one.jobs ?? []),
    movableClock: false,
    pollSeconds: 3600,
  });
  await jobs.start();
  return jobs;
}
