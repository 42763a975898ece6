/**
 * Work that must not hold up everybody else, ended from outside when it takes too long. V8 looks for the end at every backward jump and
 * while an expression backtracks, so that not even a hopeless one goes on; what was begun is dropped, and the caller hears of it.
 */
import { createContext, Script } from "node:vm";

export class DeadlineExceeded extends Error {
  constructor(milliseconds: number) {
    super(`gave up after ${milliseconds} ms`);
    this.name = "DeadlineExceeded";
  }
}

const ticket: { work: () => unknown } = { work: () => undefined };
let runner: ((milliseconds: number) => unknown) | undefined;
let running = false;
/** A machine this busy gives no thread its time; what then still does not come to an end is given up. */
const mostTries = 20;

/**
 * Returns what `work` returns; throws DeadlineExceeded when that takes more than `milliseconds` of this thread's own time. `work` is
 * synchronous, and can be done again: on a machine that gave the thread less than that it is, so that nobody's text is refused for the
 * noise of others.
 */
export function within<Result>(milliseconds: number, work: () => Result): Result {
  // What is part of something with a deadline ends with it.
  if (running) return work();
  ticket.work = work;
  running = true;
  try {
    runner ??= makeRunner();
    for (let tries = 1; ; tries += 1) {
      const before = threadMs();
      try {
        return runner(milliseconds) as Result;
      } catch (error) {
        if ((error as { code?: unknown } | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
        const had = threadMs() - before;
        if (had > milliseconds * 0.8 || tries === mostTries) throw new DeadlineExceeded(milliseconds);
      }
    }
  } finally {
    running = false;
    ticket.work = () => undefined;
  }
}

function makeRunner(): (milliseconds: number) => unknown {
  const script = new Script("ticket.work()");
  const context = createContext({ ticket });
  return (milliseconds) => script.runInContext(context, { timeout: milliseconds });
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
