/**
 * Guessing is slow, and nobody's guesses lock somebody else out: attempts are refused by where they come from (an address, or a
 * browser that signed in before) and only delayed by whom they are aimed at.
 */
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { networkOf } from "../../../kernel/addresses.ts";
import type { App } from "../../../kernel/app.ts";
import { rateLimited } from "../../../kernel/errors.ts";
import { hashOfToken } from "./tokens.ts";

/** Each purpose counts for itself. */
type Purpose = "to sign in" | "to be mailed a link" | "to let an agent in";

export type Attempt = {
  address: string;
  account: string;
  purpose: Purpose;
  /** The browser, where it is known to have signed in to this very account: it has a budget of its own. */
  device?: string | undefined;
};

export const attemptsAtMost = 10;
const attemptWindowMs = 15 * 60 * 1000;
const firstDelayMs = 125;
const longestDelayMs = 4_000;

/**
 * Counts one attempt before it is tried, so that many at once cannot all pass; throws the 429 when too many came from there, and
 * waits a little when too many were aimed at the account. Answers how many those are. Counted in the database: for all nodes
 * together, and through a restart.
 */
export async function countAttempt(app: App, attempt: Attempt): Promise<number> {
  const now = app.clock.now();
  const oldest = new Date(now.getTime() - attemptWindowMs);
  const { source, target } = subjectsOf(attempt);
  const subjects = target === undefined ? [source] : [source, target];
  const counted = await app.database.system("authenticate", async (kysely) => {
    const { rows } = await sql<{ subject: string; count: number; started_at: Date }>`
      insert into sign_in_attempts as attempt (subject, count, started_at)
      select subject, 1, ${now} from unnest(${subjects}::text[]) subject order by subject
      on conflict (subject) do update
        set count = case when attempt.started_at <= ${oldest} then 1 else attempt.count + 1 end,
            started_at = case when attempt.started_at <= ${oldest} then ${now} else attempt.started_at end
      returning subject, count, started_at`.execute(kysely);
    return rows;
  });
  // Whoever asks for an agent's consent has something sent to the account: that is refused, however many addresses ask.
  const refusing = attempt.purpose === "to let an agent in" ? subjects : [source];
  const over = counted.filter(({ subject, count }) => refusing.includes(subject) && count > attemptsAtMost);
  if (over.length > 0) {
    const until = Math.max(...over.map((row) => row.started_at.getTime())) + attemptWindowMs;
    const waitSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
    throw rateLimited(`There were too many attempts ${attempt.purpose}.`, {
      fix: `Wait ${Math.ceil(waitSeconds / 60)} minutes, then try again.`,
      headers: { "retry-after": String(waitSeconds) },
    });
  }
  const aimed = counted.find(({ subject }) => subject === target)?.count ?? 0;
  const delayMs = attempt.purpose === "to sign in" ? delayOf(aimed) : 0;
  if (delayMs > 0) await pause(delayMs);
  return aimed;
}

/** Returns how long the n-th attempt on one account within the window waits: nothing for ten, then twice as long each time. */
export function delayOf(count: number): number {
  if (count <= attemptsAtMost) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(10, count - attemptsAtMost - 1));
}

/** The attempt was right: the account starts afresh, and where it came from, which an office shares, gets this one back. */
export async function forgiveAttempt(app: App, attempt: Attempt): Promise<void> {
  const { source, target = "" } = subjectsOf(attempt);
  await app.database.system("authenticate", (kysely) =>
    sql`update sign_in_attempts
           set count = case when subject = ${target} then 0 else greatest(count - 1, 0) end
         where subject in (${source}, ${target})`.execute(kysely),
  );
}

function subjectsOf({ address, account, purpose, device }: Attempt): { source: string; target?: string } {
  const what = purpose === "to sign in" ? "" : `${purpose} `;
  if (device !== undefined) return { source: `${what}device ${device}` };
  return {
    source: `${what}address ${networkOf(address)}`,
    target: `${what}account ${hashOfToken(account.trim().toLowerCase())}`,
  };
}
