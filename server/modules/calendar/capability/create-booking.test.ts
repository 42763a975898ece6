import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { bookAt, mailsTo, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import type { Shop } from "../booking-messages/testing.ts";
import { createBooking } from "./create-booking.ts";
import { inputSchemaOf } from "./manifest.ts";

const frontdesk = await startHarness();

const wanted = (shop: Shop, overrides: Record<string, unknown> = {}) => ({
  service_id: shop.service.id,
  start_at: wednesdayAtTen.toISOString(),
  customer: { name: "Ada Price", email: "ada@example.test" },
  ...overrides,
});

const path = (shop: Shop) => `/providers/${shop.slug}/capabilities/booking.create_booking`;
const create = (shop: Shop, overrides: Record<string, unknown> = {}) =>
  shop.call("POST", path(shop), wanted(shop, overrides));

async function stored(shop: Shop): Promise<number> {
  const rows = await inside(frontdesk, shop.id, (ctx) => ctx.db.from("bookings").select("id").execute());
  return rows.length;
}

test("capability.create_booking#0 a start that is not strictly in the future is past_time, before anything is looked up", async () => {
  const shop = await openShop(frontdesk);
  const now = frontdesk.app.clock.now();
  for (const start of [now, new Date(now.getTime() - 1), new Date("2001-01-01T00:00:00Z")]) {
    const answer = await create(shop, { start_at: start.toISOString() });
    assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [400, false, "past_time"]);
  }
  const unknown = await create(shop, { start_at: "2001-01-01T00:00:00Z", service_id: "none" });
  assert.equal(unknown.body.error, "past_time", "the time is judged before the service");
  assert.equal(await stored(shop), 0);
});

test("capability.create_booking#1 a service the provider does not offer now is invalid_service", async () => {
  const shop = await openShop(frontdesk);
  const other = await openShop(frontdesk);
  const hidden = await openShop(frontdesk, { service: { is_bookable: false } });
  const retired = await openShop(frontdesk, { service: { is_active: false } });
  const attempts: [Shop, string][] = [
    [shop, other.service.id],
    [shop, "01890000-0000-7000-8000-000000000000"],
    [shop, "leak repairs"],
    [hidden, hidden.service.id],
    [retired, retired.service.id],
  ];
  for (const [place, serviceId] of attempts) {
    const answer = await create(place, { service_id: serviceId });
    assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [404, false, "invalid_service"]);
    assert.equal(await stored(place), 0);
  }
  assert.equal((await create(shop, { service_id: "leak-repair" })).status, 200, "the slug is an id too");
});

test("capability.create_booking#2 the same request within 60 seconds answers the same booking, one row", async () => {
  const shop = await openShop(frontdesk);
  const first = await create(shop);
  assert.equal(first.status, 200);
  const again = await create(shop, {
    customer: { name: "A. Price", email: "ADA@Example.test" },
    notes: "a second thought",
    start_at: "2026-03-04T11:00:00+01:00",
  });
  assert.deepEqual([again.status, again.body.booking_id], [200, first.body.booking_id]);
  assert.equal(await stored(shop), 1);
  await frontdesk.advance(59);
  assert.equal((await create(shop)).body.booking_id, first.body.booking_id);
  await frontdesk.advance(2);
  assert.equal((await create(shop)).body.error, "slot_taken", "the window is over");
  const other = await create(shop, {
    start_at: "2026-03-04T12:00:00Z",
    customer: { name: "Bob", email: "bob@example.test" },
  });
  assert.notEqual(other.body.booking_id, first.body.booking_id);
  assert.equal(await stored(shop), 2);
});

test("a booking that was cancelled is not answered for a request that comes again: that is another booking", async () => {
  const shop = await openShop(frontdesk);
  const first = await create(shop);
  const cancelling = `/providers/${shop.slug}/capabilities/booking.cancel_booking`;
  await shop.call("POST", cancelling, { booking_id: first.body.booking_id });
  const again = await create(shop);
  assert.deepEqual([again.status, again.body.confirmed], [200, true], again.text);
  assert.notEqual(again.body.booking_id, first.body.booking_id);
  assert.equal((await create(shop)).body.booking_id, again.body.booking_id);
  assert.equal(await stored(shop), 2);
});

test("capability.create_booking#2 identical requests at once: one booking, one set of messages, the same answer to all", async () => {
  const shop = await openShop(frontdesk);
  const start = { start_at: "2026-03-06T10:00:00Z", customer: { name: "Race", email: "race@example.test" } };
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(shop, start)));
  assert.deepEqual([...new Set(answers.map((one) => one.status))], [200]);
  assert.equal(new Set(answers.map((one) => one.body.booking_id)).size, 1);
  assert.equal(await stored(shop), 1);
  await frontdesk.settle();
  assert.equal((await mailsTo(frontdesk, "race@example.test")).length, 1);
});

test("capability.create_booking#3 a slot that is gone is slot_taken with the closest free ones", async () => {
  const shop = await openShop(frontdesk);
  await bookAt(frontdesk, shop, wednesdayAtTen);
  const answer = await create(shop);
  assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [409, false, "slot_taken"]);
  assert.deepEqual(answer.body.available_alternatives, [
    { start_at: "2026-03-04T09:00:00.000Z", end_at: "2026-03-04T10:00:00.000Z" },
    { start_at: "2026-03-04T11:00:00.000Z", end_at: "2026-03-04T12:00:00.000Z" },
    { start_at: "2026-03-04T11:30:00.000Z", end_at: "2026-03-04T12:30:00.000Z" },
  ]);
  assert.equal(await stored(shop), 1);
  const offGrid = await create(shop, { start_at: "2026-03-04T03:00:00Z" });
  assert.equal(offGrid.body.error, "slot_taken", "closed counts as not free");
  const next = await create(shop, { start_at: answer.body.available_alternatives[1].start_at });
  assert.equal(next.status, 200);
});

test("capability.create_booking#3 many customers at once for one slot: one has it, the others hear of alternatives", async () => {
  const shop = await openShop(frontdesk);
  const answers = await Promise.all(
    Array.from({ length: 15 }, (_, index) =>
      create(shop, { customer: { name: `C${index}`, email: `c${index}@example.test` } }),
    ),
  );
  assert.equal(answers.filter((one) => one.status === 200).length, 1);
  const refused = answers.filter((one) => one.status === 409);
  assert.equal(refused.length, 14);
  assert.ok(refused.every((one) => one.body.available_alternatives.length > 0));
  assert.equal(await stored(shop), 1);
});

test("capability.create_booking#4 the end follows from the service; an end of the caller's is refused", async () => {
  const shop = await openShop(frontdesk, { service: { duration_minutes: 45 } });
  const refused = await create(shop, { end_at: "2026-03-04T10:20:00Z" });
  assert.deepEqual([refused.status, refused.body.error], [400, "invalid_input"]);
  assert.equal(refused.body.fields[0].field, "end_at");
  const answer = await create(shop);
  assert.equal(answer.body.end_at, "2026-03-04T10:45:00.000Z");
});

test("capability.create_booking#5 capability.create_booking#6 the calendar is blocked, the customer hears of it, and the booking can be found and cancelled", async () => {
  const shop = await openShop(frontdesk, { settings: { messaging: { countries: ["US"] } } });
  const phone = shop.customer();
  const email = "confirm.me@example.test";
  const answer = await create(shop, { customer: { name: "Ada Price", email, phone } });
  const { body } = answer;
  assert.equal(answer.status, 200);
  assert.deepEqual(
    { ...body, booking_id: "", cancellation_url: "" },
    {
      ok: true,
      booking_id: "",
      start_at: "2026-03-04T10:00:00.000Z",
      end_at: "2026-03-04T11:00:00.000Z",
      service: { id: shop.service.id, name: "<aam:user-content>Leak repair</aam:user-content>" },
      customer: { name: "Ada Price", email },
      confirmed: true,
      cancellation_url: "",
    },
  );
  await frontdesk.settle();
  const [mail] = await mailsTo(frontdesk, email);
  assert.match(mail?.subject ?? "", /^Booked: Leak repair on Wed 4 Mar/);
  assert.ok(mail?.body.includes(body.cancellation_url), "the same link is in the confirmation");
  assert.match(
    body.cancellation_url,
    new RegExp(`^http://frontdesk.test/book/${shop.slug}/manage/[0-9a-f-]{36}$`),
  );
  assert.equal((await outbox(frontdesk, phone)).length, 1);
  const free = await frontdesk.call(
    "POST",
    `/providers/${shop.slug}/capabilities/booking.check_availability`,
    {
      body: { service_id: shop.service.id, date: "2026-03-04" },
    },
  );
  assert.ok(!free.body.slots.some((slot: Json) => slot.start_at === "2026-03-04T10:00:00.000Z"));
  const token = await shop.privateToken(["READ_BOOKINGS"]);
  const status = await frontdesk.call("GET", `/api/private/v1/bookings/${body.booking_id}`, { key: token });
  assert.deepEqual([status.body.booking.status, status.body.booking.source], ["CONFIRMED", "capability"]);
  const gone = await shop.call("POST", `/providers/${shop.slug}/capabilities/booking.cancel_booking`, {
    booking_id: body.booking_id,
  });
  assert.deepEqual([gone.status, gone.body.cancelled], [200, true]);
});

test("capability.create_booking#7 capability.create_booking#8 what is missing, unknown or malformed is invalid_input and named", async () => {
  const shop = await openShop(frontdesk);
  const customer = { name: "Ada", email: "ada@example.test" };
  const wrong: [Record<string, unknown>, string][] = [
    [{ service_id: undefined }, "service_id"],
    [{ start_at: undefined }, "start_at"],
    [{ customer: undefined }, "customer"],
    [{ customer: { email: "a@b.test" } }, "customer.name"],
    [{ customer: { name: "Ada" } }, "customer.email"],
    [{ surprise: true }, "surprise"],
    [{ customer: { ...customer, age: 7 } }, "customer.age"],
    [{ customer: { ...customer, name: "" } }, "customer.name"],
    [{ customer: { ...customer, name: "  " } }, "customer.name"],
    [{ customer: { ...customer, email: "not-an-email" } }, "customer.email"],
    [{ customer: { ...customer, email: "ada@nowhere" } }, "customer.email"],
    [{ customer: { ...customer, phone: "12" } }, "customer.phone"],
    [{ notes: "x".repeat(1001) }, "notes"],
    [{ customer: "Ada" }, "customer"],
  ];
  for (const [overrides, field] of wrong) {
    const answer = await create(shop, overrides);
    assert.deepEqual(
      [answer.status, answer.body.ok, answer.body.error],
      [400, false, "invalid_input"],
      field,
    );
    assert.equal(answer.body.fields[0].field, field);
  }
  for (const body of ["{not json", "[]", '"text"']) {
    const answer = await shop.call("POST", path(shop), body);
    assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [400, false, "invalid_input"], body);
  }
  assert.equal(await stored(shop), 0);
  assert.equal((await create(shop, { notes: "x".repeat(1000) })).status, 200);
});

test("capability.create_booking#9 start_at is an instant, answered in UTC", async () => {
  const shop = await openShop(frontdesk);
  for (const start of ["2026-03-04", "2026-03-04T10:00:00", "tomorrow at ten", 1772618400]) {
    const answer = await create(shop, { start_at: start });
    assert.deepEqual([answer.status, answer.body.error], [400, "invalid_input"], String(start));
    assert.equal(answer.body.fields[0].field, "start_at");
  }
  const answer = await create(shop, { start_at: "2026-03-04T05:00:00-05:00" });
  assert.equal(answer.body.start_at, "2026-03-04T10:00:00.000Z");
});

test("capability.create_booking#10 the calling agent may say who it is", async () => {
  const shop = await openShop(frontdesk);
  const { body } = await create(shop, { agent_vendor: "claude" });
  assert.equal((await create(shop, { start_at: "2026-03-04T12:00:00Z" })).status, 200, "it need not");
  const row = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("bookings").selectAll().where("id", "=", body.booking_id).executeTakeFirstOrThrow(),
  );
  assert.deepEqual([row.agent_vendor, row.source, row.source_name], ["claude", "capability", "claude"]);
});

test("capability.create_booking#11 the definition sends agents to check_availability first, and nothing is guessed for them", async () => {
  const shop = await openShop(frontdesk);
  assert.match(createBooking.description ?? "", /call booking\.check_availability first/);
  const schema = inputSchemaOf(createBooking) as { required: string[]; additionalProperties: boolean };
  assert.deepEqual(schema.required.sort(), ["customer", "service_id", "start_at"]);
  assert.equal(schema.additionalProperties, false);
  const free = await frontdesk.call("POST", `/providers/${shop.id}/capabilities/booking.check_availability`, {
    body: { service_id: shop.service.id, date: "2026-03-04" },
  });
  const [slot] = free.body.slots;
  const answer = await create(shop, { start_at: slot.start_at });
  assert.deepEqual([answer.body.start_at, answer.body.end_at], [slot.start_at, slot.end_at]);
});

test("a booking needs a key of this provider that carries scheduling.write", async () => {
  const shop = await openShop(frontdesk);
  const stranger = await openShop(frontdesk);
  const body = wanted(shop);
  const none = await frontdesk.call("POST", path(shop), { body });
  assert.deepEqual([none.status, none.body.ok, none.body.error], [401, false, "unauthorized"]);
  const reading = await shop.keyWith(["scheduling.read"]);
  const lesser = await frontdesk.call("POST", path(shop), { body, key: reading });
  assert.deepEqual([lesser.status, lesser.body.error], [403, "unauthorized"]);
  const foreign = await frontdesk.call("POST", path(shop), { body, key: stranger.key });
  assert.deepEqual([foreign.status, foreign.body.error], [404, "unauthorized"]);
  const nowhere = await shop.call("POST", "/providers/nobody/capabilities/booking.create_booking", body);
  assert.deepEqual([nowhere.status, nowhere.body.error], [404, "unauthorized"]);
  const sent = await frontdesk.call("POST", path(shop), {
    body,
    key: await shop.keyWith(["scheduling.write"]),
  });
  assert.equal(sent.status, 200);
});
