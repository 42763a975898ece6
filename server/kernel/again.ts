/** Transactions that met: each waited for the other, and the database ended one of them so that the other could go on. */
import type { Log } from "./log.ts";

const codes = new Set(["40P01", "40001"]);
const mostTimesAgain = 3;

/** Whether the database ended a transaction for another's sake: nothing is wrong with it, and nothing of it was kept. */
export function haveMet(error: unknown): boolean {
  return codes.has(String((error as { code?: unknown } | undefined)?.code));
}

/**
 * Runs a whole transaction, and again from its beginning, three times at most, when it was ended for another's sake. `attempt`
 * may reach nothing outside the database and keep nothing from one time to the next. Whoever is tried again waits where the other
 * one still holds what both want, so there is no pause between.
 */
export async function againWhenMet<T>(
  log: Log,
  about: { requestId: string; operation: string },
  attempt: () => Promise<T>,
): Promise<T> {
  for (let again = 1; ; again += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!haveMet(error) || again > mostTimesAgain) throw error;
      const { requestId: corrId, operation } = about;
      const { code } = error as { code: string };
      log.info({ corrId, operation, code, again }, "two transactions met; this one runs again");
    }
  }
}
