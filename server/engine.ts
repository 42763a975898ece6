import type { Config } from "./kernel/config.ts";
import type { Engine } from "./kernel/database.ts";
import { embeddedEngine } from "./kernel/engine-embedded.ts";
import { postgresEngine } from "./kernel/engine-postgres.ts";
import type { Log } from "./kernel/log.ts";
import type { Answer } from "./kernel/one-line.ts";
import { migrate, readMigrations } from "./kernel/migrate.ts";
import { snapshotBeforeMigration } from "./kernel/snapshots.ts";
import type { Clock } from "./kernel/clock.ts";

export const migrationsFolder = new URL("../migrations", import.meta.url).pathname;

/** Opens the engine the configuration asks for; `answer` is for the processes that an embedded one keeps out. */
export async function openEngine(config: Config, log: Log, answer?: Answer): Promise<Engine> {
  const { databaseUrl: url, databaseDirectUrl: directUrl, poolSize } = config;
  if (url) return postgresEngine({ url, directUrl, poolSize, log });
  return embeddedEngine({ folder: config.dataFolder, ...(answer ? { answer } : {}) });
}

/** Brings the schema up to date, with a snapshot of the embedded database first; answers the names applied. */
export async function bringUpToDate(engine: Engine, config: Config, clock: Clock): Promise<string[]> {
  return migrate(
    engine,
    await readMigrations(migrationsFolder),
    async () => void (await snapshotBeforeMigration(engine, config.dataFolder, clock.now())),
  );
}
