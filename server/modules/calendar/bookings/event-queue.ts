import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { job } from "../../../kernel/jobs.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { Service } from "../services/service.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import type { Booking } from "./booking.ts";

export interface EventQueueEnrollmentsTable {
  workspace_id: string;
  id: string;
  event_queue_id: string;
  opportunity_id: string;
  booking_id: string;
  starts_at: Timestamp;
  status: "pending" | "started" | "cancelled";
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    event_queue_enrollments: EventQueueEnrollmentsTable;
  }
}

/** Enrols the booking's opportunity in its service's event queue, to start the service's offset before the booking. */
export async function enrollInEventQueue(
  ctx: Ctx,
  booking: Booking,
  service: Service | undefined,
): Promise<void> {
  if (!service?.event_queue_id || booking.deal_id === null) return;
  const offsetMs = (service.enrollment_offset_minutes ?? 0) * MINUTE_MS;
  const startsAt = new Date(Math.max(booking.starts_at.getTime() - offsetMs, ctx.now.getTime()));
  const row = {
    event_queue_id: service.event_queue_id,
    opportunity_id: booking.deal_id,
    starts_at: startsAt,
    status: "pending" as const,
    updated_at: ctx.now,
  };
  await ctx.db
    .insert("event_queue_enrollments", {
      ...row,
      id: newId(ctx.now),
      booking_id: booking.id,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "booking_id"]).doUpdateSet(row))
    .execute();
  ctx.enqueue(startEventQueue, { bookingId: booking.id }, { startAt: startsAt });
}

export async function leaveEventQueue(ctx: Ctx, booking: Booking): Promise<void> {
  await ctx.db
    .update("event_queue_enrollments")
    .set({ status: "cancelled", updated_at: ctx.now })
    .where("booking_id", "=", booking.id)
    .where("status", "=", "pending")
    .execute();
}

/** An enrolment falls due. One that was cancelled, moved or started meanwhile is left alone. */
export const startEventQueue = job<{ bookingId: string }>({
  name: "start-event-queue",
  async run(one, { bookingId }) {
    await one.transaction(async (ctx) => {
      const started = await ctx.db
        .update("event_queue_enrollments")
        .set({ status: "started", updated_at: ctx.now })
        .where("booking_id", "=", bookingId)
        .where("status", "=", "pending")
        .where("starts_at", "<=", ctx.now)
        .returningAll()
        .executeTakeFirst();
      if (!started) return runWhenDue(ctx, bookingId);
      ctx.emit({
        type: "event_queue.started",
        noun: "event_queue_enrollment",
        recordId: started.id,
        payload: {
          id: started.id,
          event_queue_id: started.event_queue_id,
          opportunity_id: started.opportunity_id,
          booking_id: bookingId,
        },
      });
    });
  },
});

/** The queue's clock may be ahead of this node's: what is not due yet by ours is looked at again when it is. */
async function runWhenDue(ctx: Ctx, bookingId: string): Promise<void> {
  const waiting = await ctx.db
    .from("event_queue_enrollments")
    .select("starts_at")
    .where("booking_id", "=", bookingId)
    .where("status", "=", "pending")
    .executeTakeFirst();
  if (waiting) ctx.enqueue(startEventQueue, { bookingId }, { startAt: waiting.starts_at });
}
