import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { bookAt, freshEmail, openShop, wednesdayAtTen } from "./testing.ts";

const frontdesk = await startHarness();

test("a visit that is over is cancelled in the books only: neither booker nor attendees hear of it", async () => {
  const shop = await openShop(frontdesk);
  const [booker, attendee] = [freshEmail(), freshEmail()];
  const phone = shop.customer();
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen, {
    customer: { name: "Ada Price", email: booker, phone },
    attendees: [{ email: attendee }],
  });
  await frontdesk.settle();
  const heard = async () => {
    await frontdesk.settle();
    const all = await listOutbox(frontdesk.app);
    return all.filter(({ to }) => [booker, attendee, phone].includes(to)).length;
  };
  const secondsToEnd = (booking.ends_at.getTime() - frontdesk.app.clock.now().getTime()) / 1000;
  await frontdesk.advance(secondsToEnd + 3600);
  const before = await heard();
  assert.ok(before > 0);
  const answer = await shop.call("POST", `/api/v1/scheduling-bookings/${booking.id}/cancel`);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(await heard(), before);
});
