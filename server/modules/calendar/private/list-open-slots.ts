import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { usualHours } from "../availability/availability.ts";
import { openSlotsFor } from "../bookings/slots-for.ts";
import { defaultDurationMinutes, durationOf } from "../services/service.ts";
import { findService } from "../services/services.store.ts";
import { DAY_MS, dateOf, epochDayAt, weekdayOf } from "../slots/wall-clock.ts";
import { dateRange } from "./date-range.ts";

const longestRangeDays = 62;

const Slot = Type.Object({
  scheduledStartAt: Type.String({ format: "date-time" }),
  scheduledEndAt: Type.String({ format: "date-time" }),
  staffIds: Type.Array(Type.String()),
});

/** Open times between two dates, and the days on which there is nothing to ask for. */
export const listOpenSlots = operation({
  name: "list_open_slots",
  surface: privateBookings,
  section: "Bookings",
  route: "GET /open-slots",
  scopes: ["READ_BOOKINGS"],
  effect: "read",
  noun: "booking",
  summary: "List open appointment times, and the days the business is closed.",
  input: Type.Object(
    {
      from: Type.String({ description: "First day, YYYY-MM-DD in the business' zone, included." }),
      to: Type.String({ description: `Last day, included; at most ${longestRangeDays} days.` }),
      serviceLabel: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: "A service, by name." }),
      ),
      durationMinutes: Type.Optional(Type.Integer({ minimum: 5, maximum: 1440 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    timeZone: Type.String(),
    serviceLabel: Type.Union([Type.String(), Type.Null()]),
    durationMinutes: Type.Integer(),
    slots: Type.Array(Slot),
    blackoutDates: Type.Array(
      Type.Object({ date: Type.String(), reason: Type.Union([Type.String(), Type.Null()]) }),
    ),
    guidance: Type.String(),
  }),
  errors: [notFound],
  async run(ctx, input) {
    const { timeZone } = await workspaceOf(ctx);
    const { start, end } = dateRange(input, timeZone);
    const [from, to] = [start as Date, end as Date];
    if (to.getTime() - from.getTime() > (longestRangeDays + 1) * DAY_MS) {
      throw invalidField(
        "to",
        `may be at most ${longestRangeDays} days after from`,
        "Ask for fewer days at a time.",
      );
    }
    const service =
      input.serviceLabel === undefined ? undefined : await findService(ctx, { name: input.serviceLabel });
    if (input.serviceLabel !== undefined && !service) {
      throw notFound(`No service is called ${input.serviceLabel}.`, {
        fix: "Leave serviceLabel out and send durationMinutes, or use the name of a service.",
      });
    }
    const durationMinutes = input.durationMinutes ?? (service ? durationOf(service) : defaultDurationMinutes);
    const slots = await openSlotsFor(ctx, { service, durationMinutes, from, to });
    const blackoutDates = await blackouts(ctx, from, to, timeZone);
    return {
      timeZone,
      serviceLabel: service?.name ?? null,
      durationMinutes,
      slots: slots.map((slot) => ({
        scheduledStartAt: slot.startsAt.toISOString(),
        scheduledEndAt: slot.endsAt.toISOString(),
        staffIds: slot.memberIds,
      })),
      blackoutDates,
      guidance: guidanceOf(slots.length, blackoutDates.length),
    };
  },
});

/** Days of [from, to) on which the company is closed, by its week or by an exception. */
async function blackouts(ctx: Ctx, from: Date, to: Date, zone: string) {
  const company = await ctx.db
    .from("scheduling_availability")
    .select(["weekly_hours", "date_overrides"])
    .where("member_id", "is", null)
    .executeTakeFirst();
  const openDays = new Set((company?.weekly_hours ?? usualHours).map((entry) => entry.day));
  const exceptions = company?.date_overrides ?? [];
  const last = epochDayAt(to.getTime() - 1, zone);
  const found: { date: string; reason: string | null }[] = [];
  for (let day = epochDayAt(from.getTime(), zone); day <= last; day += 1) {
    const date = dateOf(day);
    const today = exceptions.filter((entry) => entry.date === date);
    const blocked = today.find((entry) => entry.type === "blocked");
    if (blocked) found.push({ date, reason: blocked.reason ?? null });
    else if (today.length === 0 && !openDays.has(weekdayOf(day))) found.push({ date, reason: "closed" });
  }
  return found;
}

function guidanceOf(slots: number, blackoutDays: number): string {
  if (slots === 0) return "Nothing is open in this range; ask for later dates.";
  return blackoutDays === 0
    ? "Offer the slots as they are; a booking decides who gets one."
    : "Offer the slots as they are, and nothing on the blackout dates.";
}
