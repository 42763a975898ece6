import pg from "pg";
import { columnTypes } from "./database.ts";
import type { Engine } from "./database.ts";
import type { Log } from "./log.ts";

export type PostgresOptions = {
  url: string;
  /** The server itself, where `url` leads through a pooler that lends out a session for each transaction. */
  directUrl?: string | undefined;
  poolSize: number;
  log: Log;
};

// Times are read and written in UTC. As a setting of its own in the startup message: poolers know this one, and carry it over to
// whatever session they lend; `options` they refuse or ignore.
class UtcClient extends pg.Client {
  getStartupConf(): object {
    const base = Object.getPrototypeOf(UtcClient.prototype) as { getStartupConf(): object };
    return { ...base.getStartupConf.call(this), TimeZone: "UTC" };
  }
}

/** PostgreSQL 15 or later, reached by DATABASE_URL. Rejects where it leads through a pooler and nothing else was given. */
export async function postgresEngine({ url, directUrl, poolSize, log }: PostgresOptions): Promise<Engine> {
  const common = { types: columnTypes, application_name: "frontdesk" };
  const throughPool = { ...common, connectionString: url };
  const direct = { ...common, connectionString: directUrl ?? url };
  const ownSessions = await hasOwnSessions(throughPool, "DATABASE_URL");
  if (directUrl === undefined ? !ownSessions : !(await hasOwnSessions(direct, "DATABASE_DIRECT_URL"))) {
    throw new Error(pooled(directUrl === undefined ? "DATABASE_URL" : "DATABASE_DIRECT_URL"));
  }
  const pool = new pg.Pool({
    ...throughPool,
    Client: UtcClient,
    max: poolSize,
    pipeline: true,
  } as pg.PoolConfig);
  pool.on("error", (error) => log.warn({ error: error.message }, "an idle database connection was lost"));
  const listening = new Set<pg.Client>();

  return {
    name: "postgres",
    pool,
    ownSessions,
    session: async () => {
      const client = new UtcClient(direct);
      await client.connect();
      return { client, release: () => client.end() };
    },
    listen: (channel, onPayload, onReady) => listenOn(direct, listening, channel, onPayload, onReady),
    close: async () => {
      await Promise.all([...listening].map((client) => client.end().catch(() => undefined)));
      await pool.end();
    },
  };
}

/** Listens until told to stop, and connects again whenever the connection is lost. */
async function listenOn(
  settings: pg.ClientConfig,
  listening: Set<pg.Client>,
  channel: string,
  onPayload: (payload: string) => void,
  onReady: () => void,
): Promise<() => Promise<void>> {
  let closed = false;
  let current: pg.Client | undefined;
  const connect = async (): Promise<void> => {
    const client = new UtcClient(settings);
    current = client;
    listening.add(client);
    client.on("notification", (message) => onPayload(message.payload ?? ""));
    client.on("error", () => {
      listening.delete(client);
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
      listening.delete(current);
      await current.end().catch(() => undefined);
    }
  };
}

// Which of two connections asks, in turn. No even rhythm: a pooler that hands out its sessions in a circle would fit one.
const turns = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1];

/**
 * Returns whether a connection keeps one session, and is alone in having it. A pooler of transactions gives the session of one
 * connection to the next, or a connection one session and then another; which of both depends on how it picks them.
 */
async function hasOwnSessions(settings: pg.ClientConfig, variable: string): Promise<boolean> {
  const clients = [new UtcClient(settings), new UtcClient(settings)];
  // A connection that is lost makes the question fail; that is all there is to hear.
  for (const client of clients) client.on("error", () => undefined);
  try {
    for (const client of clients) await client.connect();
    const seen = [new Set<number>(), new Set<number>()];
    for (const turn of turns) {
      const { rows } = await clients[turn]!.query<{ pid: number; zone: string }>(
        "select pg_backend_pid() as pid, current_setting('TimeZone') as zone",
      );
      if (rows[0]?.zone !== "UTC") throw new Error(notUtc(variable, rows[0]?.zone));
      seen[turn]!.add(rows[0].pid);
    }
    return new Set([...seen[0]!, ...seen[1]!]).size === 2 && seen.every((pids) => pids.size === 1);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

const notUtc = (variable: string, zone: string | undefined) =>
  `The sessions ${variable} leads to have the time zone ${zone} and not the one we ask for, UTC: something in between drops it. ` +
  `Set it for the login: alter role … set timezone to 'UTC'.`;

const pooled = (variable: string) =>
  variable === "DATABASE_URL"
    ? "The address of the database leads through a pooler that lends out another session for each transaction (PgBouncer with " +
      "pool_mode = transaction). Frontdesk works behind one, but migrations and being told of changes need sessions of their own: " +
      "set DATABASE_DIRECT_URL to the server itself as well (for `move`, give that address), or let the pooler lend sessions " +
      "(pool_mode = session)."
    : `${variable} leads through a pooler that lends out another session for each transaction; it has to lead to the server itself.`;
