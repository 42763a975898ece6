/**
 * How much of one workspace's work may wait. What waits is rows with a state (docs/decisions/0004-jobs-and-the-clock.md), and
 * a job that points at each: so rows are counted, and jobs are bounded with them. docs/decisions/0022-what-may-wait.md.
 */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "./context.ts";
import { rateLimited } from "./errors.ts";

export type Room = {
  /** What waits, in the plural: "imports". */
  what: string;
  most: number;
  /** What the caller can do about it. */
  fix: string;
};

const retryAfterSeconds = 60;

/**
 * Refuses what a request would add while `most` rows wait: the 429 names how many do. `waiting` selects the rows, and names the
 * workspace. Calls made at the same moment do not see each other's rows, so there may be a few more than `most`.
 */
export async function mustHaveRoom(
  ctx: Pick<Ctx, "db">,
  waiting: RawBuilder<unknown>,
  { what, most, fix }: Room,
): Promise<void> {
  // Counted no further than it takes to know.
  const [found] = await ctx.db.raw(sql<{ count: number }>`
    select count(*)::integer as count from (${waiting} limit ${most}) counted`);
  const count = found?.count ?? 0;
  if (count < most) return;
  const shown = count.toLocaleString("en-GB");
  throw rateLimited(`${shown} ${what} wait already, which is as many as may wait in one workspace.`, {
    fix,
    details: { waiting: count, most },
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}
