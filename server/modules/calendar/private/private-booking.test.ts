import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict } from "../../../kernel/errors.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import type { Booking } from "../bookings/booking.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { dateRange } from "./date-range.ts";
import { endAfter, futureStart, presentPrivateBooking, withAlternatives } from "./private-booking.ts";

const now = new Date("2026-03-03T10:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const booking = {
  id: "b1",
  status: "confirmed",
  starts_at: later(60),
  ends_at: later(120),
  sequence: 0,
  source: "page",
  source_name: null,
  agent_vendor: null,
  cancelled_at: null,
  created_at: now,
  updated_at: now,
} as unknown as Booking;

const shown = (more: Partial<Booking> = {}, successors?: Map<string, string>) =>
  presentPrivateBooking({ ...booking, ...more }, now, successors);

test("where a visit stands, from its status and its times", () => {
  for (const [more, status, state] of [
    [{}, "CONFIRMED", "SCHEDULED"],
    [{ sequence: 1 }, "CONFIRMED", "RESCHEDULED"],
    [{ starts_at: later(0) }, "CONFIRMED", "IN_PROGRESS"],
    [{ starts_at: later(1) }, "CONFIRMED", "SCHEDULED"],
    [{ starts_at: later(-60), ends_at: later(1) }, "CONFIRMED", "IN_PROGRESS"],
    [{ starts_at: later(-60), ends_at: later(0) }, "CONFIRMED", "PAST"],
    [{ status: "late", starts_at: later(-5) }, "LATE", "IN_PROGRESS"],
    [{ status: "attended", starts_at: later(-60), ends_at: later(-1) }, "COMPLETED", "PAST"],
    [{ status: "no_show", starts_at: later(-60), ends_at: later(-1) }, "NO_SHOW", "PAST"],
    [{ status: "cancelled", ends_at: later(-1), cancelled_at: now }, "CANCELED", "CANCELED"],
  ] as const) {
    const { status: told, schedulingState } = shown(more);
    assert.deepEqual([told, schedulingState], [status, state], JSON.stringify(more));
  }
  assert.equal(shown({ cancelled_at: now }).canceledAt, now.toISOString());
  assert.equal(shown({}, new Map([["b1", "b2"]])).replacedByBookingId, "b2");
  assert.equal(shown({}, new Map([["b0", "b2"]])).replacedByBookingId, null);
});

test("who made it, by the best name there is", () => {
  assert.equal(shown({ source_name: "Bea", agent_vendor: "Bot", source: "voice" }).sourceLabel, "Bea");
  assert.equal(shown({ agent_vendor: "Bot", source: "voice" }).sourceLabel, "Bot");
  assert.equal(shown({ source: "voice" }).sourceLabel, "Voice agent");
  assert.equal(shown().sourceLabel, "page");
});

test("a start is still to come, and an end after it", () => {
  const ctx = { now } as Ctx;
  assert.throws(() => futureStart(ctx, "scheduledStartAt", now.toISOString()), /must be in the future/);
  assert.equal(futureStart(ctx, "scheduledStartAt", later(1).toISOString()).getTime(), later(1).getTime());
  assert.throws(() => endAfter(now, now.toISOString()), /must be after scheduledStartAt/);
  assert.equal(endAfter(now, later(1).toISOString()).getTime(), later(1).getTime());
});

test("a range of days holds both its ends, and may be open on either side", () => {
  const iso = (at: Date | undefined) => at?.toISOString().slice(0, 16);
  const range = (from?: string, to?: string) => {
    const { start, end } = dateRange({ from, to }, "Europe/Paris");
    return [iso(start), iso(end)];
  };
  assert.deepEqual(range("2026-03-03", "2026-03-03"), ["2026-03-02T23:00", "2026-03-03T23:00"]);
  assert.deepEqual(range("2026-03-03"), ["2026-03-02T23:00", undefined]);
  assert.deepEqual(range(undefined, "2026-03-03"), [undefined, "2026-03-03T23:00"]);
  assert.throws(() => range("2026-03-04", "2026-03-03"), /is before from/);
  assert.throws(() => range("2026-02-30"), /from: is not a date/);
});

test("only a time that nobody is free at is told with others", async () => {
  const slot = { starts_at: "2026-03-04T10:00:00.000Z", ends_at: "2026-03-04T11:00:00.000Z", date: "x" };
  const taken = () =>
    Promise.reject(slotUnavailable("no", { fix: "Do it.", details: { alternatives: [slot] } }));
  await assert.rejects(withAlternatives(taken), ({ details }: OperationError) => {
    assert.deepEqual(details, {
      alternatives: [{ scheduledStartAt: slot.starts_at, scheduledEndAt: slot.ends_at }],
    });
    return true;
  });
  await assert.rejects(
    withAlternatives(() => Promise.reject(conflict("over", { fix: "Do it." }))),
    { code: "CONFLICT", details: undefined },
  );
  assert.equal(await withAlternatives(() => Promise.resolve(7)), 7);
});
