import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { VoiceCall } from "../../../surfaces/voice-call.ts";
import type { Booking } from "../bookings/booking.ts";

/** What a booking's source_name says of the call it was made in; undefined when the platform names none. */
export function callName(call: VoiceCall): string | undefined {
  const id = call?.call_id?.trim();
  return id ? `Voice call ${id}` : undefined;
}

/** A platform that hears nothing for a while sends the same again: the second one waits for the first. */
export async function lockCall(ctx: Ctx, call: VoiceCall, about: string): Promise<void> {
  const name = `voice ${ctx.workspaceId} ${callName(call) ?? ""} ${about}`;
  await ctx.db.raw(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

type Made = { serviceId: string; startsAt: Date; email: string };

/** What this call has booked of a service at a start; of a call without a name, what voice agents have booked for that address. */
export function bookingsOfCall(ctx: Ctx, call: VoiceCall, made: Made): Promise<Booking[]> {
  const name = callName(call);
  const query = ctx.db
    .from("bookings")
    .selectAll()
    .where("event_type_id", "=", made.serviceId)
    .where("starts_at", "=", made.startsAt)
    .where("status", "=", "confirmed")
    .where("source", "=", "voice");
  return (
    name === undefined
      ? query.where(sql<boolean>`lower(booker_email) = ${made.email.toLowerCase()}`)
      : query.where("source_name", "=", name)
  )
    .orderBy("id")
    .execute();
}
