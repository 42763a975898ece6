import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import type { CalendarEvent, WrittenEvent } from "../../../providers/calendar/port.ts";
import { edge } from "../../../surfaces/edge.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import {
  accountOf,
  checkBusiness,
  doubleBook,
  edgeErrors,
  idempotencyKey,
  owner,
  withGoogle,
} from "./edge-input.ts";
import type { Owner } from "./edge-input.ts";
import { employeeOf } from "./employee.ts";

const Instant = Type.String({ format: "date-time", description: "An instant: 2025-09-16T10:00:00Z." });

export const bookCalendarSlot = operation({
  name: "book_calendar_slot",
  surface: edge,
  auth: "service-jwt",
  tenancy: "none",
  section: "Calendar",
  route: "POST /v1/calendar/book",
  scopes: [],
  effect: "write",
  noun: "calendar_slot",
  shape: "bare",
  status: 200,
  summary: "Write an appointment into an employee's Google calendar.",
  description:
    "The event's id is made of the idempotencyKey, so a retry answers the same externalId and writes nothing, and one that was cancelled since is booked again under it; the same key for another slot is a CONFLICT. A slot that is busy is a CONFLICT as well, unless policy.doubleBook is ALLOW_WITH_WARN: of two callers at once the later one is refused. For a member of a business of this installation, what is booked here counts as busy too.",
  errors: edgeErrors,
  input: Type.Object(
    {
      ...owner,
      slot: Type.Object({ start: Instant, end: Instant }, { additionalProperties: false }),
      title: Type.String({ minLength: 1, maxLength: 1000 }),
      description: Type.String({ maxLength: 8000 }),
      policy: Type.Optional(
        Type.Object({ doubleBook: Type.Optional(doubleBook) }, { additionalProperties: false }),
      ),
      idempotencyKey,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ ok: Type.Literal(true), externalId: Type.String() }),
  example: {
    input: {
      businessId: "biz_123",
      employeeId: "emp_1",
      slot: { start: "2025-09-16T10:00:00Z", end: "2025-09-16T11:00:00Z" },
      title: "Drain cleaning for +13105559876",
      description: "Caller: +13105559876",
      accessToken: "ya29...",
      idempotencyKey: "book_c_456_2025-09-16T10:00Z",
    },
    output: { ok: true, externalId: "gcal_event_123" },
  },
  async run(ctx, input) {
    checkBusiness(ctx, input);
    const event = eventOf(input);
    const { google } = ctx.app.ports.calendars;
    const account = accountOf(input);
    const before = await withGoogle(async () => google.findEvent?.(account, event));
    if (before?.isKept) return { ok: true as const, externalId: before.externalId };
    const forbidsDoubles = (input.policy?.doubleBook ?? "NODOUBLE") === "NODOUBLE";
    if (forbidsDoubles && (await isBusy(ctx, input, event))) throw taken();
    const written = await withGoogle(() => google.insertEvent(account, event));
    if (
      forbidsDoubles &&
      (await cameSecond(ctx, input, event, { ...written, isRevived: before !== undefined }))
    ) {
      // Marked before it goes, so that a retry of this call is not taken for one that booked.
      const withdrawn = { ...event, reference: "withdrawn" };
      await withGoogle(() => google.updateEvent(account, written.externalId, withdrawn));
      await withGoogle(() => google.deleteEvent(account, written.externalId));
      throw taken();
    }
    return { ok: true as const, externalId: written.externalId };
  },
});

type Booked = Owner & {
  slot: { start: string; end: string };
  title: string;
  description: string;
  idempotencyKey: string;
};

function eventOf(input: Booked): CalendarEvent {
  const start = new Date(input.slot.start);
  const end = new Date(input.slot.end);
  if (end <= start)
    throw invalidField("slot.end", "must be after slot.start", "Send an end that is later than the start.");
  if (end.getTime() - start.getTime() > 3 * DAY_MS) {
    throw invalidField("slot.end", "a slot may take three days at most", "Send an earlier end.");
  }
  const { businessId, employeeId } = input;
  return {
    uid: JSON.stringify([businessId, employeeId, input.idempotencyKey]),
    reference: `${start.toISOString()}/${end.toISOString()}`,
    sequence: 0,
    title: input.title,
    description: input.description,
    start,
    end,
    timeZone: "UTC",
    attendees: [],
  };
}

async function isBusy(ctx: Ctx, input: Owner, { start, end }: CalendarEvent): Promise<boolean> {
  const range = { from: start, to: end };
  const { busy } = await employeeOf(ctx, input, range);
  if (busy.some(([from, until]) => from < end.getTime() && until > start.getTime())) return true;
  const inCalendar = await withGoogle(() => ctx.app.ports.calendars.google.busy(accountOf(input), range));
  return inCalendar.length > 0;
}

/**
 * Whether something else was in the slot when our event came. Two callers who both found it free have both written by now and
 * see each other; the one whose event is younger withdraws. One that was brought back is as old as it ever was and says nothing
 * of when it came: it gives way to whatever else is there.
 */
async function cameSecond(
  ctx: Ctx,
  input: Owner,
  { start, end }: CalendarEvent,
  { externalId, isRevived }: WrittenEvent & { isRevived: boolean },
): Promise<boolean> {
  const { google } = ctx.app.ports.calendars;
  const range = { from: start, to: end };
  const { changes } = await withGoogle(() => google.changes(accountOf(input), range));
  const present = changes.flatMap((change) => (change.removed ? [] : [change]));
  const age = (change: (typeof present)[number]) => change.createdAt?.getTime() ?? 0;
  const ours = present.find((change) => change.externalId === externalId);
  if (!ours) return false;
  return present.some(
    (other) =>
      other !== ours &&
      (isRevived || age(other) < age(ours) || (age(other) === age(ours) && other.externalId < externalId)),
  );
}

function taken() {
  return conflict("The slot is busy in the employee's calendar.", {
    fix: "Ask POST /v1/calendar/availability for one that is free.",
  });
}
