import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../server/local-outbox.ts";
import { startHarness } from "../server/testing/harness.ts";
import type { Json } from "../server/testing/harness.ts";
import { inside } from "../server/modules/messaging/testing.ts";
import { openShop } from "../server/modules/calendar/booking-messages/testing.ts";
import { runConformance } from "./conformance.ts";

const frontdesk = await startHarness();

test("capability.create_booking#0 capability.create_booking#1 capability.create_booking#2 the conformance tests pass against a running server, and their results are public", async () => {
  const shop = await openShop(frontdesk);
  const baseUrl = await frontdesk.http.listen({ port: 0, host: "127.0.0.1" });
  const now = frontdesk.app.clock.now();
  const mailTo = async (address: string) => {
    await frontdesk.settle();
    const entries = await listOutbox(frontdesk.app);
    return entries.findLast((entry) => entry.to === address)?.body ?? "";
  };
  const outcomes = await runConformance({ baseUrl, key: shop.key, providerId: shop.slug, now, mailTo });
  assert.deepEqual(
    outcomes.map((one) => `${one.capability} ${one.test} ${one.passed ? "pass" : one.detail}`),
    [
      "booking.create_booking idempotency_window pass",
      "booking.create_booking rejects_unknown_service pass",
      "booking.create_booking rejects_past_time pass",
      "booking.create_booking happy_path pass",
      "booking.check_availability happy_path pass",
      "booking.cancel_booking rejects_unknown_booking pass",
      "booking.cancel_booking happy_path pass",
      "booking.list_services happy_path pass",
      "agent-actions signature_verifies pass",
      "agent-consent asks_the_person pass",
      "agent-consent books_for_the_person pass",
      "booking.hold_slot happy_path pass",
    ],
  );
  const left = await inside(frontdesk, shop.id, (ctx) => ctx.db.from("bookings").select("status").execute());
  assert.equal(left.length, 5, "the window made one booking of two calls");
  assert.ok(
    left.every((one) => one.status === "cancelled"),
    "nothing stays on the calendar",
  );
  const page = await frontdesk.call("GET", "/capabilities?format=json");
  const published = page.body.conformance_runs.filter((one: Json) => one.provider === shop.slug);
  assert.equal(published.length, 12);

  const wrong = await runConformance({
    baseUrl,
    key: await shop.keyWith(["scheduling.read"]),
    providerId: shop.slug,
    now,
  }).catch((error: Error) => error);
  assert.match((wrong as Error).message, /could not be published: 403/);
});
