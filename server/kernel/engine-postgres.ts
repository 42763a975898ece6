import pg from "pg";
import { columnTypes } from "./database.ts";
import type { Engine } from "./database.ts";
import type { Log } from "./log.ts";

export type PostgresOptions = { url: string; poolSize: number; log: Log };

/** PostgreSQL 15 or later, reached by DATABASE_URL. */
export function postgresEngine({ url, poolSize, log }: PostgresOptions): Engine {
  const settings = {
    connectionString: url,
    types: columnTypes,
    application_name: "frontdesk",
    options: "-c timezone=UTC",
  };
  const pool = new pg.Pool({ ...settings, max: poolSize, pipeline: true } as pg.PoolConfig);
  pool.on("error", (error) => log.warn({ error: error.message }, "an idle database connection was lost"));
  const listeners = new Set<pg.Client>();

  async function listen(channel: string, onPayload: (payload: string) => void, onReady: () => void) {
    let closed = false;
    let current: pg.Client | undefined;
    const connect = async (): Promise<void> => {
      const client = new pg.Client(settings);
      current = client;
      listeners.add(client);
      client.on("notification", (message) => onPayload(message.payload ?? ""));
      client.on("error", () => {
        listeners.delete(client);
        if (!closed) setTimeout(() => void connect().catch(() => client.emit("error")), 500).unref();
      });
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      onReady();
    };
    await connect();
    return async () => {
      closed = true;
      if (current) {
        listeners.delete(current);
        await current.end().catch(() => undefined);
      }
    };
  }

  return {
    name: "postgres",
    pool,
    listen,
    close: async () => {
      await Promise.all([...listeners].map((client) => client.end().catch(() => undefined)));
      await pool.end();
    },
  };
}
