import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { bookAt, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";

const frontdesk = await startHarness();

const ask = (provider: string, name: string, body: unknown = {}) =>
  frontdesk.call("POST", `/providers/${provider}/capabilities/booking.${name}`, { body });

test("check_availability lists the day's open slots to anybody, earliest first, and none that are past", async () => {
  const shop = await openShop(frontdesk, { timeZone: "America/New_York" });
  await bookAt(frontdesk, shop, new Date("2026-03-04T15:00:00Z"));
  const answer = await ask(shop.slug, "check_availability", {
    service_id: shop.service.id,
    date: "2026-03-04",
  });
  assert.deepEqual([answer.status, answer.body.ok], [200, true]);
  const starts = answer.body.slots.map((slot: Json) => slot.start_at);
  assert.equal(starts[0], "2026-03-04T14:00:00.000Z", "nine in New York");
  assert.equal(answer.body.slots.at(-1).end_at, "2026-03-04T22:00:00.000Z");
  assert.deepEqual(starts, [...starts].sort());
  assert.ok(!starts.includes("2026-03-04T15:00:00.000Z"));
  assert.ok(answer.body.slots.every((slot: Json) => slot.available === true));
  const byId = await ask(shop.id, "check_availability", {
    service_id: "leak-repair",
    date: "2026-03-04",
    duration_minutes: 90,
  });
  const [slot] = byId.body.slots;
  assert.equal(Date.parse(slot.end_at) - Date.parse(slot.start_at), 90 * 60_000);
});

test("check_availability says what is wrong: invalid_service, invalid_date, no_slots, invalid_input", async () => {
  const shop = await openShop(frontdesk);
  const good = { service_id: shop.service.id, date: "2026-03-04" };
  const cases: [Record<string, unknown>, number, string][] = [
    [{ service_id: "none" }, 404, "invalid_service"],
    [{ date: "2026-02-30" }, 400, "invalid_date"],
    [{ date: "next week" }, 400, "invalid_date"],
    [{ date: "2026-03-07" }, 200, "no_slots"],
    [{ date: "2026-02-20" }, 200, "no_slots"],
    [{ duration_minutes: 4 }, 400, "invalid_input"],
    [{ staff: "x" }, 400, "invalid_input"],
    [{ date: undefined }, 400, "invalid_input"],
  ];
  for (const [overrides, status, error] of cases) {
    const answer = await ask(shop.slug, "check_availability", { ...good, ...overrides });
    assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [status, false, error]);
  }
  assert.equal((await ask("nobody", "check_availability", good)).status, 404);
});

test("list_services lists what the public may book, with price, length and stable ids", async () => {
  const shop = await openShop(frontdesk, {
    service: { price_min_cents: 9900, price_max_cents: 24_900, price_unit: "PER_JOB", currency: "GBP" },
  });
  const answer = await ask(shop.slug, "list_services", { agent_vendor: "claude" });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
    ok: true,
    currency: "GBP",
    timezone: "Europe/London",
    services: [
      {
        id: shop.service.id,
        name: "<aam:user-content>Leak repair</aam:user-content>",
        duration_minutes: 60,
        price: 99,
        price_max: 249,
        price_unit: "PER_JOB",
        currency: "GBP",
      },
    ],
  });
  for (const [currency, price, price_max] of [
    ["JPY", 9900, 24_900],
    ["KWD", 9.9, 24.9],
  ] as const) {
    const service = { price_min_cents: 9900, price_max_cents: 24_900, currency };
    const abroad = await openShop(frontdesk, { service });
    const [shown] = (await ask(abroad.slug, "list_services")).body.services;
    assert.deepEqual([shown.price, shown.price_max, shown.currency], [price, price_max, currency]);
  }
  const hidden = await openShop(frontdesk, { service: { is_bookable: false } });
  assert.deepEqual((await ask(hidden.slug, "list_services")).body.services, []);
  assert.equal((await ask("nobody", "list_services")).status, 404);
});

test("cancel_booking frees the slot, may be repeated, and knows only the provider's own bookings", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const path = `/providers/${shop.slug}/capabilities/booking.cancel_booking`;
  const cancel = (bookingId: string) => shop.call("POST", path, { booking_id: bookingId, reason: "ill" });
  const stranger = await openShop(frontdesk);
  const foreign = await frontdesk.call("POST", path, {
    body: { booking_id: booking.id },
    key: stranger.key,
  });
  assert.deepEqual([foreign.status, foreign.body.error], [404, "unauthorized"]);
  const elsewhere = await stranger.call(
    "POST",
    `/providers/${stranger.slug}/capabilities/booking.cancel_booking`,
    {
      booking_id: booking.id,
    },
  );
  assert.deepEqual([elsewhere.status, elsewhere.body.error], [404, "unknown_booking"]);
  assert.equal((await frontdesk.call("POST", path, { body: { booking_id: booking.id } })).status, 401);
  const first = await cancel(booking.id);
  assert.deepEqual(first.body, {
    ok: true,
    cancelled: true,
    freed_slot: { start_at: "2026-03-04T10:00:00.000Z", end_at: "2026-03-04T11:00:00.000Z" },
    refund_status: "none",
  });
  assert.deepEqual((await cancel(booking.id)).body, first.body);
  for (const id of ["01890000-0000-7000-8000-000000000000", "bk_1"]) {
    const answer = await cancel(id);
    assert.deepEqual([answer.status, answer.body.ok, answer.body.error], [404, false, "unknown_booking"]);
  }
  await bookAt(frontdesk, shop, wednesdayAtTen);
});

test("the manifest names every capability with its schemas, and every provider that has something to book", async () => {
  const shop = await openShop(frontdesk);
  const hidden = await openShop(frontdesk, { service: { is_bookable: false } });
  const { status, body } = await frontdesk.call("GET", "/.well-known/agent-actions.json");
  assert.equal(status, 200);
  assert.equal(body.aam_version, "0.1");
  assert.deepEqual([body.site.domain, body.auth.type], ["frontdesk.test", "delegated_oauth"]);
  assert.deepEqual(body.auth.required_for.sort(), [
    "booking.cancel_booking",
    "booking.create_booking",
    "booking.hold_slot",
  ]);
  assert.deepEqual(body.capabilities.map((one: Json) => `${one.name} ${one.version}`).sort(), [
    "booking.cancel_booking 0.1.0",
    "booking.check_availability 0.1.0",
    "booking.create_booking 0.1.0",
    "booking.hold_slot 0.1.0",
    "booking.list_services 0.1.0",
  ]);
  const create = body.capabilities.find((one: Json) => one.name === "booking.create_booking");
  assert.deepEqual(create.output_schema.properties.error.enum.sort(), [
    "invalid_input",
    "invalid_service",
    "past_time",
    "slot_taken",
    "too_many_bookings",
    "unauthorized",
    "unknown_hold",
  ]);
  assert.ok(
    create.output_schema.properties.available_alternatives && create.output_schema.properties.booking_id,
  );
  assert.equal(create.input_schema.properties.provider_id, undefined);
  const provider = body.providers.find((one: Json) => one.provider_id === shop.slug);
  assert.ok(!body.providers.some((one: Json) => one.provider_id === hidden.slug));
  const url = provider.capabilities.find((one: Json) => one.name === "booking.list_services").url;
  assert.equal(url, `http://frontdesk.test/providers/${shop.slug}/capabilities/booking.list_services`);
  assert.equal((await frontdesk.call("POST", new URL(url).pathname, { body: {} })).status, 200);
});

test("the capabilities page shows the newest conformance results to people and to programs", async () => {
  const shop = await openShop(frontdesk);
  const stranger = await openShop(frontdesk);
  const run = { capability: "booking.create_booking", test: "happy_path", passed: true, duration_ms: 12 };
  const post = (key: string | undefined, runs: unknown) =>
    frontdesk.call("POST", "/capabilities/conformance-runs", {
      ...(key ? { key } : {}),
      body: { provider_id: shop.slug, runs },
    });
  assert.equal((await post(undefined, [run])).status, 401);
  assert.equal((await post(stranger.key, [run])).status, 404);
  assert.equal((await post(shop.key, [])).body.error, "invalid_input");
  const recorded = await post(shop.key, [run, { ...run, test: "a<b>", passed: false, detail: "no & why" }]);
  assert.deepEqual([recorded.status, recorded.body.recorded], [201, 2]);
  const asJson = await frontdesk.call("GET", "/capabilities", { headers: { accept: "application/json" } });
  const mine = asJson.body.conformance_runs.filter((one: Json) => one.provider === shop.slug);
  assert.deepEqual(mine.map((one: Json) => `${one.test} ${one.passed} ${one.duration_ms}`).sort(), [
    "a<b> false 12",
    "happy_path true 12",
  ]);
  assert.equal(mine[0].ran_at, frontdesk.app.clock.now().toISOString());
  const page = await frontdesk.call("GET", "/capabilities", { headers: { accept: "text/html" } });
  assert.match(page.headers["content-type"] ?? "", /text\/html/);
  assert.match(page.text, /a&lt;b&gt;/);
  assert.match(page.text, /fail: no &amp; why/);
  assert.match(page.text, /booking\.create_booking/);
  assert.match(page.text, /How an agent is let in/);
  const [kid] = asJson.body.manifest_keys.kids;
  assert.ok(page.text.includes(kid), "and the key it is signed with");
  const rows = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("conformance_runs").select("id").execute(),
  );
  assert.equal(rows.length, 2);
});
