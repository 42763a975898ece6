import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import { consentsAt } from "./consent/testing.ts";

const frontdesk = await startHarness();
const { granted, path, create } = consentsAt(frontdesk);

test("one person has ten appointments ahead through an agent at most, and holds three times", async () => {
  const shop = await openShop(frontdesk);
  const { token } = await granted(shop);
  const hold = (hour: number) =>
    frontdesk.call("POST", path(shop, "hold_slot"), {
      key: token,
      body: { service_id: shop.service.id, start_at: `2026-03-04T${String(hour).padStart(2, "0")}:00:00Z` },
    });
  const held = await Promise.all([10, 12, 14].map(hold));
  assert.deepEqual(
    held.map((one) => one.status),
    [200, 200, 200],
  );
  assert.deepEqual([(await hold(16)).status, (await hold(16)).body.error], [409, "too_many_bookings"]);
  for (let day = 0; day < 10; day += 1) {
    const date = new Date(Date.UTC(2026, 2, 9 + day + 2 * Math.floor(day / 5), 10));
    await frontdesk.advance(1);
    const answer = await create(shop, token, { start_at: date.toISOString() });
    assert.equal(answer.status, 200, answer.text);
  }
  const eleventh = await create(shop, token, { start_at: "2026-03-25T10:00:00Z" });
  assert.deepEqual([eleventh.status, eleventh.body.error], [409, "too_many_bookings"]);
});

test("a held time is its holder's: nobody else is given it, nobody else may bring it", async () => {
  const shop = await openShop(frontdesk);
  const [one, other] = [await granted(shop), await granted(shop)];
  const held = await frontdesk.call("POST", path(shop, "hold_slot"), {
    key: one.token,
    body: { service_id: shop.service.id, start_at: wednesdayAtTen.toISOString(), minutes: 2 },
  });
  assert.equal(held.status, 200, held.text);
  assert.equal(held.body.end_at, "2026-03-04T11:00:00.000Z");
  assert.equal(Date.parse(held.body.expires_at) - frontdesk.app.clock.now().getTime(), 120_000);
  assert.equal((await create(shop, other.token)).body.error, "slot_taken");
  const stolen = await create(shop, other.token, { hold_id: held.body.hold_id });
  assert.deepEqual([stolen.status, stolen.body.error], [404, "unknown_hold"]);
  const elsewhere = await create(shop, one.token, {
    hold_id: held.body.hold_id,
    start_at: "2026-03-04T14:00:00Z",
  });
  assert.deepEqual([elsewhere.status, elsewhere.body.fields?.[0]?.field], [400, "hold_id"]);
  const booked = await create(shop, one.token, { hold_id: held.body.hold_id });
  assert.equal(booked.status, 200, booked.text);
  const next = await frontdesk.call("POST", path(shop, "hold_slot"), {
    key: one.token,
    body: { service_id: shop.service.id, start_at: "2026-03-05T10:00:00Z", minutes: 2 },
  });
  await frontdesk.advance(121);
  const freed = await create(shop, other.token, { start_at: "2026-03-05T10:00:00Z" });
  assert.equal(freed.status, 200, "a hold frees itself");
  const late = await create(shop, one.token, {
    hold_id: next.body.hold_id,
    start_at: "2026-03-05T10:00:00Z",
  });
  assert.equal(late.body.error, "slot_taken");
});
