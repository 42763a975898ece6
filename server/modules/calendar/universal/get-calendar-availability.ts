import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { openSlots } from "../slots/slots.ts";
import { DAY_MS, dayBounds } from "../slots/wall-clock.ts";
import { accountOf, checkBusiness, doubleBook, edgeErrors, owner, withGoogle } from "./edge-input.ts";
import { employeeOf } from "./employee.ts";

const longestDays = 62;
const day = (description: string) =>
  Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: `YYYY-MM-DD; ${description}` });

export const getCalendarAvailability = operation({
  name: "get_calendar_availability",
  surface: edge,
  auth: "service-jwt",
  tenancy: "none",
  section: "Calendar",
  route: "POST /v1/calendar/availability",
  scopes: [],
  effect: "read",
  noun: "calendar_availability",
  shape: "bare",
  summary: "When an employee can be booked, by their own Google calendar.",
  description:
    "Stateless: the access token comes with the call and is kept nowhere. Both days of the range are included, in the zone of the employee's hours. A member of a business of this installation has the hours set here, and what is booked here is busy too; anybody else works Monday to Friday, 09:00 to 17:00 UTC. Slots begin durationMin + bufferMin apart, and stay bufferMin away from what is busy.",
  errors: edgeErrors,
  input: Type.Object(
    {
      ...owner,
      range: Type.Object(
        { start: day("the first day."), end: day("the last day.") },
        { additionalProperties: false },
      ),
      policy: Type.Object(
        {
          durationMin: Type.Integer({ minimum: 1, maximum: 1440, description: "How long a slot is." }),
          bufferMin: Type.Optional(Type.Integer({ minimum: 0, maximum: 1440, description: "The gap." })),
          doubleBook: Type.Optional(doubleBook),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    slots: Type.Array(
      Type.Object({
        start: Type.String({ format: "date-time" }),
        end: Type.String({ format: "date-time" }),
      }),
    ),
  }),
  example: {
    input: {
      businessId: "biz_123",
      employeeId: "emp_1",
      range: { start: "2025-09-16", end: "2025-09-20" },
      policy: { durationMin: 60, bufferMin: 0, doubleBook: "NODOUBLE" },
      accessToken: "ya29...",
    },
    output: { slots: [{ start: "2025-09-16T10:00:00Z", end: "2025-09-16T11:00:00Z" }] },
  },
  async run(ctx, input) {
    checkBusiness(ctx, input);
    const { durationMin, bufferMin = 0, doubleBook: doubles = "NODOUBLE" } = input.policy;
    // A day more on both sides: which instants the dates are depends on hours that are still to be read.
    const wide = widened(rangeIn(input.range, "UTC"));
    const host = await employeeOf(ctx, input, wide);
    const { from, to } = rangeIn(input.range, host.hours.timeZone);
    const inCalendar = await withGoogle(() => ctx.app.ports.calendars.google.busy(accountOf(input), wide));
    const busy: [number, number][] = inCalendar.map(({ start, end }) => [start.getTime(), end.getTime()]);
    const rules = {
      durationMinutes: durationMin,
      bufferBeforeMinutes: bufferMin,
      bufferAfterMinutes: bufferMin,
      slotIntervalMinutes: durationMin + bufferMin,
      minNoticeMinutes: 0,
      maxAdvanceDays: Number.MAX_SAFE_INTEGER / DAY_MS,
    };
    const slots = openSlots({
      hosts: [{ ...host, busy: doubles === "NODOUBLE" ? [...host.busy, ...busy] : [] }],
      rules,
      from: from.getTime(),
      to: to.getTime(),
      now: ctx.now.getTime(),
    });
    return { slots: slots.map(({ start, end }) => ({ start: instant(start), end: instant(end) })) };
  },
});

function rangeIn({ start, end }: { start: string; end: string }, zone: string): { from: Date; to: Date } {
  const from = new Date(bounds("range.start", start, zone)[0]);
  const to = new Date(bounds("range.end", end, zone)[1]);
  if (to <= from) throw invalidField("range.end", "is before range.start", "Send both days in order.");
  if (to.getTime() - from.getTime() > (longestDays + 1) * DAY_MS) {
    throw invalidField(
      "range.end",
      `is more than ${longestDays} days after range.start`,
      "Ask for fewer days at a time.",
    );
  }
  return { from, to };
}

function bounds(field: string, date: string, zone: string): [number, number] {
  try {
    return dayBounds(date, zone);
  } catch {
    throw invalidField(field, "is not a date", `Send ${field} as YYYY-MM-DD.`);
  }
}

function widened({ from, to }: { from: Date; to: Date }): { from: Date; to: Date } {
  return { from: new Date(from.getTime() - DAY_MS), to: new Date(to.getTime() + DAY_MS) };
}

/** 2025-09-16T10:00:00Z */
function instant(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
