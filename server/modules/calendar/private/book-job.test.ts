import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { insertContact } from "../../crm/contacts/contacts.store.ts";
import { insertLead } from "../../receptionist/leads/leads.store.ts";
import { inside } from "../../messaging/testing.ts";
import { messagesFor, openShop } from "../booking-messages/testing.ts";
import type { Shop } from "../booking-messages/testing.ts";
import { integration, job, storedBookings } from "./testing.ts";

const frontdesk = await startHarness();

test("bookings.book_job#1 phone, start and end are required and must make sense", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  for (const field of ["customerPhone", "scheduledStartAt", "scheduledEndAt"]) {
    const answer = await call("POST", "/bookings", job(shop, { [field]: undefined }));
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  const wrong: [Record<string, unknown>, string][] = [
    [{ customerPhone: "12" }, "customerPhone"],
    [{ scheduledStartAt: "tomorrow" }, "scheduledStartAt"],
    [{ scheduledStartAt: "2026-03-04T10:00:00" }, "scheduledStartAt"],
    [{ scheduledEndAt: "2026-03-04T10:00:00Z" }, "scheduledEndAt"],
    [{ scheduledStartAt: "2026-03-01T10:00:00Z" }, "scheduledStartAt"],
    [{ customerEmail: "ada@example" }, "customerEmail"],
    [{ customerEmail: "a@-b.example" }, "customerEmail"],
    [{ nonsense: 1 }, "nonsense"],
    [{ leadId: "x" }, "leadId"],
  ];
  for (const [overrides, field] of wrong) {
    const answer = await call("POST", "/bookings", job(shop, overrides));
    assert.equal(answer.status, 400, JSON.stringify(overrides));
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  assert.equal(await storedBookings(frontdesk, shop), 0);
});

test("bookings.book_job#2 the job is on the calendar at any time and length, and says who put it there", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const answer = await call(
    "POST",
    "/bookings",
    job(shop, {
      scheduledStartAt: "2026-03-07T21:07:00Z",
      scheduledEndAt: "2026-03-07T23:22:00Z",
      customerName: "Ada Price",
      customerEmail: "ada@example.test",
      serviceLabel: "Leak repair",
      notes: "Ring twice",
      address: "1 High Street",
      postalCode: "N1 1AA",
    }),
  );
  assert.equal(answer.status, 201);
  const { booking } = answer.body;
  assert.equal(answer.body.ok, true);
  assert.deepEqual(
    [
      booking.source,
      booking.sourceLabel,
      booking.serviceLabel,
      booking.notes,
      booking.address,
      booking.postalCode,
    ],
    ["private", "test", "Leak repair", "Ring twice", "1 High Street", "N1 1AA"],
  );
  assert.deepEqual(
    [booking.scheduledStartAt, booking.scheduledEndAt, booking.customerEmail],
    ["2026-03-07T21:07:00.000Z", "2026-03-07T23:22:00.000Z", "ada@example.test"],
  );
  const taken = await call(
    "POST",
    "/bookings",
    job(shop, { scheduledStartAt: "2026-03-07T22:00:00Z", scheduledEndAt: "2026-03-07T22:30:00Z" }),
  );
  assert.deepEqual([taken.status, taken.body.error.code], [409, "SLOT_UNAVAILABLE"]);
  const { alternatives } = taken.body.error.details;
  assert.equal(alternatives.length, 3);
  const again = await call("POST", "/bookings", job(shop, alternatives[0]));
  assert.equal(again.status, 201);
  assert.equal(await storedBookings(frontdesk, shop), 2);
});

test("bookings.book_job#2 many integrations at once for one time: one gets it", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const answers = await Promise.all(Array.from({ length: 15 }, () => call("POST", "/bookings", job(shop))));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [201, ...Array.from({ length: 14 }, () => 409)]);
  assert.ok(answers.every((one) => one.status === 201 || one.body.error.details.alternatives.length > 0));
  assert.equal(await storedBookings(frontdesk, shop), 1);
});

test("bookings.book_job#3 a job may be connected to a lead of its own organization", async () => {
  const shop = await openShop(frontdesk);
  const other = await openShop(frontdesk);
  const leadIn = (place: Shop, phone: string) =>
    inside(frontdesk, place.id, async (ctx) => {
      const contact = await insertContact(ctx, { first_name: "Lee", phone });
      return insertLead(ctx, {
        contactId: contact.id,
        phoneNumberId: place.numberId,
        customerE164: phone,
        source: "missed_call",
      } as never);
    });
  const phone = shop.customer();
  const lead = await leadIn(shop, phone);
  const foreign = await leadIn(other, other.customer());
  const { call } = await integration(frontdesk, shop);
  const answer = await call("POST", "/bookings", job(shop, { customerPhone: phone, leadId: lead!.id }));
  assert.equal(answer.status, 201);
  assert.equal(answer.body.booking.leadId, lead!.id);
  const refused = await call(
    "POST",
    "/bookings",
    job(shop, {
      leadId: foreign!.id,
      scheduledStartAt: "2026-03-04T14:00:00Z",
      scheduledEndAt: "2026-03-04T15:00:00Z",
    }),
  );
  assert.equal(refused.status, 404);
  assert.equal(await storedBookings(frontdesk, shop), 1);
});

test("bookings.book_job#4 confirmation and reminders are scheduled only as the settings allow", async () => {
  const kinds = async (settings: Record<string, unknown>) => {
    const shop = await openShop(frontdesk, { settings });
    const { call } = await integration(frontdesk, shop);
    const { booking } = (await call("POST", "/bookings", job(shop))).body;
    return (await messagesFor(frontdesk, shop, booking.bookingId)).map((one) => one.kind).sort();
  };
  assert.deepEqual(await kinds({}), ["confirmation", "reminder", "reminder"]);
  assert.deepEqual(
    await kinds({ booking_messages: { confirmation: { enabled: false }, reminders: [] } }),
    [],
  );
  assert.deepEqual(await kinds({ booking_messages: { reminders: [] } }), ["confirmation"]);
});
