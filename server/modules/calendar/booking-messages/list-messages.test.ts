import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { bookAt, openShop, wednesdayAtTen } from "./testing.ts";

const frontdesk = await startHarness();

test("a booking's messages and the waiting ones of all bookings can be looked at", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  await bookAt(frontdesk, shop, new Date("2026-03-04T12:00:00Z"));
  await frontdesk.settle();
  const own = await shop.call("GET", `/api/v1/scheduling-bookings/${booking.id}/messages`);
  assert.equal(own.status, 200);
  assert.deepEqual(own.body.data.map((one: Json) => `${one.kind} ${one.channel} ${one.status}`).sort(), [
    "confirmation email sent",
    "confirmation sms sent",
    "reminder email pending",
    "reminder sms pending",
    "reminder sms pending",
  ]);
  const texts = own.body.data.filter((one: Json) => one.status === "sent" && one.channel === "sms");
  assert.deepEqual(
    texts.map((one: Json) => one.delivery_status),
    ["sent"],
  );
  const waiting = await shop.call("GET", "/api/v1/scheduled-messages?status=pending&limit=4");
  assert.deepEqual([waiting.body.data.length, waiting.body.pagination.has_more], [4, true]);
  const due = waiting.body.data.map((one: Json) => one.due_at);
  assert.deepEqual(due, [...due].sort());
  const rest = await shop.call(
    "GET",
    `/api/v1/scheduled-messages?status=pending&limit=4&cursor=${waiting.body.pagination.next_cursor}`,
  );
  assert.equal(rest.body.data.length, 2);
  assert.equal((await shop.call("GET", "/api/v1/scheduled-messages")).body.data.length, 10);
  assert.equal((await shop.call("GET", "/api/v1/scheduled-messages?status=odd")).status, 400);
});

test("messages are behind company:read and the workspace's wall", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const path = `/api/v1/scheduling-bookings/${booking.id}/messages`;
  const key = await shop.keyWith(["contacts:read"]);
  assert.equal((await frontdesk.call("GET", path, { key })).status, 403);
  const stranger = await openShop(frontdesk);
  assert.equal((await stranger.call("GET", path)).status, 404);
  assert.deepEqual((await stranger.call("GET", "/api/v1/scheduled-messages")).body.data, []);
});
