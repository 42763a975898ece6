import assert from "node:assert/strict";
import { test } from "node:test";
import ICAL from "ical.js";
import { listOutbox } from "../../../local-outbox.ts";
import { readBusy } from "../../../providers/calendar/ical-busy.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, Json, TestWorkspace } from "../../../testing/harness.ts";
import { browse, joined } from "../../workspace/members/test-people.ts";
import { updateBooking } from "../bookings/bookings.store.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();
const feeds = "/api/v1/calendar-feeds";

type Feed = { id: string; url: string; shows: string };

async function makeFeed(workspace: TestWorkspace, body: object = {}): Promise<Feed> {
  const answer = await workspace.call("POST", feeds, { member_id: workspace.adminId, ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Feed;
}

async function bookOn(calendar: TestCalendar, fields: object = {}): Promise<Json> {
  const answer = await calendar.book({ ...fields });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.booking;
}

const read = (feed: Feed, headers: Record<string, string> = {}): Promise<Answer> =>
  frontdesk.call("GET", new URL(feed.url).pathname, { headers });

/** What ical.js reads in an answer, by uid. */
function eventsIn(answer: Answer): Map<string, ICAL.Component> {
  assert.equal(answer.status, 200, answer.text);
  const calendar = new ICAL.Component(ICAL.parse(answer.text) as never);
  const events = calendar.getAllSubcomponents("vevent");
  return new Map(events.map((event) => [String(event.getFirstPropertyValue("uid")), event]));
}

const valueOf = (event: ICAL.Component | undefined, name: string) =>
  String(event?.getFirstPropertyValue(name));

test("a member's bookings are a calendar file that programs subscribe to", async () => {
  const calendar = await openCalendar(frontdesk);
  const feed = await makeFeed(calendar.workspace, { shows: "everything" });
  assert.match(feed.url, /^http:\/\/frontdesk\.test\/calendar\/[\w-]{43}\.ics$/);
  const notes =
    "Back door\nBeware of the dög, please; it bites \\ barks, or so the neighbours say: do not ring";
  const { id } = await bookOn(calendar, { fullName: "Zoë; Smith, Jr" });
  await calendar.inside((ctx) => updateBooking(ctx, id, { notes }));
  const answer = await read(feed);
  assert.equal(answer.headers["content-type"], "text/calendar; charset=utf-8");
  for (const line of answer.text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
  assert.doesNotMatch(answer.text.replaceAll("\r\n", ""), /[\r\n]/);
  assert.match(answer.text, /^X-WR-CALNAME:\S/m);
  assert.match(answer.text, /^REFRESH-INTERVAL;VALUE=DURATION:PT1H/m);
  assert.match(answer.text, /^X-PUBLISHED-TTL:PT1H/m);
  const event = eventsIn(answer).get(`${id}@frontdesk`);
  assert.equal(valueOf(event, "summary"), "Leak repair: Zoë; Smith, Jr");
  assert.equal(valueOf(event, "description"), `Zoë; Smith, Jr\n+447700900123\njohn@example.com\n${notes}`);
  assert.equal(valueOf(event, "dtstart"), "2026-03-03T10:00:00Z");
  assert.equal(valueOf(event, "dtend"), "2026-03-03T11:00:00Z");
});

test("a feed shows titles unless it is asked to show more, or less", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const { id } = await bookOn(calendar);
  await calendar.inside((ctx) => updateBooking(ctx, id, { notes: "Back door" }));
  const feed = await makeFeed(workspace);
  assert.equal(feed.shows, "titles");
  const plain = await read(feed);
  assert.doesNotMatch(plain.text, /John|Smith|john@|447700|Back door/);
  assert.equal(valueOf(eventsIn(plain).get(`${id}@frontdesk`), "summary"), "Leak repair");

  const changed = await workspace.call("PATCH", `${feeds}/${feed.id}`, { shows: "busy" });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body.data.url, null);
  const busy = await read(feed);
  assert.doesNotMatch(busy.text, /Leak repair/);
  assert.equal(valueOf(eventsIn(busy).get(`${id}@frontdesk`), "summary"), "Busy");
  const range = { from: new Date("2026-03-03T00:00:00Z"), to: new Date("2026-03-04T00:00:00Z") };
  assert.deepEqual(
    readBusy(busy.text, { range }).entries.flatMap((entry) => entry.busy),
    [{ start: new Date("2026-03-03T10:00:00Z"), end: new Date("2026-03-03T11:00:00Z") }],
  );
});

test("a moved booking moves with a later sequence, and a cancelled one vanishes", async () => {
  const calendar = await openCalendar(frontdesk);
  const feed = await makeFeed(calendar.workspace);
  const { id } = await bookOn(calendar);
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date("2026-03-03T14:00:00Z") }));
  const moved = eventsIn(await read(feed)).get(`${id}@frontdesk`);
  assert.deepEqual([valueOf(moved, "dtstart"), valueOf(moved, "sequence")], ["2026-03-03T14:00:00Z", "1"]);
  await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
  assert.equal(eventsIn(await read(feed)).size, 0);
});

test("a program that has the invitation as well shows the booking once: both have one uid", async () => {
  const calendar = await openCalendar(frontdesk);
  const feed = await makeFeed(calendar.workspace);
  const { id } = await bookOn(calendar);
  await frontdesk.settle();
  const files = (await listOutbox(frontdesk.app))
    .flatMap(({ attachments = [] }) => attachments.map(({ content }) => new TextDecoder().decode(content)))
    .filter((file) => file.includes(id));
  assert.ok(files.length > 0);
  const invited = new ICAL.Component(ICAL.parse(files[0]!) as never).getFirstSubcomponent("vevent");
  assert.deepEqual([...eventsIn(await read(feed)).keys()], [valueOf(invited ?? undefined, "uid")]);
});

test("a program that has the newest version is told so, and gets the next one", async () => {
  const calendar = await openCalendar(frontdesk);
  const feed = await makeFeed(calendar.workspace);
  const first = await read(feed);
  const etag = first.headers["etag"]!;
  assert.match(etag, /^"[\w-]{43}"$/);
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await read(feed, { "if-none-match": header });
    assert.deepEqual([again.status, again.text, again.headers["etag"]], [304, "", etag], header);
  }
  await bookOn(calendar);
  const next = await read(feed, { "if-none-match": etag });
  assert.equal(next.status, 200);
  assert.notEqual(next.headers["etag"], etag);
});

test("an address is told once, and ends when it is regenerated or revoked", async () => {
  const { workspace } = await openCalendar(frontdesk);
  const feed = await makeFeed(workspace);
  const shown = await workspace.call("GET", `${feeds}/${feed.id}`);
  assert.equal(shown.body.data.url, null);
  const listed = await workspace.call("GET", `${feeds}?member_id=${workspace.adminId}`);
  assert.deepEqual(listed.body.data, [shown.body.data]);

  const renewed = await workspace.call("POST", `${feeds}/${feed.id}/regenerate`);
  assert.equal(renewed.status, 200, renewed.text);
  assert.notEqual(renewed.body.data.url, feed.url);
  assert.equal((await read(feed)).status, 404);
  const fresh = { ...feed, url: renewed.body.data.url as string };
  assert.equal((await read(fresh)).status, 200);
  const revoked = await workspace.call("DELETE", `${feeds}/${feed.id}`);
  assert.ok(revoked.status < 300, revoked.text);
  assert.equal((await read(fresh)).status, 404);
  const trail = await workspace.call("GET", "/api/v1/audit-log?limit=50");
  assert.doesNotMatch(trail.text, new RegExp(`token_hash|${fresh.url.slice(-20)}`));
});

test("addresses that lead nowhere all look the same", async () => {
  const paths = ["a".repeat(43) + ".ics", "short.ics", "a".repeat(43), "%00".repeat(43) + ".ics"];
  for (const path of paths) {
    const answer = await frontdesk.call("GET", `/calendar/${path}`);
    assert.deepEqual([answer.status, answer.text], [404, "There is no such calendar.\n"], path);
  }
});

test("a colleague's feed holds what they give; one who has left takes it along", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const colleague = await calendar.addStaff("Kim Reed");
  const feed = await makeFeed(workspace, { member_id: colleague });
  const { id } = await bookOn(calendar);
  const { member_id: host } = (await workspace.call("GET", `${bookings}/${id}`)).body.data;
  const own = await makeFeed(workspace);
  const both = [eventsIn(await read(own)).size, eventsIn(await read(feed)).size];
  assert.deepEqual(both, host === colleague ? [0, 1] : [1, 0]);
  const removed = await workspace.call("DELETE", `/api/v1/company/users/${colleague}`);
  assert.ok(removed.status < 300, removed.text);
  assert.equal((await read(feed)).status, 404);
});

test("an address ends with the key or the member that was told it, until somebody else makes a new one", async () => {
  const { workspace } = await openCalendar(frontdesk);
  const { credentials } = frontdesk.app;
  const key = await credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "leaked",
    scopes: ["company:read", "company:write"],
    approvalLevel: "full",
  });
  const body = { member_id: workspace.adminId, shows: "everything" };
  const byKey = (await frontdesk.call("POST", feeds, { key: key.secret, body })).body.data as Feed;
  const admin = await joined(frontdesk, workspace, "client_admin");
  const byMember = (await browse(frontdesk, admin.cookie, "POST", feeds, body)).body.data as Feed;
  const ours = await makeFeed(workspace);
  for (const feed of [byKey, byMember, ours]) assert.equal((await read(feed)).status, 200);

  await credentials.revoke(workspace.id, key.id);
  assert.equal((await read(byKey)).status, 404);
  assert.equal((await workspace.call("DELETE", `/api/v1/company/users/${admin.id}`)).status, 204);
  assert.equal((await read(byMember)).status, 404);
  assert.equal((await workspace.call("GET", `${feeds}/${byMember.id}`)).status, 404, "revoked with them");
  assert.equal((await read(ours)).status, 200);

  const renewed = await workspace.call("POST", `${feeds}/${byKey.id}/regenerate`);
  assert.equal((await read(renewed.body.data as Feed)).status, 200);
  assert.equal((await read(byKey)).status, 404);
});

test("a booking that several give is in the feed of each", async () => {
  const calendar = await openCalendar(frontdesk, { host_assignment: "all" });
  const colleague = await calendar.addStaff("Kim Reed");
  const { id } = await bookOn(calendar);
  for (const memberId of [calendar.workspace.adminId, colleague]) {
    const feed = await makeFeed(calendar.workspace, { member_id: memberId });
    assert.deepEqual([...eventsIn(await read(feed)).keys()], [`${id}@frontdesk`]);
  }
});

test("a feed is for a member of this company, and holds nothing of another one's", async () => {
  const calendar = await openCalendar(frontdesk);
  const other = await frontdesk.workspace();
  const answer = await calendar.workspace.call("POST", feeds, { member_id: other.adminId });
  assert.equal(answer.status, 400);
  assert.match(answer.text, /member_id/);
  const nobody = await calendar.workspace.call("POST", feeds, {});
  assert.equal(nobody.status, 400);
  assert.match(nobody.text, /member_id/);
  await bookOn(calendar);
  assert.equal(eventsIn(await read(await makeFeed(other))).size, 0);
});

test("a feed that is read without end is asked to wait", async () => {
  const feed = await makeFeed((await openCalendar(frontdesk)).workspace);
  let answer = await read(feed);
  for (let times = 0; times < 40 && answer.status === 200; times++) answer = await read(feed);
  assert.equal(answer.status, 429);
  const wait = Number(answer.headers["retry-after"]);
  assert.ok(wait >= 1);
  await frontdesk.advance(wait);
  assert.equal((await read(feed)).status, 200);
});

test("what began more than 30 days ago is left out; when a feed was read is known within the hour", async () => {
  const calendar = await openCalendar(frontdesk);
  const feed = await makeFeed(calendar.workspace);
  const { id } = await bookOn(calendar, { date: "2026-03-10" });
  await frontdesk.advance(30 * 24 * 3600);
  assert.ok(eventsIn(await read(feed)).has(`${id}@frontdesk`));
  const shown = await calendar.workspace.call("GET", `${feeds}/${feed.id}`);
  assert.equal(shown.body.data.last_read_at, frontdesk.app.clock.now().toISOString());
  await frontdesk.advance(10 * 24 * 3600);
  assert.equal(eventsIn(await read(feed)).size, 0);
});
