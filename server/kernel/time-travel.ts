import { setTimeout as realTime } from "node:timers/promises";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import { MovableClock } from "./clock.ts";
import type { ClockMove, ClockSetting } from "./clock.ts";
import type { Database } from "./database.ts";
import type { Jobs } from "./jobs.ts";
import type { SimulatorClockTable } from "./tables.ts";

const channel = "frontdesk_clock";
const lookEveryMs = 4;
const patienceMs = 30_000;

/**
 * Moves the clock of a simulated installation. Time goes forward from one due job to the next, and stands
 * still at each until its work is done, so everything happens at its own instant and in order, however far the jump.
 * The setting lives in the database, so the queue's own clock and every node follow.
 */
export class TimeTravel {
  readonly clock: MovableClock;
  readonly #database: Database;
  #jobs: Jobs | undefined;
  #quiet: () => Promise<void> = () => Promise.resolve();
  #moving: Promise<unknown> = Promise.resolve();
  #stopListening: (() => Promise<void>) | undefined;

  private constructor(database: Database, clock: MovableClock) {
    this.#database = database;
    this.clock = clock;
  }

  /** Takes up the setting the database has, or `initial` when it has none. */
  static async open(database: Database, initial: ClockSetting): Promise<TimeTravel> {
    const row = await database.system("simulator", async (kysely) => {
      await kysely
        .insertInto("simulator_clock")
        .values({ id: 1, frozen_at: initial.frozenAt, offset_ms: initial.offsetMs })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
      return kysely.selectFrom("simulator_clock").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
    });
    const travel = new TimeTravel(database, new MovableClock(moveOf(row)));
    travel.clock.follow(moveOf(row));
    const reread = () => void travel.#reread().catch(() => undefined);
    travel.#stopListening = await database.engine.listen(channel, reread, () => undefined);
    return travel;
  }

  follow(jobs: Jobs): void {
    this.#jobs = jobs;
  }

  /** Time stands still for this as well: it resolves when work that is no job of the queue is done. */
  waitFor(quiet: () => Promise<void>): void {
    this.#quiet = quiet;
  }

  /** Moves to `target` and resolves when all that fell due on the way has been done. Moves wait for each other. */
  moveTo(target: Date): Promise<void> {
    const move = this.#moving.then(() => this.#move(target));
    this.#moving = move.catch(() => undefined);
    return move;
  }

  /** Resolves when nothing is due or running at the present instant. */
  settle(): Promise<void> {
    const settling = this.#moving.then(async () => void (await this.#drain()));
    this.#moving = settling.catch(() => undefined);
    return settling;
  }

  async close(): Promise<void> {
    await this.#stopListening?.();
  }

  async #move(target: Date): Promise<void> {
    let nextDueAt = await this.#drain();
    while (nextDueAt && nextDueAt <= target) {
      if (nextDueAt > this.clock.now()) await this.#set(nextDueAt);
      nextDueAt = await this.#drain();
    }
    // A running clock may have passed the target while work was done, and never goes back.
    if (this.clock.setting.frozenAt !== null || target > this.clock.now()) await this.#set(target);
    await this.#drain();
  }

  // Waits until no job is due or running; answers when the next one falls due.
  async #drain(): Promise<Date | undefined> {
    if (!this.#jobs) return undefined;
    const rounds = patienceMs / lookEveryMs;
    for (let round = 0; round < rounds; round += 1) {
      await this.#quiet();
      const { busy, nextDueAt } = await this.#jobs.outlook(this.clock.now());
      if (busy === 0) return nextDueAt;
      if (round % 25 === 0) await this.#jobs.wake(this.clock.now());
      await realTime(lookEveryMs);
    }
    const busy = await this.#jobs.describeBusy(this.clock.now());
    throw new Error(`work that fell due did not finish (${busy}); is a worker running?`);
  }

  async #set(target: Date): Promise<void> {
    const setting = this.clock.settingFor(target);
    const row = await this.#database.system("simulator", (kysely) =>
      kysely
        .updateTable("simulator_clock")
        .set({ frozen_at: setting.frozenAt, offset_ms: setting.offsetMs, moves: sql`moves + 1` })
        .where("id", "=", 1)
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    this.clock.follow(moveOf(row));
    await this.#database.owner(`select pg_notify('${channel}', '')`);
  }

  async #reread(): Promise<void> {
    const row = await this.#database.system("simulator", (kysely) =>
      kysely.selectFrom("simulator_clock").selectAll().where("id", "=", 1).executeTakeFirst(),
    );
    if (row) this.clock.follow(moveOf(row));
  }
}

function moveOf(row: Selectable<SimulatorClockTable>): ClockMove {
  return { frozenAt: row.frozen_at, offsetMs: row.offset_ms, moves: row.moves };
}
