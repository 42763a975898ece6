/** Who stands behind an agent: the person who let it speak for them, and what it has done in their name. */
import type { Ctx } from "../../../kernel/context.ts";
import { declareError } from "../../../kernel/errors.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { consentEnded } from "./agent-actor.ts";
import { consentOfKey } from "./consent/consents.store.ts";

export interface AgentBookingsTable {
  workspace_id: string;
  booking_id: string;
  agent_id: string;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    agent_bookings: AgentBookingsTable;
  }
}

export type AgentCustomer = { name: string; email?: string; phone?: string };

export const tooManyBookings = declareError(
  "TOO_MANY_BOOKINGS",
  409,
  "The agent has as many appointments ahead, or times held, as one person is given.",
);

/** Ahead at once, for one person. */
const bookingsAtMost = 10;

/** Whether the caller speaks for one person, and may touch nothing but that person's. */
export function speaksForSomebody(ctx: Ctx): boolean {
  return ctx.actor.kind === "agent";
}

/**
 * Who the booking is for: the person who gave the consent or whom the credential names, proven as they are; the business' own
 * key says it itself.
 */
export async function customerOf(ctx: Ctx, given: AgentCustomer): Promise<AgentCustomer> {
  if (!speaksForSomebody(ctx)) return given;
  const { claims } = ctx.actor;
  if (claims) {
    const name = typeof claims["name"] === "string" ? claims["name"].trim().slice(0, 200) : "";
    return { name: name || given.name, email: String(claims["email"]) };
  }
  const consent = await consentOfKey(ctx, ctx.actor.id);
  // Taken back since the call came in.
  if (!consent) throw consentEnded(ctx.app, (await workspaceOf(ctx)).slug, ctx.actor.name);
  const { customer_name: name, address } = consent;
  return consent.channel === "email" ? { name, email: address } : { name, phone: address };
}

/** Refuses an agent whose person has enough ahead of them already. */
export async function refuseTooMany(ctx: Ctx): Promise<void> {
  if (!speaksForSomebody(ctx)) return;
  const ahead = await ctx.db
    .from("agent_bookings")
    .innerJoin("bookings", (join) =>
      join
        .onRef("bookings.workspace_id", "=", "agent_bookings.workspace_id")
        .onRef("bookings.id", "=", "agent_bookings.booking_id"),
    )
    .select("agent_bookings.booking_id")
    .where("agent_bookings.agent_id", "=", ctx.actor.id)
    .where("bookings.status", "=", "confirmed")
    .where("bookings.starts_at", ">", ctx.now)
    .limit(bookingsAtMost)
    .execute();
  if (ahead.length < bookingsAtMost) return;
  throw tooManyBookings(`There are ${bookingsAtMost} appointments ahead already.`, {
    fix: "Cancel one of them first.",
  });
}

/** How many times somebody holds now; no more than `atMost` are counted. */
export async function countHolds(ctx: Ctx, heldBy: string, atMost: number): Promise<number> {
  const held = ctx.db
    .from("slot_holds")
    .select("id")
    .where("held_by", "=", heldBy)
    .where("expires_at", ">", ctx.now);
  return (await held.limit(atMost).execute()).length;
}

export async function rememberAgentBooking(ctx: Ctx, bookingId: string): Promise<void> {
  if (!speaksForSomebody(ctx)) return;
  await ctx.db
    .insert("agent_bookings", { booking_id: bookingId, agent_id: ctx.actor.id, created_at: ctx.now })
    .execute();
}

/** Whether the caller may know of a booking: the business' own key of every one, an agent of those it made. */
export async function mayTouchBooking(ctx: Ctx, bookingId: string): Promise<boolean> {
  if (!speaksForSomebody(ctx)) return true;
  const row = await ctx.db
    .from("agent_bookings")
    .select("booking_id")
    .where("booking_id", "=", bookingId)
    .where("agent_id", "=", ctx.actor.id)
    .executeTakeFirst();
  return row !== undefined;
}
