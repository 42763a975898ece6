/** One slot, many callers through every door. The full proof (200 callers, two nodes) is `npm run prove:races`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness, startOfTime } from "../harness.ts";
import { raceForOneSlot, repeatOneRequest } from "./races.ts";
import { openShop } from "./shop.ts";

const frontdesk = await startHarness();
await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
const address = frontdesk.http.server.address();
const base = `http://127.0.0.1:${address && typeof address === "object" ? address.port : 0}`;

test("of many simultaneous callers through all doors exactly one gets the slot, the others get alternatives", async () => {
  const shop = await openShop(frontdesk.app);
  const startsAt = new Date(startOfTime.getTime() + 49 * 3_600_000);
  const result = await raceForOneSlot([base], shop, startsAt, 40);
  assert.deepEqual(result.unexpected, []);
  assert.equal(result.won, 1);
  assert.equal(result.refused, 39);
  assert.equal(result.refusedWithAlternatives, 39);
  const rows = await frontdesk.app.database.read(shop.workspaceId, (db) =>
    db.from("bookings").select("id").where("status", "=", "confirmed").execute(),
  );
  assert.equal(rows.length, 1);
});

test("one request repeated with one Idempotency-Key makes one booking and one set of messages", async () => {
  const shop = await openShop(frontdesk.app);
  const startsAt = new Date(startOfTime.getTime() + 73 * 3_600_000);
  const result = await repeatOneRequest([base], shop, startsAt, 25);
  assert.deepEqual(result.unexpected, []);
  assert.equal(result.bookingIds.size, 1);
  await frontdesk.settle();
  const [bookings, messages] = await frontdesk.app.database.read(shop.workspaceId, async (db) => [
    await db.from("bookings").select("id").execute(),
    await db.from("booking_messages").select(["kind", "channel", "due_at"]).execute(),
  ]);
  assert.equal(bookings.length, 1);
  const distinct = new Set(messages.map((row) => JSON.stringify(row)));
  assert.equal(distinct.size, messages.length);
});
