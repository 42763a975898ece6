/** Connected calendars, with a provider that does as a test says and remembers what it was asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProviderError } from "../../../providers/errors.ts";
import type {
  CalendarChanges,
  CalendarEvent,
  CalendarProvider,
  RemoteChange,
} from "../../../providers/calendar/port.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { uidOf } from "./booking-uid.ts";

const frontdesk = await startHarness({ environment: { PUBLIC_URL: "https://frontdesk.test" } });
const { app } = frontdesk;
const connections = "/api/v1/calendar-connections";
const hour = 3600_000;
const dayMs = 24 * hour;

type Asked = { calendarId: string; from: Date; to: Date; syncToken: string | undefined };

function scripted() {
  const state = {
    entries: [] as RemoteChange[],
    answer: undefined as CalendarChanges | undefined,
    failure: undefined as Error | undefined,
    reads: [] as Asked[],
    looks: 0,
    events: new Map<string, CalendarEvent>(),
    calls: [] as string[],
    watched: [] as { channelId: string; token: string; address: string }[],
    unwatched: [] as string[],
  };
  const orFail = <T>(value: T): Promise<T> =>
    state.failure ? Promise.reject(state.failure) : Promise.resolve(value);
  const provider: CalendarProvider = {
    name: "local",
    writable: true,
    listCalendars: () => {
      state.looks += 1;
      return orFail([{ id: "cal", name: "Cal", isPrimary: true, canWrite: false }]);
    },
    busy: () => orFail([]),
    changes: ({ calendarId }, range, syncToken) => {
      state.reads.push({ calendarId, ...range, syncToken });
      return orFail(
        state.answer ?? { full: true, changes: state.entries, syncToken: `t${state.reads.length}` },
      );
    },
    insertEvent: (_account, event) => {
      state.calls.push(`insert ${event.title}`);
      if (!state.failure) state.events.set(event.uid, event);
      return orFail({ externalId: event.uid });
    },
    updateEvent: (_account, externalId, event) => {
      state.calls.push(`update ${event.title}`);
      if (!state.failure) state.events.set(externalId, event);
      return orFail({ externalId });
    },
    deleteEvent: (_account, externalId) => {
      state.calls.push("delete");
      if (!state.failure) state.events.delete(externalId);
      return orFail(undefined);
    },
    watch: (_account, channel) => {
      state.watched.push(channel);
      const expiresAt = new Date(app.clock.now().getTime() + 7 * dayMs);
      return orFail({ channelId: channel.channelId, resourceId: `r${state.watched.length}`, expiresAt });
    },
    unwatch: (_account, { resourceId }) => {
      state.unwatched.push(resourceId);
      return Promise.resolve();
    },
  };
  (app.ports.calendars as { local: CalendarProvider }).local = provider;
  return state;
}

const refusing = (code: string, retryable: boolean) =>
  new ProviderError({ provider: "local", code, message: "no", retryable });

async function connected(fields: Json = {}, eventType: Json = {}) {
  const state = scripted();
  const calendar = await openCalendar(frontdesk, eventType);
  const { workspace } = calendar;
  const body = { member_id: workspace.adminId, provider: "local", calendar_id: "olive", ...fields };
  const made = await workspace.call("POST", connections, body);
  assert.equal(made.status, 201, made.text);
  await frontdesk.settle();
  const { id } = made.body.data;
  const shown = async () => (await workspace.call("GET", `${connections}/${id}`)).body.data;
  return {
    state,
    calendar,
    workspace,
    id,
    shown,
    made: made.body.data,
    sync: async () => {
      assert.equal((await workspace.call("POST", `${connections}/${id}/sync`)).status, 202);
      await frontdesk.settle();
    },
    patch: async (change: Json) => {
      const answer = await workspace.call("PATCH", `${connections}/${id}`, change);
      await frontdesk.settle();
      return answer;
    },
    remove: async (query = "") => {
      const answer = await workspace.call("DELETE", `${connections}/${id}${query}`);
      assert.equal(answer.status, 204, answer.text);
      await frontdesk.settle();
    },
    conflicts: async (query = "") =>
      (await workspace.call("GET", `/api/v1/calendar-conflicts${query}`)).body.data as Json[],
  };
}

/** A booking some days from now at this hour, UTC. */
async function bookedIn(calendar: TestCalendar, days: number, clock: string): Promise<Json> {
  const at = new Date(app.clock.now().getTime() + days * dayMs);
  while ([0, 6].includes(at.getUTCDay())) at.setTime(at.getTime() + dayMs);
  const answer = await calendar.book({ date: at.toISOString().slice(0, 10), time: clock });
  assert.equal(answer.status, 201, answer.text);
  await frontdesk.settle();
  return answer.body.data.booking;
}

const entry = (externalId: string, start: number, end: number, more: object = {}): RemoteChange => ({
  externalId,
  title: externalId,
  busy: [{ start: new Date(start), end: new Date(end) }],
  ...more,
});

const busyIn = (calendar: TestCalendar) =>
  calendar.inside((ctx) => ctx.db.from("external_busy").selectAll().orderBy("starts_at").execute());

test("a calendar is connected once for a member, and one of theirs is written into", async () => {
  const { workspace, calendar, made } = await connected({ calendar_id: " olive " });
  assert.deepEqual(
    [made.calendar_id, made.name, made.reads_busy, made.writes_bookings, made.status],
    ["olive", " olive ", true, false, "connecting"],
  );
  const sam = await calendar.addStaff("Sam");
  const stranger = await frontdesk.workspace();
  const ask = (fields: Json) =>
    workspace.call("POST", connections, { member_id: workspace.adminId, provider: "local", ...fields });
  const status = async (fields: Json) => (await ask(fields)).status;
  const again = await ask({ calendar_id: "olive" });
  assert.equal(again.status, 409);
  assert.ok(again.body.error.fix.includes(made.id), "says which connection to change");
  assert.equal(await status({ calendar_id: "olive", member_id: sam }), 201);
  assert.equal(await status({ calendar_id: "second", writes_bookings: true }), 201);
  assert.equal(await status({ calendar_id: "third", writes_bookings: true }), 409);
  assert.equal(await status({ calendar_id: "third", writes_bookings: true, member_id: sam }), 201);
  assert.equal(await status({ calendar_id: "third" }), 201);
  assert.equal(await status({ calendar_id: "x", reads_busy: false }), 400);
  assert.equal(await status({ calendar_id: "x", member_id: undefined }), 400);
  assert.equal(await status({ calendar_id: "x", member_id: stranger.adminId }), 400);
  await calendar.inside((ctx) =>
    ctx.db.update("members").set({ status: "removed" }).where("id", "=", sam).execute(),
  );
  assert.equal(await status({ calendar_id: "x", member_id: sam }), 400);
  const file = await ask({ provider: "ics", calendar_id: "https://cal.example/secret.ics" });
  assert.deepEqual(
    [file.status, file.body.data.name, file.body.data.calendar_id],
    [201, "cal.example", "cal.example"],
  );
  assert.equal(
    await status({ provider: "ics", calendar_id: "https://b.example/x", writes_bookings: true }),
    400,
  );
  const careful = await workspace.keyWith(["company:write"], "with-approval");
  const body = { member_id: workspace.adminId, provider: "local", calendar_id: "y" };
  assert.equal((await frontdesk.call("POST", connections, { key: careful, body })).status, 403);
  const listed = async (query: string) =>
    (await workspace.call("GET", `${connections}${query}`)).body.data.length;
  assert.equal(await listed(`?member_id=${sam}`), 2);
  assert.equal(await listed(`?member_id=${workspace.adminId}`), 4);
  await frontdesk.settle();
  assert.equal(await listed("?status=revoked"), 0);
  assert.ok((await listed("?status=active")) >= 5);
});

test("which calendars some credentials open, or why that cannot be told", async () => {
  const { state, workspace } = await connected();
  const ask = () => workspace.call("POST", `${connections}/remote-calendars`, { provider: "local" });
  assert.deepEqual((await ask()).body.data.calendars, [
    { calendar_id: "cal", name: "Cal", is_primary: true, can_write: false },
  ]);
  state.failure = refusing("http-503", true);
  assert.equal((await ask()).status, 503);
  state.failure = refusing("revoked", false);
  assert.equal((await ask()).status, 409);
});

test("what a calendar says is kept as it is: what goes is gone, what stays is left alone, what is no time is nothing", async () => {
  const { state, calendar, sync } = await connected();
  const start = app.clock.now().getTime() + dayMs;
  const long = `${"x".repeat(501)}`;
  state.entries = [
    entry("a", start, start + hour),
    entry("b", start + 2 * hour, start + 3 * hour, { title: `t\0${long}` }),
    entry("c", start, start),
    entry("d", start + 5 * hour, start + 6 * hour, { title: undefined }),
  ];
  await sync();
  const first = await busyIn(calendar);
  assert.deepEqual(
    first.map((row) => row.external_id),
    ["a", "b", "d"],
  );
  assert.equal(first[1]?.title?.length, 499);
  assert.equal(first[2]?.title, null);
  await sync();
  assert.deepEqual(
    (await busyIn(calendar)).map(({ id }) => id),
    first.map(({ id }) => id),
  );
  // Only what is named has changed: one moved, one is gone, the third is as it was.
  state.answer = {
    full: false,
    changes: [entry("a", start + hour, start + 2 * hour), { externalId: "b", removed: true }],
    syncToken: "next",
  };
  await sync();
  const after = await busyIn(calendar);
  assert.deepEqual(
    after.map((row) => row.external_id),
    ["a", "d"],
  );
  assert.equal(after[0]?.starts_at.getTime(), start + hour);
  assert.equal(after[1]?.id, first[2]?.id);
  state.answer = { full: false, changes: [] };
  await sync();
  assert.equal((await busyIn(calendar)).length, 2);
  state.answer = { full: true, changes: [] };
  await sync();
  assert.deepEqual(await busyIn(calendar), []);
});

test("a host who is busy elsewhere is a conflict while it lasts; what only touches, is over or is our own is none", async () => {
  const { state, calendar, sync, conflicts, workspace } = await connected();
  const booking = await bookedIn(calendar, 2, "12:00");
  const from = Date.parse(booking.starts_at);
  const to = Date.parse(booking.ends_at);
  const open = async () => (await conflicts("?status=open")).map((one) => one.title);
  state.entries = [
    entry("before", from - hour, from),
    entry("after", to, to + hour),
    entry("ours", from, to, { uid: uidOf(booking.id) }),
  ];
  await sync();
  assert.deepEqual(await open(), []);
  state.entries = [entry("late", to - 1, to + hour), entry("early", from - hour, from + 1)];
  await sync();
  assert.deepEqual((await open()).toSorted(), ["early", "late"]);
  await sync();
  assert.equal((await conflicts()).length, 2);
  const [one] = await conflicts();
  for (const [query, count] of [
    [`?booking_id=${booking.id}`, 2],
    [`?booking_id=${one.id}`, 0],
    [`?member_id=${workspace.adminId}`, 2],
    [`?member_id=${booking.id}`, 0],
    ["?kind=host_left", 0],
    ["?kind=busy_elsewhere", 2],
    ["?status=resolved", 0],
  ] as const) {
    assert.equal((await conflicts(query)).length, count, query);
  }
  const told = await calendar.inside((ctx) =>
    ctx.db.from("events").select("payload").where("type", "=", "booking.conflict_found").execute(),
  );
  assert.equal(told.length, 2);
  state.entries = [entry("early", from - hour, from + 1)];
  await sync();
  assert.deepEqual(await open(), ["early"]);
  await workspace.call("POST", `${bookings}/${booking.id}/cancel`, {});
  await frontdesk.settle();
  assert.deepEqual(await open(), []);
  assert.equal((await conflicts("?status=resolved")).length, 2);
});

test("the call that a calendar made later is kept with the booking, from its first host's calendar alone", async () => {
  const { state, calendar, sync, workspace } = await connected();
  const booking = await bookedIn(calendar, 2, "14:00");
  const link = async () =>
    (await workspace.call("GET", `${bookings}/${booking.id}`)).body.data.google_meet_link;
  const entryWith = (more: object) =>
    entry("e", Date.parse(booking.starts_at), Date.parse(booking.ends_at), more);
  state.entries = [entryWith({ uid: uidOf(booking.id) })];
  await sync();
  assert.equal(await link(), null);
  const url = "https://meet.example/x";
  state.entries = [entryWith({ uid: "somebody@elsewhere", meetingUrl: url })];
  await sync();
  assert.equal(await link(), null);
  const sam = await calendar.addStaff("Sam");
  const give = (member: string) =>
    calendar.inside((ctx) =>
      ctx.db
        .update("bookings")
        .set({ member_id: member, host_ids: [member] })
        .where("id", "=", booking.id)
        .execute(),
    );
  await give(sam);
  state.entries = [entryWith({ uid: uidOf(booking.id), meetingUrl: url })];
  await sync();
  assert.equal(await link(), null, "another host's calendar");
  await give(workspace.adminId);
  await sync();
  assert.equal(await link(), url);
  const sequence = async () =>
    (
      await calendar.inside((ctx) =>
        ctx.db.from("bookings").select("sequence").where("id", "=", booking.id).executeTakeFirstOrThrow(),
      )
    ).sequence;
  const before = await sequence();
  await sync();
  assert.equal(await sequence(), before, "no news the second time");
});

test("it is read as far ahead as can be booked and a month more, from where it was left while that reaches", async () => {
  const { state, sync, patch } = await connected({}, { max_advance_days: 200 });
  const [first] = state.reads;
  const start = app.clock.now().getTime();
  assert.deepEqual(
    [first?.from.getTime(), first?.to.getTime(), first?.syncToken],
    [start - dayMs, start + (201 + 30) * dayMs, undefined],
  );
  await sync();
  const again = state.reads.at(-1)!;
  assert.deepEqual(
    [again.to.getTime(), again.syncToken],
    [first?.to.getTime(), `t${state.reads.length - 1}`],
  );
  await patch({ credentials: {} });
  assert.equal(state.reads.at(-1)?.syncToken, undefined, "connected again, all of it is read anew");
});

test("switched off, its times keep nobody out; a calendar that is only written to is only knocked at", async () => {
  const { state, calendar, patch, sync, shown } = await connected({ writes_bookings: true });
  const at = app.clock.now().getTime() + dayMs;
  state.entries = [entry("a", at, at + hour)];
  await sync();
  assert.equal((await busyIn(calendar)).length, 1);
  assert.equal((await patch({ reads_busy: false })).status, 200);
  assert.deepEqual(await busyIn(calendar), []);
  const { reads, looks } = { reads: state.reads.length, looks: state.looks };
  await sync();
  assert.deepEqual([state.reads.length, state.looks], [reads, looks + 1]);
  assert.equal((await shown()).status, "active");
  assert.equal((await patch({ writes_bookings: false })).status, 400, "for something it has to be there");
  await patch({ reads_busy: true });
  assert.equal(state.reads.at(-1)?.syncToken, undefined);
  assert.equal((await busyIn(calendar)).length, 1);
  const calm = state.reads.length;
  await patch({ name: "Olive" });
  assert.equal(state.reads.length, calm, "a new name is no reason to read");
});

test("bookings to come are written when writing is switched on, and follow what becomes of them", async () => {
  const { state, calendar, patch, workspace } = await connected();
  const booking = await bookedIn(calendar, 3, "10:00");
  const off = await bookedIn(calendar, 3, "12:00");
  await workspace.call("POST", `${bookings}/${off.id}/cancel`, {});
  await frontdesk.settle();
  assert.deepEqual(state.calls, []);
  await patch({ writes_bookings: true });
  assert.deepEqual(state.calls, ["insert Leak repair: John Smith"]);
  await patch({ name: "again" });
  assert.equal(state.calls.length, 1);
  await workspace.call("POST", `${bookings}/${booking.id}/mark-late`, {});
  await frontdesk.settle();
  assert.equal(state.calls.length, 1, "late is no change of the calendar");
  await workspace.call("POST", `${bookings}/${booking.id}/cancel`, {});
  await frontdesk.settle();
  assert.equal(state.calls.at(-1), "delete");
  assert.equal(state.events.size, 0);
});

test("what a calendar refuses is tried again, later each time; an error of our own lets go of its turn", async () => {
  const { state, calendar, sync, shown } = await connected({ writes_bookings: true });
  state.failure = refusing("http-503", true);
  const booking = await bookedIn(calendar, 3, "15:00");
  const row = () =>
    calendar.inside((ctx) =>
      ctx.db
        .from("booking_calendar_events")
        .selectAll()
        .where("booking_id", "=", booking.id)
        .executeTakeFirstOrThrow(),
    );
  const failed = await row();
  assert.deepEqual([failed.status, failed.failures > 0, failed.claim], ["failed", true, null]);
  const waitMs = 60_000 * 2 ** (failed.failures - 1);
  assert.equal(failed.next_attempt_at?.getTime(), app.clock.now().getTime() + waitMs);
  state.failure = undefined;
  await frontdesk.advance(waitMs / 1000);
  const written = await row();
  assert.deepEqual([written.status, written.failures, written.last_error], ["written", 0, null]);
  state.failure = new TypeError("a slip of ours");
  await calendar.workspace.call("POST", `${connections}/${(await shown()).id}/sync`);
  await frontdesk.settle().catch(() => undefined);
  const { sync_claim: claim } = await calendar.inside((ctx) =>
    ctx.db.from("calendar_connections").select("sync_claim").executeTakeFirstOrThrow(),
  );
  assert.equal(claim, null);
  state.failure = refusing("revoked", false);
  await sync();
  const revoked = await shown();
  assert.deepEqual([revoked.status, revoked.stale_since === null], ["revoked", false]);
  // The calendars of the other tests are read on.
  const reads = () =>
    state.reads.filter(({ calendarId }) => calendarId.startsWith(calendar.workspace.id)).length;
  const before = reads();
  assert.ok(before > 0);
  state.failure = undefined;
  await frontdesk.advance(660);
  assert.equal(reads(), before, "nobody asks any more");
});

test("a channel tells of changes until a day before its end, then another takes its place, and it ends with the connection", async () => {
  const { state, remove, sync, calendar, patch } = await connected({ writes_bookings: true });
  assert.equal(state.watched.length, 1);
  assert.equal(state.watched[0]?.address, "https://frontdesk.test/google/calendar/notifications");
  const endingIn = async (ms: number) => {
    const channel_expires_at = new Date(app.clock.now().getTime() + ms);
    await calendar.inside((ctx) =>
      ctx.db.update("calendar_connections").set({ channel_expires_at }).execute(),
    );
    await sync();
  };
  await endingIn(dayMs + 1);
  assert.equal(state.watched.length, 1);
  await endingIn(dayMs);
  assert.equal(state.watched.length, 2);
  assert.deepEqual(state.unwatched, ["r1"]);
  const coming = await bookedIn(calendar, 4, "11:00");
  assert.equal(state.events.size, 1);
  await patch({ reads_busy: false });
  await remove("?remove_events=true");
  assert.deepEqual(state.unwatched, ["r1", "r2"]);
  assert.equal(state.events.has(uidOf(coming.id)), false);
  const rows = await calendar.inside((ctx) => ctx.db.from("calendar_connections").select("id").execute());
  assert.deepEqual(rows, []);
});

test("disconnected without more, what was written stays; a provider that lets nobody take leave is left all the same", async () => {
  const { state, remove, calendar } = await connected({ writes_bookings: true });
  await bookedIn(calendar, 4, "13:00");
  assert.equal(state.events.size, 1);
  await remove();
  assert.equal(state.events.size, 1);
  const other = await connected({ writes_bookings: true });
  await bookedIn(other.calendar, 4, "13:00");
  other.state.failure = refusing("revoked", false);
  await other.remove("?remove_events=true");
  const rows = await other.calendar.inside((ctx) =>
    ctx.db.from("calendar_connections").select("id").execute(),
  );
  assert.deepEqual(rows, []);
});
