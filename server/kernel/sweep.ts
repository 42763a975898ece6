import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { App } from "./app.ts";
import type { Clock } from "./clock.ts";

/** Rows that are of no use after a while: `column` is when one began, `keepMs` how long it is kept. */
export type Sweep = {
  readonly table: string;
  readonly column: string;
  readonly keepMs: number;
  /** Old rows that stay all the same. */
  readonly unless?: RawBuilder<boolean>;
};

const everyMs = 60 * 60 * 1000;
const batch = 5_000;

// A follower that was stopped for a month still finds what it has not read.
const unread = sql<boolean>`exists (select from event_followers follower
  where follower.workspace_id = events.workspace_id
    and (follower.transaction_id, follower.position) < (events.transaction_id, events.position))`;

/** The kernel's own: a stored response is replayed for a day; events can be read, and replayed, for thirty. */
export const kernelSweeps: readonly Sweep[] = [
  { table: "idempotency_keys", column: "created_at", keepMs: 24 * 60 * 60 * 1000 },
  { table: "events", column: "occurred_at", keepMs: 30 * 24 * 60 * 60 * 1000, unless: unread },
];

/** Deletes what is past its time, in batches, so that no statement holds many locks; answers how many rows went. */
export async function sweepOnce(app: Pick<App, "database" | "registry">, clock: Clock): Promise<number> {
  let gone = 0;
  for (const { table, column, keepMs, unless } of app.registry.sweeps) {
    const before = new Date(clock.now().getTime() - keepMs);
    for (let deleted = batch; deleted === batch; gone += deleted) {
      const result = await app.database.system("sweep", (kysely) =>
        sql`delete from ${sql.table(table)} where ctid = any (array(
              select ctid from ${sql.table(table)} where ${sql.ref(column)} < ${before}
                 and not ${unless ?? sql`false`} limit ${batch}))`.execute(kysely),
      );
      deleted = Number(result.numAffectedRows ?? 0);
    }
  }
  return gone;
}

/** Sweeps every hour until told to stop. */
export function startSweeping(app: App): () => void {
  const timer = setInterval(() => {
    sweepOnce(app, app.clock).catch((error: Error) =>
      app.log.warn({ error: error.message }, "old rows could not be swept"),
    );
  }, everyMs).unref();
  return () => clearInterval(timer);
}
