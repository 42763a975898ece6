import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { VoiceCall } from "../../../surfaces/voice-call.ts";
import type { Booking } from "../bookings/booking.ts";
import { rememberedMs } from "./callers-bookings.store.ts";

interface VoiceListingsTable {
  workspace_id: string;
  listener: string;
  booking_ids: string[];
  listed_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    voice_listings: VoiceListingsTable;
  }
}

/** What a booking's source_name says of the call it was made in; undefined when the platform names none. */
export function callName(call: VoiceCall): string | undefined {
  const id = call?.call_id?.trim();
  return id ? `Voice call ${id}` : undefined;
}

/** A platform that hears nothing for a while sends the same again: the second one waits for the first. */
export async function lockListener(ctx: Ctx, about: string): Promise<void> {
  const name = `voice ${ctx.workspaceId} ${about}`;
  await ctx.db.raw(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

/**
 * Who hears the caller's list of bookings, by name: the call, else the caller's number. One request of a caller after the other, so
 * that a number is never counted in a list that another one is shortening.
 */
export async function lockedListener(ctx: Ctx, call: VoiceCall, numbers: readonly string[]): Promise<string> {
  await lockListener(ctx, `the bookings of ${numbers[0]}`);
  return callName(call) ?? `Caller ${numbers[0]}`;
}

/** Whoever has a service at a start, first come first. */
export function confirmedAt(ctx: Ctx, serviceId: string, startsAt: Date): Promise<Booking[]> {
  return ctx.db
    .from("bookings")
    .selectAll()
    .where("event_type_id", "=", serviceId)
    .where("starts_at", "=", startsAt)
    .where("status", "=", "confirmed")
    .orderBy("id")
    .execute();
}

/** The ids of the list this listener (a call, else a number) was last read, in its order; undefined when it is too long ago. */
export async function lastListing(ctx: Ctx, listener: string): Promise<string[] | undefined> {
  const row = await ctx.db
    .from("voice_listings")
    .select("booking_ids")
    .where("listener", "=", listener)
    .where("listed_at", ">", new Date(ctx.now.getTime() - rememberedMs))
    .executeTakeFirst();
  return row?.booking_ids;
}

export async function rememberListing(ctx: Ctx, listener: string, bookingIds: string[]): Promise<void> {
  const row = { booking_ids: bookingIds, listed_at: ctx.now };
  await ctx.db
    .insert("voice_listings", { listener, ...row })
    .onConflict((conflict) => conflict.columns(["workspace_id", "listener"]).doUpdateSet(row))
    .execute();
}
