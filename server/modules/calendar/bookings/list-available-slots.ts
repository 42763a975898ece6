import { Type } from "typebox";
import { invalidField, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { durationOf } from "../services/service.ts";
import { dateOf, dayBounds, epochDayOf, formatDate, formatTime, wallTimeAt } from "../slots/wall-clock.ts";
import { dateField, zoneField } from "../wall-input.ts";
import { clockTime, showSlot } from "./slot-unavailable.ts";
import { openSlotsFor } from "./slots-for.ts";
import type { OpenSlot } from "./slots-for.ts";
import { defaultZone, eventTypeInput, postalCodeInput, wantedService, zoneInput } from "./wanted-slot.ts";

const usualDays = 14;
const mostDays = 30;

const Slot = Type.Object({
  time: Type.String(),
  formatted: Type.String(),
  starts_at: Type.String({ format: "date-time" }),
  seats_left: Type.Integer({ description: "How many can still book it." }),
});

export const listAvailableSlots = operation({
  name: "list_available_slots",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/available-slots",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking",
  summary: "Every free time in a range of days, day by day.",
  description: `Days and times are the wall clock of timezone. The range is ${usualDays} days unless date_to says otherwise, and ${mostDays} at most. What calendars kept elsewhere call busy is left out.`,
  input: Type.Object(
    {
      ...eventTypeInput,
      date_from: Type.Optional(Type.String({ description: "First day, YYYY-MM-DD; today by default." })),
      date_to: Type.Optional(Type.String({ description: "Last day, YYYY-MM-DD." })),
      timezone: zoneInput,
      postal_code: postalCodeInput,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    success: Type.Boolean(),
    event_type: Type.Object({ id: Type.String(), name: Type.String(), duration_minutes: Type.Integer() }),
    availability: Type.Object({
      timezone: Type.String(),
      date_from: Type.String(),
      date_to: Type.String(),
      total_available_slots: Type.Integer(),
      next_available: Type.Union([
        Type.Object({ date: Type.String(), time: Type.String(), formatted: Type.String() }),
        Type.Null(),
      ]),
      dates: Type.Array(
        Type.Object({
          date: Type.String(),
          day_name: Type.String(),
          formatted: Type.String(),
          slots: Type.Array(Slot),
        }),
      ),
    }),
  }),
  errors: [notFound],
  async run(ctx, input) {
    const service = await wantedService(ctx, input);
    const zone = zoneField("timezone", input.timezone ?? service.timezone ?? defaultZone);
    const { from, to } = rangeOf(input, wallTimeAt(ctx.now.getTime(), zone).date);
    const slots = await openSlotsFor(ctx, {
      service,
      postalCode: input.postal_code,
      from: new Date(dayBounds(from, zone)[0]),
      to: new Date(dayBounds(to, zone)[1]),
    });
    const first = slots[0] && showSlot(slots[0], zone);
    return {
      success: true,
      event_type: { id: service.id, name: service.name, duration_minutes: durationOf(service) },
      availability: {
        timezone: zone,
        date_from: from,
        date_to: to,
        total_available_slots: slots.length,
        next_available: first ? { date: first.date, time: first.time, formatted: first.formatted } : null,
        dates: byDate(slots, zone),
      },
    };
  },
});

function rangeOf(
  input: { date_from?: string; date_to?: string },
  today: string,
): { from: string; to: string } {
  const from = input.date_from === undefined ? today : dateField("date_from", input.date_from);
  const to =
    input.date_to === undefined ? dateOf(epochDayOf(from) + usualDays) : dateField("date_to", input.date_to);
  const days = epochDayOf(to) - epochDayOf(from);
  if (days < 0) throw invalidField("date_to", "is before date_from", "Send both days in order.");
  if (days > mostDays) {
    throw invalidField(
      "date_to",
      `is ${days} days after date_from; ${mostDays} is the most`,
      `Send ${dateOf(epochDayOf(from) + mostDays)} at the latest.`,
    );
  }
  return { from, to };
}

const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function byDate(slots: OpenSlot[], zone: string) {
  const days = Map.groupBy(
    slots.map(({ startsAt, seatsLeft }) => ({
      at: startsAt.getTime(),
      seatsLeft,
      wall: wallTimeAt(startsAt.getTime(), zone),
    })),
    ({ wall }) => wall.date,
  );
  return [...days].map(([date, found]) => ({
    date,
    day_name: dayNames[found[0]!.wall.weekday]!,
    formatted: formatDate(found[0]!.at, zone),
    slots: found.map(({ at, seatsLeft, wall }) => ({
      time: clockTime(wall),
      formatted: formatTime(at, zone),
      starts_at: new Date(at).toISOString(),
      seats_left: seatsLeft,
    })),
  }));
}
