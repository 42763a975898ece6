import { AsyncLocalStorage } from "node:async_hooks";
import { bringUpToDate, openEngine } from "../engine.ts";
import { openedOr } from "./database-words.ts";
import { MovableClock, systemClock } from "../kernel/clock.ts";
import type { Clock } from "../kernel/clock.ts";
import { readConfig } from "../kernel/config.ts";
import type { Config } from "../kernel/config.ts";
import { Credentials } from "../kernel/credentials.ts";
import { Database } from "../kernel/database.ts";
import type { Engine } from "../kernel/database.ts";
import { askHolder, FolderInUse } from "../kernel/folder-lock.ts";
import type { Jobs } from "../kernel/jobs.ts";
import { createLog } from "../kernel/log.ts";
import type { Log } from "../kernel/log.ts";

/** What a command needs of an installation, whether it opened it or a server lends its own. */
export type Installation = {
  config: Config;
  log: Log;
  engine: Engine;
  database: Database;
  clock: Clock;
  credentials: Credentials;
  /** Only a server has its queue open. */
  jobs?: Jobs;
};

/** What a server answers to a command that it carried out for another process. */
export type CommandAnswer = { exitCode: number; out: string; err: string };

/** Set around a command that runs inside a server: its open installation, and where the output goes. */
export const borrowed = new AsyncLocalStorage<{
  installation: Installation;
  write: (text: string) => void;
}>();

/**
 * Runs a command's work on the installation: the server's own inside one, otherwise the configured database, opened up to date
 * and closed again. Where a running server has that locked, the server is given the whole command line instead.
 */
export async function withInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const lent = borrowed.getStore();
  if (lent) return work(lent.installation);
  const config = readConfig(process.env);
  const log = createLog(process.env["LOG_LEVEL"] ?? "warn");
  const engine = await openedOr(openEngine(config, log), "DATABASE_URL").catch(async (error: unknown) => {
    if (error instanceof FolderInUse && (await leaveToServer(config.dataFolder))) return undefined;
    throw error;
  });
  if (!engine) return;
  const database = new Database(engine);
  try {
    await bringUpToDate(engine, config, systemClock);
    const clock = await clockOf(database);
    await work({ config, log, engine, database, clock, credentials: new Credentials(database, clock, log) });
  } finally {
    await database.close();
  }
}

/** Has this process' command line carried out by whoever holds the folder; false if that is nobody who does so. */
async function leaveToServer(folder: string): Promise<boolean> {
  const answer = await askHolder(folder, { argv: process.argv.slice(2) });
  if (!isCommandAnswer(answer)) return false;
  process.stdout.write(answer.out);
  process.stderr.write(answer.err);
  process.exitCode = answer.exitCode;
  return true;
}

function isCommandAnswer(answer: unknown): answer is CommandAnswer {
  const { exitCode, out, err } = (answer ?? {}) as Partial<CommandAnswer>;
  return Number.isInteger(exitCode) && typeof out === "string" && typeof err === "string";
}

/** The simulator's clock where the installation has one, so that a command and the server agree on the time. */
async function clockOf(database: Database): Promise<Clock> {
  const row = await database.system("simulator", (kysely) =>
    kysely.selectFrom("simulator_clock").selectAll().executeTakeFirst(),
  );
  return row ? new MovableClock({ frozenAt: row.frozen_at, offsetMs: row.offset_ms }) : systemClock;
}

export async function findWorkspace(
  { database }: Installation,
  slug: string | undefined,
): Promise<{ id: string; slug: string; name: string }> {
  const rows = await database.system("installation", (kysely) =>
    kysely.selectFrom("workspaces").select(["id", "slug", "name"]).orderBy("slug").execute(),
  );
  const slugs = rows.map((row) => row.slug).join(", ");
  if (slug === undefined && rows.length === 1 && rows[0]) return rows[0];
  if (slug === undefined) {
    throw new Error(
      rows.length === 0
        ? "There is no workspace yet. Make one: frontdesk workspaces create --name <name>"
        : `Say which workspace with --workspace: ${slugs}.`,
    );
  }
  const found = rows.find((row) => row.slug === slug || row.id === slug);
  if (!found) throw new Error(`There is no workspace ${slug}. There are: ${slugs || "none"}.`);
  return found;
}

/** Prints a command's result: JSON for programs, the lines for people. */
export function print(json: boolean | undefined, value: unknown, lines: string[]): void {
  const text = json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join("\n")}\n`;
  const lent = borrowed.getStore();
  if (lent) lent.write(text);
  else process.stdout.write(text);
}
