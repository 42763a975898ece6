/**
 * The only source of "now". Everything else takes `ctx.now` or a Clock. The database's own clock is never read
 * by our SQL, and the job queue is given this one (see jobs.ts), so a test or the simulator can move time.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = {
  now: () => new Date(),
};

/** A fixed instant, or an offset from real time. */
export type ClockSetting = { frozenAt: Date | null; offsetMs: number };

/** What the `simulator_clock` row says: a setting, and how many moves led to it. */
export type ClockMove = ClockSetting & { moves: number };

/** A clock that can be moved: frozen at an instant in tests, running at an offset in the simulator. */
export class MovableClock implements Clock {
  #frozenAt: number | null;
  #offsetMs: number;
  #moves = 0;

  constructor(setting: ClockSetting) {
    this.#frozenAt = setting.frozenAt?.getTime() ?? null;
    this.#offsetMs = setting.offsetMs;
  }

  now(): Date {
    return new Date(this.#frozenAt ?? Date.now() + this.#offsetMs);
  }

  get setting(): ClockSetting {
    return { frozenAt: this.#frozenAt === null ? null : new Date(this.#frozenAt), offsetMs: this.#offsetMs };
  }

  /** Takes up a move, unless a later one was taken up already: whoever read the row first may come last. */
  follow({ moves, ...setting }: ClockMove): void {
    if (moves <= this.#moves) return;
    this.#moves = moves;
    this.apply(setting);
  }

  apply(setting: ClockSetting): void {
    this.#frozenAt = setting.frozenAt?.getTime() ?? null;
    this.#offsetMs = setting.offsetMs;
  }

  /** The setting that would make now() answer `target`; a frozen clock stays frozen. */
  settingFor(target: Date): ClockSetting {
    if (this.#frozenAt !== null) return { frozenAt: target, offsetMs: 0 };
    return { frozenAt: null, offsetMs: target.getTime() - Date.now() };
  }
}

/** Seconds since `startedAt` on the monotonic clock; for measuring, never for deciding. */
export function elapsedMs(startedAt: number): number {
  return performance.now() - startedAt;
}

export function stopwatch(): number {
  return performance.now();
}
