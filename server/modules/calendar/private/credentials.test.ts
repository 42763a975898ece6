import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { bookAt, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import { base, integration, job, storedBookings } from "./testing.ts";

const frontdesk = await startHarness();

test("bookings.book_job#0 bookings.reschedule_booking#0 bookings.cancel_booking#0 bookings.list_bookings#0 bookings.get_booking_status#0 each call needs its scope", async () => {
  const shop = await openShop(frontdesk);
  const reader = await integration(frontdesk, shop, ["READ_BOOKINGS"]);
  const writer = await integration(frontdesk, shop, ["WRITE_BOOKINGS"]);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const refused: [typeof reader, string, string, unknown?][] = [
    [reader, "POST", "/bookings", job(shop)],
    [reader, "PATCH", `/bookings/${id}`, { scheduledStartAt: "2026-03-05T10:00:00Z" }],
    [reader, "PATCH", `/bookings/${id}`, { status: "CANCELED" }],
    [writer, "GET", "/bookings"],
    [writer, "GET", `/bookings/${id}`],
    [writer, "GET", "/open-slots?from=2026-03-04&to=2026-03-04"],
  ];
  for (const [client, method, path, body] of refused) {
    const answer = await client.call(method, path, body);
    assert.equal(answer.status, 403, `${method} ${path}`);
    assert.equal(answer.body.ok, false);
    assert.equal(answer.body.error.code, "INSUFFICIENT_SCOPE");
    assert.ok(answer.body.error.message);
  }
  const none = await frontdesk.call("GET", `${base}/bookings`);
  assert.deepEqual([none.status, none.body.error.code], [401, "UNAUTHORIZED"]);
  assert.equal((await frontdesk.call("GET", `${base}/bookings`, { key: shop.key })).status, 401);
});

test("bookings.list_bookings#4 bookings.get_booking_status#3 bookings.book_job#7 bookings.reschedule_booking#6 bookings.cancel_booking#7 bookings.get_private_api_health#3 a token sees its own organization and nothing else", async () => {
  const shop = await openShop(frontdesk);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const stranger = await openShop(frontdesk);
  const { call } = await integration(frontdesk, stranger);
  assert.deepEqual((await call("GET", "/bookings")).body.bookings, []);
  const attempts: [string, string, unknown?][] = [
    ["GET", `/bookings/${id}`],
    ["PATCH", `/bookings/${id}`, { scheduledStartAt: "2026-03-05T10:00:00Z" }],
    ["PATCH", `/bookings/${id}`, { status: "CANCELED" }],
  ];
  for (const [method, path, body] of attempts) {
    const answer = await call(method, path, body);
    assert.deepEqual([answer.status, answer.body.error.code], [404, "NOT_FOUND"], `${method} ${path}`);
  }
  const made = await call("POST", "/bookings", job(stranger));
  assert.equal(made.status, 201, "the other shop's busy time is not in the way");
  assert.equal(await storedBookings(frontdesk, shop), 1);
  assert.equal((await call("GET", "/health")).body.orgId, stranger.id);
});

test("bookings.get_private_api_health#0 bookings.get_private_api_health#1 bookings.get_private_api_health#2 any credential learns who it is", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop, []);
  const answer = await call("GET", "/health");
  assert.equal(answer.status, 200);
  assert.equal(answer.body.ok, true);
  assert.deepEqual(
    [answer.body.actorType, answer.body.scopes, answer.body.orgId, answer.body.credential.name],
    ["api_key", [], shop.id, "test"],
  );
  const full = await integration(frontdesk, shop);
  assert.deepEqual((await full.call("GET", "/health")).body.scopes, ["READ_BOOKINGS", "WRITE_BOOKINGS"]);
  assert.equal((await frontdesk.call("GET", `${base}/health`)).status, 401);
});

test("bookings.list_bookings#5 bookings.get_booking_status#4 bookings.book_job#8 bookings.reschedule_booking#7 bookings.cancel_booking#8 bookings.get_private_api_health#4 every call touches the credential's last use", async () => {
  const shop = await openShop(frontdesk);
  const { id } = await bookAt(frontdesk, shop, wednesdayAtTen);
  const calls: [string, string, unknown?][] = [
    ["GET", "/bookings"],
    ["GET", `/bookings/${id}`],
    [
      "POST",
      "/bookings",
      job(shop, { scheduledStartAt: "2026-03-05T10:00:00Z", scheduledEndAt: "2026-03-05T11:00:00Z" }),
    ],
    ["PATCH", `/bookings/${id}`, { notes: "x" }],
    ["PATCH", `/bookings/${id}`, { status: "CANCELED" }],
    ["GET", "/health"],
  ];
  for (const [method, path, body] of calls) {
    const { call } = await integration(frontdesk, shop);
    const credential = (await call("GET", "/health")).body.credential.id;
    await frontdesk.app.credentials.flushUse();
    await inside(frontdesk, shop.id, (ctx) =>
      ctx.db
        .update("api_keys")
        .set({ last_used_at: null } as never)
        .where("id", "=", credential)
        .execute(),
    );
    assert.ok((await call(method, path, body)).status < 300, `${method} ${path}`);
    await frontdesk.app.credentials.flushUse();
    const row = await inside(frontdesk, shop.id, (ctx) =>
      ctx.db.from("api_keys").select("last_used_at").where("id", "=", credential).executeTakeFirstOrThrow(),
    );
    assert.equal(
      row.last_used_at?.toISOString(),
      frontdesk.app.clock.now().toISOString(),
      `${method} ${path}`,
    );
  }
});
