/** Who and what keeps which time, as the database derives it from bookings and holds (docs/decisions/0010-slot-claims.md). */
import type { Ctx } from "../../../kernel/context.ts";
import type { Generated } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

interface SlotClaimsTable {
  workspace_id: string;
  subject_kind: "member" | "resource";
  subject_id: string;
  occasion_id: string;
  seat: Generated<number>;
  booking_id: string | null;
  hold_id: string | null;
  claimed_from: Timestamp;
  claimed_until: Timestamp;
  expires_at: Timestamp | null;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    slot_claims: SlotClaimsTable;
  }
}

const exclusionViolation = "23P01";

/**
 * Runs an attempt on somebody's time; undefined when the time is taken, and then the attempt has left nothing behind: no
 * row, and no lock either, so that whoever tries one host after another never holds one while waiting for the next.
 */
export async function unlessTaken<T>(ctx: Ctx, attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ctx.db.savepoint(attempt);
  } catch (error) {
    if ((error as { code?: string }).code === exclusionViolation) return undefined;
    throw error;
  }
}
