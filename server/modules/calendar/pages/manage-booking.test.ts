import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { bookings, openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

async function bookedLink(fields: Record<string, unknown> = {}) {
  const calendar = await openCalendar(frontdesk);
  const made = await calendar.book(fields);
  assert.equal(made.status, 201, made.text);
  const path = `${bookings}/${made.body.data.booking.id}`;
  const read = async () => (await calendar.workspace.call("GET", path)).body.data;
  const link = `/book/${calendar.workspace.slug}/manage/${(await read()).management_token}`;
  return { calendar, read, link };
}

test("workspace.get_scheduling_booking#1 slug and token make the link of the booker's page", async () => {
  const { link } = await bookedLink({ fullName: "<b>Bo & Co</b>" });
  const page = await frontdesk.call("GET", link);
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"] ?? "", /text\/html/);
  assert.equal(page.headers["cache-control"], "no-store");
  assert.equal(page.headers["referrer-policy"], "no-referrer");
  assert.match(page.text, /Leak repair/);
  assert.match(page.text, /Tuesday, March 3, 2026 at 10:00 AM \(Europe\/London\)/);
  assert.match(page.text, /&lt;b&gt;Bo &amp; Co&lt;\/b&gt;/);
  assert.ok(!page.text.includes("<b>"));
  assert.match(page.text, /<html lang="en">/);
  assert.match(page.text, /<label for="reason">/);
});

test("the booker cancels with the button, not by opening the link", async () => {
  const { calendar, link, read } = await bookedLink();
  await frontdesk.call("GET", link);
  assert.equal((await read()).status, "confirmed");
  const answer = await frontdesk.call("POST", link, { form: { action: "cancel", reason: "Away" } });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], `${link}?notice=cancelled`);
  const booking = await read();
  assert.deepEqual([booking.status, booking.cancellation_reason], ["cancelled", "Away"]);
  const after = await frontdesk.call("GET", `${link}?notice=cancelled`);
  assert.match(after.text, /Your booking was cancelled/);
  assert.ok(!after.text.includes("<form"));
  // Moving a cancelled one is refused, cancelling it again is not an error.
  const move = await frontdesk.call("POST", link, {
    form: { action: "move", starts_at: "2026-03-04T10:00:00Z" },
  });
  assert.match(move.headers["location"] ?? "", /notice=refused/);
  const again = await frontdesk.call("POST", link, { form: { action: "cancel" } });
  assert.match(again.headers["location"] ?? "", /notice=cancelled/);
  assert.equal((await calendar.book()).status, 201);
});

test("the booker moves it to an open time, and learns when that was taken", async () => {
  const { calendar, link, read } = await bookedLink();
  const page = await frontdesk.call("GET", link);
  assert.match(page.text, /<option value="2026-03-03T14:00:00.000Z">/);
  const to = (starts_at: string) => frontdesk.call("POST", link, { form: { action: "move", starts_at } });
  assert.match((await to("2026-03-03T14:00:00.000Z")).headers["location"] ?? "", /notice=moved/);
  assert.equal((await read()).starts_at, "2026-03-03T14:00:00.000Z");
  await calendar.book({ time: "11:00", email: "ann@example.com" });
  for (const taken of ["2026-03-03T11:00:00.000Z", "2026-03-03T03:00:00.000Z"]) {
    assert.match((await to(taken)).headers["location"] ?? "", /notice=taken/);
  }
  assert.match((await to("soon")).headers["location"] ?? "", /notice=refused/);
  assert.equal((await read()).starts_at, "2026-03-03T14:00:00.000Z");
});

test("a wrong, foreign or expired link says nothing and does nothing", async () => {
  const { calendar, link, read } = await bookedLink();
  const stranger = await frontdesk.workspace();
  const token = link.split("/").at(-1)!;
  for (const wrong of [
    `/book/${calendar.workspace.slug}/manage/${randomUUID()}`,
    `/book/${calendar.workspace.slug}/manage/nonsense`,
    `/book/${stranger.slug}/manage/${token}`,
    `/book/nobody/manage/${token}`,
  ]) {
    const page = await frontdesk.call("GET", wrong);
    assert.equal(page.status, 404);
    assert.ok(!page.text.includes("Leak repair"));
    assert.equal((await frontdesk.call("POST", wrong, { form: { action: "cancel" } })).status, 404);
  }
  assert.equal((await read()).status, "confirmed");
  // It begins at 10:00 tomorrow: from then on nothing can be changed, a day after its end nothing is shown.
  await frontdesk.advance(25.5 * 3600);
  const late = await frontdesk.call("GET", link);
  assert.equal(late.status, 200);
  assert.ok(!late.text.includes("<form"));
  await frontdesk.call("POST", link, { form: { action: "cancel" } });
  assert.equal((await read()).status, "confirmed");
  await frontdesk.advance(25 * 3600);
  assert.equal((await frontdesk.call("GET", link)).status, 404);
});
