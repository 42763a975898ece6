import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./database.ts";

const lockKey = 4_137_202_601;

export type Migration = { name: string; text: string; checksum: string };

export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      return { name, text, checksum: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

/**
 * Brings the schema up to date and answers the names applied. Several nodes may start at once: an advisory lock
 * lets one of them work while the others wait and then find nothing to do. Each file is one transaction.
 * A file that was changed after it had been applied is refused: migrations are append-only.
 */
export async function migrate(
  engine: Engine,
  migrations: Migration[],
  beforeChange: () => Promise<void> = async () => {},
): Promise<string[]> {
  const { client, release } = await engine.session();
  try {
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    await client.query(
      "create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())",
    );
    const applied = await client.query<{ name: string; checksum: string }>(
      "select name, checksum from schema_migrations",
    );
    const known = new Map(applied.rows.map((row) => [row.name, row.checksum]));
    for (const migration of migrations) {
      const checksum = known.get(migration.name);
      if (checksum !== undefined && checksum !== migration.checksum) {
        throw new Error(
          `${migration.name} was changed after it had been applied; add a new migration instead.`,
        );
      }
    }
    const pending = migrations.filter((migration) => !known.has(migration.name));
    if (pending.length > 0 && known.size > 0) await beforeChange();
    for (const migration of pending) await applyOne(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await client.query("select pg_advisory_unlock($1)", [lockKey]).catch(() => undefined);
    await release();
  }
}

async function applyOne(
  client: { query(text: string, values?: unknown[]): Promise<unknown> },
  migration: Migration,
): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.text);
    await client.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
      migration.name,
      migration.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`${migration.name} failed: ${(error as Error).message}`, { cause: error });
  }
}
