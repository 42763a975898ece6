import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { bookings, openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

const ours = { origin: "http://frontdesk.test" };

async function bookedLink(fields: Record<string, unknown> = {}, type: Record<string, unknown> = {}) {
  const calendar = await openCalendar(frontdesk, type);
  const made = await calendar.book(fields);
  assert.equal(made.status, 201, made.text);
  const path = `${bookings}/${made.body.data.booking.id}`;
  const read = async () => (await calendar.workspace.call("GET", path)).body.data;
  const link = `/book/${calendar.workspace.slug}/manage/${(await read()).management_token}`;
  const post = async (form: Record<string, string>) => frontdesk.call("POST", link, { form, headers: ours });
  return { calendar, read, link, post, id: made.body.data.booking.id as string };
}

test("workspace.get_scheduling_booking#1 slug and token make the link of the booker's page", async () => {
  const { link } = await bookedLink({ fullName: "<b>Bo & Co</b>" });
  const page = await frontdesk.call("GET", link);
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"] ?? "", /text\/html/);
  assert.equal(page.headers["cache-control"], "no-store");
  assert.equal(page.headers["referrer-policy"], "same-origin");
  assert.match(page.text, /<meta name="robots" content="noindex">/);
  assert.match(page.text, /Leak repair/);
  assert.match(page.text, /Tuesday, 3 March 2026, 10:00–11:00/);
  assert.match(page.text, /United Kingdom Time \(London\)/);
  assert.match(page.text, /&lt;b&gt;Bo &amp; Co&lt;\/b&gt;/);
  assert.ok(!page.text.includes("<b>"));
  assert.match(page.text, /<html lang="en-GB"/);
  assert.match((await frontdesk.call("GET", `${link}?step=cancel`)).text, /<label for="reason">/);
});

test("the booker cancels with the button of the second page, not by opening links", async () => {
  const { calendar, link, read, post } = await bookedLink();
  await frontdesk.call("GET", link);
  const asked = await frontdesk.call("GET", `${link}?step=cancel`);
  assert.match(asked.text, /Nothing has been cancelled yet/);
  assert.equal((await read()).status, "confirmed");
  const answer = await post({ action: "cancel", reason: "Away" });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], `${link}?notice=cancelled`);
  const booking = await read();
  assert.deepEqual([booking.status, booking.cancellation_reason], ["cancelled", "Away"]);
  const after = await frontdesk.call("GET", `${link}?notice=cancelled`);
  assert.match(after.text, /Your booking was cancelled/);
  assert.doesNotMatch(after.text, /step=/);
  // Moving or changing a cancelled one is refused, cancelling it again is not an error.
  const late: Record<string, string>[] = [
    { action: "move", start: "2026-03-04T10:00:00Z" },
    { action: "edit", name: "Eve", email: "eve@example.com" },
  ];
  for (const form of late) {
    assert.match((await post(form)).headers["location"] ?? "", /notice=refused/);
  }
  assert.match((await post({ action: "cancel" })).headers["location"] ?? "", /notice=cancelled/);
  assert.equal((await calendar.book()).status, 201);
});

test("cancelled by mistake, it is booked again at once, unless the time is gone", async () => {
  const { calendar, link, read, post } = await bookedLink({ message: "Gate code 7" });
  await post({ action: "cancel" });
  assert.match((await frontdesk.call("GET", link)).text, /Book it again/);
  const restored = await post({ action: "restore" });
  const to = restored.headers["location"] ?? "";
  assert.match(to, /manage\/[0-9a-f-]{36}\?notice=restored$/);
  assert.notEqual(to.split("?")[0], link);
  assert.match((await frontdesk.call("GET", to)).text, /You are booked again\./);
  assert.match((await frontdesk.call("GET", to)).text, /Gate code 7/);
  assert.equal((await read()).status, "cancelled");
  // The first link leads to what it has become: pressed again, it makes no second one.
  assert.equal((await post({ action: "restore" })).headers["location"], `${link}?notice=restored`);
  const followed = await frontdesk.call("GET", link);
  assert.match(followed.text, /Confirmed/);
  assert.doesNotMatch(followed.text, /Book it again/);
  assert.equal((await calendar.book()).status, 409);
  const rows = (await calendar.workspace.call("GET", "/api/v1/scheduling-bookings")).body.data;
  assert.deepEqual(rows.map((row: { status: string }) => row.status).toSorted(), ["cancelled", "confirmed"]);
});

test("the button that books it again, pressed twice at once, books once, and not what another has by now", async () => {
  const { calendar, post } = await bookedLink({}, { capacity: 5 });
  await post({ action: "cancel" });
  const answers = await Promise.all([1, 2, 3].map(() => post({ action: "restore" })));
  for (const { headers } of answers) assert.match(headers["location"] ?? "", /notice=restored/);
  const rows = (await calendar.workspace.call("GET", "/api/v1/scheduling-bookings")).body.data;
  assert.deepEqual(rows.map((row: { status: string }) => row.status).toSorted(), ["cancelled", "confirmed"]);
  const other = await bookedLink();
  await other.post({ action: "cancel" });
  assert.equal((await other.calendar.book({ email: "eve@example.com" })).status, 201);
  assert.match((await other.post({ action: "restore" })).headers["location"] ?? "", /notice=taken/);
});

test("the booker moves it to an open time, and learns when that was taken", async () => {
  const { calendar, link, read, post } = await bookedLink();
  const page = await frontdesk.call("GET", `${link}?step=move&day=2026-03-03`);
  assert.match(page.text, /It is now on Tuesday, 3 March 2026, 10:00–11:00\./);
  assert.match(page.text, /<button name="start" value="2026-03-03T14:00:00.000Z">/);
  // Half an hour later overlaps with nothing but itself; its own time is no move.
  assert.match(page.text, /value="2026-03-03T10:30:00.000Z"/);
  assert.doesNotMatch(page.text, /value="2026-03-03T10:00:00.000Z"/);
  const to = (start: string) => post({ action: "move", start });
  assert.match((await to("2026-03-03T14:00:00.000Z")).headers["location"] ?? "", /notice=moved/);
  assert.equal((await read()).starts_at, "2026-03-03T14:00:00.000Z");
  await calendar.book({ time: "11:00", email: "ann@example.com" });
  for (const taken of ["2026-03-03T11:00:00.000Z", "2026-03-03T03:00:00.000Z"]) {
    assert.match((await to(taken)).headers["location"] ?? "", /step=move&notice=taken/);
  }
  assert.match((await to("soon")).headers["location"] ?? "", /notice=refused/);
  assert.equal((await read()).starts_at, "2026-03-03T14:00:00.000Z");
});

test("whom the booker invited stands on their page", async () => {
  const { link } = await bookedLink({
    attendees: [{ email: "bob@example.com", name: "Bob <Best>" }, { email: "eve@example.com" }],
  });
  for (const query of ["", "?notice=booked", "?step=cancel"]) {
    const { text } = await frontdesk.call("GET", `${link}${query}`);
    assert.match(
      text,
      /<dt>Also invited<\/dt><dd><p>Bob &lt;Best&gt;, bob@example\.com<\/p><p>eve@example\.com<\/p>/,
    );
  }
  const alone = await bookedLink();
  assert.doesNotMatch((await frontdesk.call("GET", alone.link)).text, /Also invited/);
});

test("the booker corrects their details; everybody's invitation follows", async () => {
  const { link, read, post, id } = await bookedLink({ attendees: [{ email: "bob@example.com" }] });
  await frontdesk.settle();
  const form = await frontdesk.call("GET", `${link}?step=edit`);
  assert.match(form.text, /name="email"[^>]*value="john@example.com"/);
  const wrong = await post({ action: "edit", name: "", email: "jo@", notes: "Ring twice" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /id="email"[^>]*aria-invalid="true"/);
  assert.match(wrong.text, /Ring twice/);
  const details = {
    name: "Joan Smith",
    email: "joan@example.com",
    phone: "020 7946 0999",
    notes: "Ring twice",
  };
  const saved = await post({ action: "edit", ...details });
  assert.equal(saved.headers["location"], `${link}?notice=saved`);
  assert.match((await frontdesk.call("GET", `${link}?notice=saved`)).text, /Your details were saved/);
  const booking = await read();
  assert.deepEqual(
    [booking.booker_name, booking.booker_email, booking.booker_phone, booking.message],
    ["Joan Smith", "joan@example.com", "+442079460999", "Ring twice"],
  );
  await frontdesk.settle();
  // Saving the same again sends nothing.
  await post({ action: "edit", ...details });
  await frontdesk.settle();
  const files = (await listOutbox(frontdesk.app)).flatMap(({ to, attachments = [] }) =>
    attachments.map(({ content }) => ({
      to,
      file: new TextDecoder().decode(content).replaceAll("\r\n ", ""),
    })),
  );
  const sent = files.filter(({ file }) => file.includes(id));
  const sequences = (address: string) =>
    sent.filter(({ to }) => to === address).map(({ file }) => /SEQUENCE:(\d+)/.exec(file)?.[1]);
  // The address that was wrong gets it off its calendar.
  assert.deepEqual(sequences("john@example.com").toSorted(), ["0", "1"]);
  assert.deepEqual(sequences("joan@example.com"), ["1"]);
  assert.deepEqual(sequences("bob@example.com").toSorted(), ["0", "1"]);
});

test("the calendar file and the links carry the booking, under the invitation's UID", async () => {
  const { link, id, post } = await bookedLink();
  const page = await frontdesk.call("GET", link);
  assert.ok(page.text.includes(`href="${link}/booking.ics"`));
  assert.match(
    page.text,
    /calendar\.google\.com\/calendar\/render\?action=TEMPLATE&amp;text=Leak\+repair[^"]*dates=20260303T100000Z%2F20260303T110000Z/,
  );
  assert.match(page.text, /outlook\.live\.com[^"]*startdt=2026-03-03T10%3A00%3A00\.000Z/);
  const file = await frontdesk.call("GET", `${link}/booking.ics`);
  assert.match(file.headers["content-type"] ?? "", /text\/calendar/);
  assert.equal(file.headers["content-disposition"], 'attachment; filename="booking.ics"');
  const lines = file.text.replaceAll("\r\n ", "").split("\r\n");
  for (const line of [
    "METHOD:PUBLISH",
    `UID:${id}@frontdesk`,
    "DTSTART:20260303T100000Z",
    "STATUS:CONFIRMED",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  await post({ action: "cancel" });
  assert.match((await frontdesk.call("GET", `${link}/booking.ics`)).text, /STATUS:CANCELLED/);
  assert.equal((await frontdesk.call("GET", `/book/nobody/manage/${randomUUID()}/booking.ics`)).status, 404);
});

test("forms of other sites change nothing, and ours not any number of times in a row", async () => {
  const { calendar, link, read } = await bookedLink();
  const form = { action: "cancel" };
  for (const headers of [{}, { origin: "https://evil.example" }, { origin: "null" }] as Record<
    string,
    string
  >[]) {
    const answer = await frontdesk.call("POST", link, { form, headers });
    assert.equal(answer.status, 403, answer.text);
  }
  assert.equal((await read()).status, "confirmed");
  // One budget for everything that is posted to a business from one network address.
  const path = `/book/${calendar.workspace.slug}/${calendar.eventType.slug}`;
  const posts = [
    ...Array.from({ length: 20 }, () => [link, { action: "nothing" }] as const),
    ...Array.from({ length: 20 }, () => [path, { action: "hold" }] as const),
  ];
  for (const [to, body] of posts) {
    assert.equal((await frontdesk.call("POST", to, { form: body, headers: ours })).status, 303);
  }
  const refused = await frontdesk.call("POST", link, { form, headers: ours });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers["retry-after"]) > 0);
  assert.equal((await read()).status, "confirmed");
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
    assert.equal(
      (await frontdesk.call("POST", wrong, { form: { action: "cancel" }, headers: ours })).status,
      404,
    );
  }
  assert.equal((await read()).status, "confirmed");
  // It begins at 10:00 tomorrow: from then on nothing can be changed, a day after its end nothing is shown.
  await frontdesk.advance(25.5 * 3600);
  for (const step of ["", "?step=move", "?step=edit", "?step=cancel", "?notice=booked"]) {
    const late = await frontdesk.call("GET", `${link}${step}`);
    assert.equal(late.status, 200);
    assert.ok(!late.text.includes("<form"));
  }
  await frontdesk.call("POST", link, { form: { action: "cancel" }, headers: ours });
  assert.equal((await read()).status, "confirmed");
  await frontdesk.advance(25 * 3600);
  assert.equal((await frontdesk.call("GET", link)).status, 404);
});
