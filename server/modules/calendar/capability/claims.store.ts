import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBooking, latestOf } from "../bookings/bookings.store.ts";

export interface CapabilityClaimsTable {
  workspace_id: string;
  service_id: string;
  starts_at: Timestamp;
  email: string;
  booking_id: string | null;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    capability_claims: CapabilityClaimsTable;
  }
}

const windowMs = 60_000;

export type CapabilityRequest = { serviceId: string; startsAt: Date; email: string };

/**
 * Holds a request until the transaction ends, so that its twin waits here, and answers the booking it led to within
 * the last 60 seconds, unless it was cancelled since. A request that fails leaves nothing behind.
 */
export async function claimRequest(ctx: Ctx, request: CapabilityRequest): Promise<Booking | undefined> {
  const claim = await ctx.db
    .insert("capability_claims", {
      service_id: request.serviceId,
      starts_at: request.startsAt,
      email: request.email.toLowerCase(),
      booking_id: null,
      created_at: ctx.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "service_id", "starts_at", "email"])
        .doUpdateSet({ created_at: sql`capability_claims.created_at` } as never),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  const fresh = claim.created_at.getTime() >= ctx.now.getTime() - windowMs;
  if (claim.booking_id === null || !fresh) return undefined;
  const made = await findBooking(ctx, claim.booking_id);
  const latest = made && (await latestOf(ctx, made));
  // One that was cancelled is no appointment to answer with: who asks again wants another.
  return latest?.status === "cancelled" ? undefined : latest;
}

export async function rememberBooking(
  ctx: Ctx,
  request: CapabilityRequest,
  bookingId: string,
): Promise<void> {
  await ctx.db
    .update("capability_claims")
    .set({ booking_id: bookingId, created_at: ctx.now } as never)
    .where("service_id", "=", request.serviceId)
    .where("starts_at", "=", request.startsAt)
    .where("email", "=", request.email.toLowerCase())
    .execute();
}
