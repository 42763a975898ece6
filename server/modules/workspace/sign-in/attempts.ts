/** Guessing is slow: ten attempts in fifteen minutes from one address, and on one account. Each purpose counts for itself. */
import { sql } from "kysely";
import { networkOf } from "../../../kernel/addresses.ts";
import type { App } from "../../../kernel/app.ts";
import { rateLimited } from "../../../kernel/errors.ts";
import { hashOfToken } from "./tokens.ts";

type Purpose = "to sign in" | "to let an agent in";

const attemptsAtMost = 10;
const attemptWindowMs = 15 * 60 * 1000;

/**
 * Counts one attempt before it is tried, so that many at once cannot all pass; throws the 429 when it is one too many.
 * Counted in the database: for all nodes together, and through a restart.
 */
export async function countAttempt(
  app: App,
  address: string,
  account: string,
  purpose: Purpose = "to sign in",
): Promise<void> {
  const now = app.clock.now();
  const oldest = new Date(now.getTime() - attemptWindowMs);
  const counted = await app.database.system("authenticate", async (kysely) => {
    const { rows } = await sql<{ count: number; started_at: Date }>`
      insert into sign_in_attempts as attempt (subject, count, started_at)
      select subject, 1, ${now} from unnest(${subjectsOf(address, account, purpose)}::text[]) subject order by subject
      on conflict (subject) do update
        set count = case when attempt.started_at <= ${oldest} then 1 else attempt.count + 1 end,
            started_at = case when attempt.started_at <= ${oldest} then ${now} else attempt.started_at end
      returning count, started_at`.execute(kysely);
    return rows;
  });
  const over = counted.filter(({ count }) => count > attemptsAtMost);
  if (over.length === 0) return;
  const until = Math.max(...over.map((row) => row.started_at.getTime())) + attemptWindowMs;
  const waitSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
  throw rateLimited(`There were too many attempts ${purpose}.`, {
    fix: `Wait ${Math.ceil(waitSeconds / 60)} minutes, then try again.`,
    headers: { "retry-after": String(waitSeconds) },
  });
}

/** The attempt was right: the account starts afresh, and the address, which an office shares, gets this one back. */
export async function forgiveAttempt(app: App, address: string, account: string): Promise<void> {
  const [fromAddress = "", onAccount = ""] = subjectsOf(address, account);
  await app.database.system("authenticate", (kysely) =>
    sql`update sign_in_attempts
           set count = case when subject = ${onAccount} then 0 else greatest(count - 1, 0) end
         where subject in (${fromAddress}, ${onAccount})`.execute(kysely),
  );
}

function subjectsOf(address: string, account: string, purpose: Purpose = "to sign in"): string[] {
  const what = purpose === "to sign in" ? "" : `${purpose} `;
  return [
    `${what}address ${networkOf(address)}`,
    `${what}account ${hashOfToken(account.trim().toLowerCase())}`,
  ];
}
