import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { bookAt, freshEmail, messagesFor, openShop, wednesdayAtTen } from "./testing.ts";

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

test("once it has begun a cancellation makes no message of its own; a moment before it does", async () => {
  const shop = await openShop(frontdesk);
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 3 * 86_400_000);
  const bookings = [];
  for (const minutes of [0, 60]) {
    bookings.push(
      await bookAt(frontdesk, shop, new Date(startsAt.getTime() + minutes * 60_000), { offGrid: true }),
    );
  }
  await frontdesk.settle();
  await frontdesk.advance((startsAt.getTime() - frontdesk.app.clock.now().getTime()) / 1000);
  const kinds = [];
  for (const { id } of bookings) {
    const answer = await shop.call("POST", `/api/v1/scheduling-bookings/${id}/cancel`);
    assert.equal(answer.status, 200, answer.text);
    const messages = await messagesFor(frontdesk, shop, id);
    kinds.push(messages.filter(({ kind }) => kind === "cancellation").length);
  }
  assert.deepEqual(kinds, [0, 1]);
});
