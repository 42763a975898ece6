import { stopwatch } from "../kernel/clock.ts";
import type { Database } from "../kernel/database.ts";

const freshMs = 3_000;

/** The balance shown on every reply; read at most every few seconds per workspace, not per request. */
export class CreditMeter {
  readonly #database: Database;
  readonly #known = new Map<string, { credits: number; at: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  async remaining(workspaceId: string): Promise<number> {
    const known = this.#known.get(workspaceId);
    if (known && stopwatch() - known.at < freshMs) return known.credits;
    const row = await this.#database.read(workspaceId, (db) =>
      db.from("credit_balances").select("available").executeTakeFirst(),
    );
    const credits = row?.available ?? 0;
    this.#known.set(workspaceId, { credits, at: stopwatch() });
    return credits;
  }
}
