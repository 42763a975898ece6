import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { bookAt, messagesFor, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import { integration, job, storedBookings } from "./testing.ts";

const frontdesk = await startHarness();

test("bookings.reschedule_booking#1 at least one field to change must come", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const empty = await call("PATCH", `/bookings/${id}`, {});
  assert.deepEqual([empty.status, empty.body.error.code], [400, "VALIDATION_ERROR"]);
  assert.match(empty.body.error.fix, /scheduledStartAt/);
  const notes = await call("PATCH", `/bookings/${id}`, { notes: "Dog bites" });
  assert.deepEqual([notes.status, notes.body.booking.notes], [200, "Dog bites"]);
  const longer = await call("PATCH", `/bookings/${id}`, { scheduledEndAt: "2026-03-04T12:00:00Z" });
  assert.deepEqual(
    [longer.body.booking.scheduledStartAt, longer.body.booking.scheduledEndAt],
    ["2026-03-04T10:00:00.000Z", "2026-03-04T12:00:00.000Z"],
  );
  for (const body of [
    { scheduledEndAt: "2026-03-04T09:00:00Z" },
    { scheduledStartAt: "2026-03-01T09:00:00Z" },
    { scheduledStartAt: "2026-03-04T13:00:00Z", scheduledEndAt: "2026-03-04T12:00:00Z" },
  ]) {
    assert.equal((await call("PATCH", `/bookings/${id}`, body)).status, 400, JSON.stringify(body));
  }
});

test("bookings.reschedule_booking#2 bookings.reschedule_booking#3 a moved booking is answered as it stands, its messages follow", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const blocker = await bookAt(frontdesk, shop, new Date("2026-03-04T14:00:00Z"));
  const moved = await call("PATCH", `/bookings/${id}`, { scheduledStartAt: "2026-03-05T15:05:00Z" });
  assert.equal(moved.status, 200);
  assert.deepEqual(
    [moved.body.booking.bookingId, moved.body.booking.scheduledStartAt, moved.body.booking.scheduledEndAt],
    [id, "2026-03-05T15:05:00.000Z", "2026-03-05T16:05:00.000Z"],
  );
  const reminders = (await messagesFor(frontdesk, shop, id)).filter((one) => one.kind === "reminder");
  const due = (status: string) =>
    reminders
      .filter((one) => one.status === status && one.offset_minutes === 120)
      .map((one) => one.due_at.toISOString());
  assert.deepEqual(due("pending"), ["2026-03-05T13:05:00.000Z"]);
  assert.deepEqual(due("cancelled"), ["2026-03-04T08:00:00.000Z"]);
  const taken = await call("PATCH", `/bookings/${id}`, { scheduledStartAt: "2026-03-04T14:30:00Z" });
  assert.deepEqual([taken.status, taken.body.error.code], [409, "SLOT_UNAVAILABLE"]);
  assert.ok(taken.body.error.details.alternatives[0].scheduledStartAt);
  assert.equal(
    (await call("GET", `/bookings/${id}`)).body.booking.scheduledStartAt,
    "2026-03-05T15:05:00.000Z",
  );
  await call("PATCH", `/bookings/${blocker.id}`, { status: "CANCELED" });
  const late = await call("PATCH", `/bookings/${blocker.id}`, { scheduledStartAt: "2026-03-06T10:00:00Z" });
  assert.deepEqual([late.status, late.body.error.code], [409, "CONFLICT"]);
});

test("bookings.cancel_booking#1 bookings.cancel_booking#2 bookings.cancel_booking#4 status CANCELED on the same route cancels and keeps the history", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const mixed = await call("PATCH", `/bookings/${id}`, {
    status: "CANCELED",
    scheduledStartAt: "2026-03-05T10:00:00Z",
  });
  assert.deepEqual([mixed.status, mixed.body.error.details.fields[0].field], [400, "scheduledStartAt"]);
  for (const status of ["CONFIRMED", "cancelled", "", null, 1]) {
    const answer = await call("PATCH", `/bookings/${id}`, { status });
    assert.equal(answer.status, 400, String(status));
    assert.equal(answer.body.error.details.fields[0].field, "status");
  }
  const canceled = await call("PATCH", `/bookings/${id}`, { status: "CANCELED", reason: "moved house" });
  assert.equal(canceled.status, 200);
  assert.deepEqual(
    [canceled.body.booking.status, canceled.body.booking.cancellationReason],
    ["CANCELED", "moved house"],
  );
  const again = await call("PATCH", `/bookings/${id}`, { status: "CANCELED" });
  assert.deepEqual([again.status, again.body.booking.canceledAt], [200, canceled.body.booking.canceledAt]);
  assert.equal((await call("GET", `/bookings/${id}`)).body.booking.status, "CANCELED");
  const audit = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .from("audit_entries")
      .select("action")
      .where("noun", "=", "booking")
      .where("record_id", "=", id)
      .execute(),
  );
  assert.ok(
    audit.some((entry) => entry.action === "created") && audit.some((entry) => entry.action === "cancelled"),
  );
  const rebooked = await call("POST", "/bookings", job(shop));
  assert.equal(rebooked.status, 201, "the time is free again");
});

test("bookings.cancel_booking#3 after a cancellation no confirmation or reminder is sent as if the visit stood", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  await call("PATCH", `/bookings/${id}`, { status: "CANCELED" });
  const messages = await messagesFor(frontdesk, shop, id);
  assert.ok(messages.filter((one) => one.kind === "reminder").every((one) => one.status === "cancelled"));
  assert.equal(messages.filter((one) => one.kind === "cancellation").length, 1);
});

test("bookings.book_job#5 bookings.book_job#6 bookings.reschedule_booking#4 bookings.reschedule_booking#5 bookings.cancel_booking#5 bookings.cancel_booking#6 an Idempotency-Key answers the same request once, and another with 409", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const wanted = job(shop);
  const send = (method: string, path: string, body: unknown, key: string) =>
    call(method, path, body, { "idempotency-key": key });
  const first = await send("POST", "/bookings", wanted, "book-1");
  const second = await send("POST", "/bookings", wanted, "book-1");
  assert.deepEqual(second.body, first.body);
  assert.deepEqual([second.status, second.headers["idempotent-replayed"]], [201, "true"]);
  assert.equal(await storedBookings(frontdesk, shop), 1);
  const path = `/bookings/${first.body.booking.bookingId}`;
  assert.equal((await messagesFor(frontdesk, shop, first.body.booking.bookingId)).length, 3);
  const other = await send("POST", "/bookings", { ...wanted, notes: "other" }, "book-1");
  assert.deepEqual(
    [other.status, other.body.ok, other.body.error.code],
    [409, false, "IDEMPOTENCY_CONFLICT"],
  );

  const move = { scheduledStartAt: "2026-03-05T10:00:00Z" };
  const moved = await send("PATCH", path, move, "move-1");
  const movedAgain = await send("PATCH", path, move, "move-1");
  assert.deepEqual(movedAgain.body, moved.body);
  assert.equal((await messagesFor(frontdesk, shop, first.body.booking.bookingId)).length, 6, "replaced once");
  const movedOther = await send("PATCH", path, { scheduledStartAt: "2026-03-06T10:00:00Z" }, "move-1");
  assert.deepEqual([movedOther.status, movedOther.body.error.code], [409, "IDEMPOTENCY_CONFLICT"]);

  const canceled = await send("PATCH", path, { status: "CANCELED" }, "cancel-1");
  const canceledAgain = await send("PATCH", path, { status: "CANCELED" }, "cancel-1");
  assert.deepEqual(canceledAgain.body, canceled.body);
  assert.equal(canceledAgain.headers["idempotent-replayed"], "true");
  const canceledOther = await send("PATCH", path, { status: "CANCELED", reason: "x" }, "cancel-1");
  assert.deepEqual([canceledOther.status, canceledOther.body.error.code], [409, "IDEMPOTENCY_CONFLICT"]);
});

test("a place that cannot be reached in time is kept, and warned about", async () => {
  const shop = await openShop(frontdesk, { service: { travel_minutes: 45 } });
  const { call } = await integration(frontdesk, shop);
  const first = await bookAt(frontdesk, shop, wednesdayAtTen, { postalCode: "N1 9GU" });
  const next = new Date(wednesdayAtTen.getTime() + 3600_000);
  const { id } = await bookAt(frontdesk, shop, next, { postalCode: "N1 9GU" });
  const far = await call("PATCH", `/bookings/${id}`, { postalCode: "M1 1AE" });
  assert.deepEqual([far.status, far.body.booking.postalCode], [200, "M1 1AE"], far.text);
  assert.equal(far.body.warnings.length, 1);
  assert.match(far.body.warnings[0], /M1 1AE.*scheduledStartAt/);
  for (const change of [{ postalCode: "N1 9GU" }, { postalCode: "" }, { notes: "Dog" }]) {
    assert.equal(
      (await call("PATCH", `/bookings/${id}`, change)).body.warnings,
      undefined,
      JSON.stringify(change),
    );
  }
  await call("PATCH", `/bookings/${first.id}`, { status: "CANCELED" });
  assert.equal((await call("PATCH", `/bookings/${id}`, { postalCode: "M1 1AE" })).body.warnings, undefined);
  const plain = await openShop(frontdesk);
  const other = await integration(frontdesk, plain);
  const one = await bookAt(frontdesk, plain, wednesdayAtTen, { postalCode: "N1 9GU" });
  await bookAt(frontdesk, plain, next, { postalCode: "N1 9GU" });
  assert.equal(
    (await other.call("PATCH", `/bookings/${one.id}`, { postalCode: "M1 1AE" })).body.warnings,
    undefined,
  );
});
