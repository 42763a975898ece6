/**
 * Copies of the embedded database beside it in the data folder: one every hour, one before each migration. PostgreSQL
 * servers have tools of their own for this, so nothing here touches one.
 */
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import type { Engine } from "./database.ts";
import { databaseFolder, openPglite } from "./engine-embedded.ts";
import type { EmbeddedEngine } from "./engine-embedded.ts";
import { lockFolder } from "./folder-lock.ts";
import type { Log } from "./log.ts";

export type SnapshotKind = "hourly" | "before-migration";

export type Snapshot = { name: string; kind: SnapshotKind; path: string };

const hourlyKept = 24;
const hourMs = 3_600_000;
const lookEveryMs = 60_000;
const form = /^(hourly|before-migration)-[\dTZ-]+\.tar\.gz$/;

/** The snapshots of a data folder, newest last. */
export async function listSnapshots(dataFolder: string): Promise<Snapshot[]> {
  const folder = join(dataFolder, "snapshots");
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => form.test(name))
    .sort((a, b) => (stampOf(a) < stampOf(b) ? -1 : 1))
    .map((name) => ({
      name,
      kind: name.startsWith("hourly") ? "hourly" : "before-migration",
      path: join(folder, name),
    }));
}

/** For migrate(): keeps the database as it was before its schema changes. Does nothing on a PostgreSQL server. */
export async function snapshotBeforeMigration(
  engine: Engine,
  dataFolder: string,
  now: Date,
): Promise<Snapshot | undefined> {
  // migrate() holds the only connection, between transactions, so nothing is in progress.
  return isEmbedded(engine) ? writeSnapshot(engine, dataFolder, "before-migration", now) : undefined;
}

/** Takes a snapshot now; waits for the transaction in progress first. Older hourly ones than the newest 24 go. */
export async function takeHourlySnapshot(
  engine: EmbeddedEngine,
  dataFolder: string,
  now: Date,
): Promise<Snapshot> {
  const client = await engine.pool.connect();
  try {
    await client.query("checkpoint");
    const snapshot = await writeSnapshot(engine, dataFolder, "hourly", now);
    await dropOldHourly(dataFolder);
    return snapshot;
  } finally {
    client.release();
  }
}

/** Keeps a snapshot of every hour while the process runs; answers how to stop. Nothing happens on a PostgreSQL server. */
export function startHourlySnapshots(
  engine: Engine,
  dataFolder: string,
  clock: Clock,
  log: Log,
): () => Promise<void> {
  if (!isEmbedded(engine)) return async () => {};
  let running: Promise<void> = Promise.resolve();
  let dueAt = clock.now().getTime() + hourMs;
  const look = async () => {
    const now = clock.now();
    if (now.getTime() < dueAt) return;
    dueAt = now.getTime() + hourMs;
    try {
      const { name } = await takeHourlySnapshot(engine, dataFolder, now);
      log.info({ snapshot: name }, "a snapshot was taken");
    } catch (error) {
      log.error({ error: (error as Error).message }, "the hourly snapshot failed");
    }
  };
  const timer = setInterval(() => {
    running = running.then(look);
  }, lookEveryMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

export type Restored = { snapshot: Snapshot; replaced: string | undefined };

/**
 * Puts a snapshot (the newest one unless named) back in place. Rejects while a process has the folder open. The snapshot is
 * unpacked and opened before anything moves, and the database it replaces is kept beside it.
 */
export async function restoreSnapshot(
  dataFolder: string,
  name: string | undefined,
  now: Date,
): Promise<Restored> {
  const unlock = await lockFolder(dataFolder);
  try {
    const snapshot = await chooseSnapshot(dataFolder, name);
    const target = databaseFolder(dataFolder);
    const unpacked = `${target}.restoring-${stamp(now)}`;
    await rm(unpacked, { recursive: true, force: true });
    const pglite = await openPglite(unpacked, new Blob([new Uint8Array(await readFile(snapshot.path))]));
    await pglite.query("select count(*) from schema_migrations").finally(() => pglite.close());
    let replaced: string | undefined = `${target}.replaced-${stamp(now)}`;
    await rename(target, replaced).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      replaced = undefined;
    });
    await rename(unpacked, target);
    return { snapshot, replaced };
  } finally {
    await unlock();
  }
}

async function chooseSnapshot(dataFolder: string, name: string | undefined): Promise<Snapshot> {
  const snapshots = await listSnapshots(dataFolder);
  const chosen = name === undefined ? snapshots.at(-1) : snapshots.find((one) => one.name === name);
  if (chosen) return chosen;
  const known = snapshots.map((one) => `\n  ${one.name}`).join("");
  throw new Error(
    name === undefined
      ? `There is no snapshot in ${dataFolder} yet.`
      : `There is no snapshot called ${name}.${known ? ` There are:${known}` : ""}`,
  );
}

async function writeSnapshot(
  engine: EmbeddedEngine,
  dataFolder: string,
  kind: SnapshotKind,
  now: Date,
): Promise<Snapshot> {
  const folder = join(dataFolder, "snapshots");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const archive = Buffer.from(await (await engine.dump("gzip")).arrayBuffer());
  const name = `${kind}-${stamp(now)}.tar.gz`;
  const path = join(folder, name);
  // Under another name until it is whole and on the disk: a snapshot that can be seen can be restored.
  const partial = `${path}.partial`;
  const file = await open(partial, "w", 0o600);
  try {
    await file.writeFile(archive);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
  return { name, kind, path };
}

async function dropOldHourly(dataFolder: string): Promise<void> {
  const hourly = (await listSnapshots(dataFolder)).filter((one) => one.kind === "hourly");
  for (const old of hourly.slice(0, -hourlyKept)) await rm(old.path, { force: true });
}

function isEmbedded(engine: Engine): engine is EmbeddedEngine {
  return engine.name === "embedded";
}

/** 2026-03-02T09-00-00-000Z: sorts by time and may stand in a file name. */
function stamp(at: Date): string {
  return at.toISOString().replaceAll(/[:.]/g, "-");
}

function stampOf(name: string): string {
  return name.replace(/^(hourly|before-migration)-/, "");
}
