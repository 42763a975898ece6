import { Type } from "typebox";
import type { Static } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { epochDayOf, minuteOfDay } from "../slots/wall-clock.ts";
import { zoneField } from "../wall-input.ts";
import {
  AvailabilityRecord,
  DateOverridesSchema,
  effectiveAvailability,
  memberOf,
  userIdInput,
  WeeklyHoursSchema,
} from "./availability-record.ts";
import { bookingsOnBlockedDates } from "./blocked-dates.ts";
import { storeAvailability } from "./availability.store.ts";
import type { AvailabilityChange } from "./availability.store.ts";

export const setAvailability = operation({
  name: "set_scheduling_availability",
  surface: workspaceApi,
  section: "Scheduling",
  route: "PUT /scheduling-availability",
  scopes: ["company:write"],
  effect: "write",
  noun: "scheduling_availability",
  summary: "Set weekly hours, zone or date overrides of the company or of one user.",
  description:
    "Each field that is sent replaces the old one as a whole; what is not sent stays. Hours past midnight are two entries. A date the company is blocked on closes every user who has no entry of their own for it. Bookings made already keep their times; those on dates that are blocked are told in the answer.",
  input: Type.Object(
    {
      weekly_hours: Type.Optional(WeeklyHoursSchema),
      timezone: Type.Optional(Type.String({ description: "IANA zone such as Europe/London." })),
      date_overrides: Type.Optional(DateOverridesSchema),
      user_id: userIdInput,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ...AvailabilityRecord.properties,
    affected_bookings: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.String({ format: "uuid" }),
          title: Type.String(),
          starts_at: Type.String({ format: "date-time" }),
        }),
        {
          description:
            "Bookings on dates this call has blocked: they stay as they are. Left out when there are none.",
        },
      ),
    ),
  }),
  example: {
    input: {
      weekly_hours: [{ day: 1, start: "09:00", end: "17:00" }],
      timezone: "Europe/London",
      date_overrides: [{ date: "2026-12-25", type: "blocked", reason: "Christmas" }],
    },
  },
  async run(ctx, { user_id: userId, ...fields }) {
    const memberId = await memberOf(ctx, userId);
    const change: AvailabilityChange = {};
    if (fields.weekly_hours) change.weekly_hours = checkedHours(fields.weekly_hours);
    if (fields.timezone !== undefined) change.timezone = zoneField("timezone", fields.timezone);
    if (fields.date_overrides) change.date_overrides = checkedOverrides(fields.date_overrides);
    const row = await storeAvailability(ctx, memberId, change);
    ctx.emit({
      type: "scheduling_availability.updated",
      noun: "scheduling_availability",
      recordId: row.id,
      payload: { id: row.id, user_id: memberId },
    });
    const shown = await effectiveAvailability(ctx, memberId);
    const affected = await bookingsOnBlockedDates(ctx, memberId, change.date_overrides ?? [], shown.timezone);
    return { ...shown, ...(affected.length > 0 ? { affected_bookings: affected } : {}) };
  },
});

function checkedHours(hours: Static<typeof WeeklyHoursSchema>): Static<typeof WeeklyHoursSchema> {
  hours.forEach(({ start, end }, index) => checkWindow(`weekly_hours.${index}`, start, end));
  return hours;
}

function checkedOverrides(overrides: Static<typeof DateOverridesSchema>): Static<typeof DateOverridesSchema> {
  overrides.forEach(({ date, type, start, end }, index) => {
    const field = `date_overrides.${index}`;
    try {
      epochDayOf(date);
    } catch {
      throw invalidField(`${field}.date`, `${date} is not a date`, "Write it as YYYY-MM-DD.");
    }
    if (type === "custom" && (start === undefined || end === undefined)) {
      throw invalidField(field, "custom hours need start and end", "Send both, or make the date blocked.");
    }
    if (start !== undefined && end !== undefined) checkWindow(field, start, end);
  });
  return overrides;
}

function checkWindow(field: string, start: string, end: string): void {
  const from = timeField(`${field}.start`, start);
  const to = timeField(`${field}.end`, end);
  if (to <= from) {
    throw invalidField(
      `${field}.end`,
      `${end} is not after ${start}`,
      "Hours past midnight are two entries: until 24:00, and from 00:00 of the next day.",
    );
  }
}

function timeField(field: string, time: string): number {
  if (/^\d\d:\d\d$/.test(time)) {
    try {
      return minuteOfDay(time);
    } catch {
      // told below
    }
  }
  throw invalidField(field, `${time} is not a time of day`, "Write it as HH:MM, from 00:00 to 24:00.");
}
