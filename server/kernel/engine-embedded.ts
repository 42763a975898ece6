import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import pg from "pg";
import { stopwatch } from "./clock.ts";
import { columnTypes } from "./database.ts";
import type { Engine } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import type { Answer } from "./one-line.ts";

export type EmbeddedEngine = Engine & {
  readonly name: "embedded";
  /** The whole database as a tar archive. Opened again, it recovers to what was committed at the moment of the call. */
  dump(compression?: "none" | "gzip"): Promise<Blob>;
};

const turnEveryMs = 8;

/** Where the database lies inside the data folder; the lock and the snapshots are its neighbours. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, "database");
}

/** PGlite with our extensions, on a folder of its own or in memory. */
export async function openPglite(folder?: string, load?: Blob): Promise<PGlite> {
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  return PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    ...(load === undefined ? {} : { loadDataDir: load }),
    extensions: { pg_trgm, btree_gist, btree_gin },
  });
}

/**
 * PGlite in the data folder, which it locks (or in memory when `folder` is undefined, for tests). One session serves
 * everybody, so the pool holds one client: a unit of work that asked for a second one would wait for itself.
 * `answer` is for the processes that the lock keeps out.
 */
export async function embeddedEngine(options: {
  folder?: string;
  load?: Blob;
  answer?: Answer;
}): Promise<EmbeddedEngine> {
  const { folder, load, answer } = options;
  const unlock = folder === undefined ? async () => {} : await lockFolder(folder, answer);
  const pglite = await openPglite(folder === undefined ? undefined : databaseFolder(folder), load).catch(
    async (error: unknown) => {
      await unlock();
      throw error;
    },
  );
  const pool = new pg.Pool({
    Client: clientOf(pglite),
    max: 1,
    pipeline: true,
    types: columnTypes,
    idleTimeoutMillis: 0,
  } as pg.PoolConfig);
  pool.on("error", () => undefined);
  // A new client meets the session its predecessor left behind, perhaps in the middle of a transaction.
  pool.on("connect", (client) => {
    void client.query("rollback").catch(() => undefined);
    void client.query("deallocate all").catch(() => undefined);
  });
  let lastTurn = stopwatch();
  // What goes round the pool waits for the transaction in progress: it would be part of it, and end with it.
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      return await work();
    } finally {
      client.release();
    }
  };

  return {
    name: "embedded",
    pool,
    ownSessions: true,
    session: async () => {
      const client = await pool.connect();
      // The session outlives this use of it, and whoever has no scope works in its role.
      const release = async () =>
        client.release(
          await client
            .query("reset role")
            .then(() => false)
            .catch(() => true),
        );
      return { client, release };
    },
    // Statements here finish in microtasks: without this a busy loop of them would starve every timer and socket.
    breathe: () => {
      if (stopwatch() - lastTurn < turnEveryMs) return undefined;
      return nextTurn().then(() => {
        lastTurn = stopwatch();
      });
    },
    listen: async (channel, onPayload, onReady) => {
      const stop = await inTurn(() => pglite.listen(channel, onPayload));
      onReady();
      return () => inTurn(() => stop());
    },
    dump: async (compression = "none") => (await pglite.dumpDataDir(compression)) as Blob,
    close: async () => {
      await pool.end();
      await pglite.close();
      await unlock();
    },
  };
}

// The adapter keeps one connection object per config. Clients that shared one would read each other's answers, so
// each gets its own.
function clientOf(pglite: PGlite): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(Object.assign(createPgConfig(inBatches(pglite)), config));
    }
  };
}

// The messages that PostgreSQL answers at once; what comes before one of them belongs to it.
const [simpleQuery, sync, flush] = ["Q", "S", "H"].map((letter) => letter.charCodeAt(0));

/**
 * The adapter hands over message by message, and between two of them anybody may have the database. A batch must be carried
 * out as a whole, as on a connection of a server, so its messages wait here for the one that ends it.
 */
function inBatches(pglite: PGlite): PGlite {
  let waiting: Uint8Array[] = [];
  const execProtocolStream: PGlite["execProtocolStream"] = (message, options) => {
    waiting.push(message);
    const kind = message[0];
    if (kind !== simpleQuery && kind !== sync && kind !== flush) return Promise.resolve([]);
    const batch = Buffer.concat(waiting);
    waiting = [];
    return pglite.execProtocolStream(batch, options);
  };
  return { waitReady: pglite.waitReady, execProtocolStream } as PGlite;
}
