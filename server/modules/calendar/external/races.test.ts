import assert from "node:assert/strict";
import { test } from "node:test";
import { systemActor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import type { LoopbackReply } from "../../../providers/loopback.ts";
import { startConnected } from "./testing.ts";
import type { ConnectedCalendar } from "./testing.ts";
import { syncCalendar } from "./sync-calendar.job.ts";
import { writeBooking } from "./write-booking.job.ts";

const { frontdesk, google, connect } = await startConnected();
const tuesday = "2026-03-03";
const entry = (id: string, from: string, to: string) =>
  google.put({ id, start: `${tuesday}T${from}:00Z`, end: `${tuesday}T${to}:00Z` });

/** A worker of our own, whose transactions can be made to fail from the nth on, as if the process had died. */
function worker({ workspace }: ConnectedCalendar, options: { diesAt?: number } = {}): JobCtx {
  let transactions = 0;
  return {
    app: frontdesk.app,
    workspaceId: workspace.id,
    requestId: "test",
    log: frontdesk.app.log,
    attempt: 1,
    lastAttempt: false,
    signal: new AbortController().signal,
    transaction: <T>(work: (ctx: Ctx) => Promise<T>): Promise<T> => {
      if (++transactions >= (options.diesAt ?? Infinity))
        return Promise.reject(new Error("the process died"));
      const about = { workspaceId: workspace.id, actor: systemActor(workspace.id), requestId: "test" };
      return frontdesk.app.inWorkspace({ ...about, operation: "test", surface: "test" }, work);
    },
  };
}

const busyIn = (calendar: ConnectedCalendar) =>
  calendar.inside((ctx) => ctx.db.from("external_busy").selectAll().orderBy("starts_at").execute());

test("a crash between reading a calendar and keeping it loses nothing: the same changes are read again", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  const payload = { connectionId: calendar.connection.id, asked: true };
  await assert.rejects(syncCalendar.run(worker(calendar, { diesAt: 2 }), payload));
  assert.deepEqual(await busyIn(calendar), []);
  // Nobody reads while the dead one is believed at work; then somebody does, without being asked again.
  await calendar.sync();
  assert.deepEqual(await busyIn(calendar), []);
  await frontdesk.advance(301);
  assert.equal((await busyIn(calendar)).length, 1);
});

test("two reads at once: one at a time reads, and what came meanwhile is read right after", async () => {
  const calendar = await connect();
  const payload = { connectionId: calendar.connection.id, asked: true };
  const gate = Promise.withResolvers<LoopbackReply>();
  google.failNext(gate.promise);
  const slow = syncCalendar.run(worker(calendar), payload);
  await google.requested();
  entry("dentist", "10:00", "11:00");
  google.requests.length = 0;
  await Promise.all([1, 2, 3].map(() => syncCalendar.run(worker(calendar), payload)));
  assert.equal(google.requests.length, 0, "nobody else asks meanwhile");
  // What the slow one is told is from before the dentist.
  gate.resolve({ status: 200, json: { items: [], nextSyncToken: "1:0", timeZone: "UTC" } });
  await slow;
  await frontdesk.settle();
  assert.equal((await busyIn(calendar)).length, 1);
});

test("who comes back after their turn was given to somebody else keeps nothing", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  const payload = { connectionId: calendar.connection.id, asked: true };
  const gate = Promise.withResolvers<LoopbackReply>();
  google.failNext(gate.promise);
  const slow = syncCalendar.run(worker(calendar), payload);
  await google.requested();
  await frontdesk.advance(301);
  await syncCalendar.run(worker(calendar), payload);
  assert.equal((await busyIn(calendar)).length, 1);
  gate.resolve({ status: 410, json: { error: { code: 410, errors: [{ reason: "fullSyncRequired" }] } } });
  google.remove("dentist");
  await slow;
  assert.equal((await busyIn(calendar)).length, 1, "only a turn of its own may change it");
  await calendar.sync();
  assert.equal((await busyIn(calendar)).length, 0);
});

test("a crash after writing a booking, before it is noted: found again, not written twice", async () => {
  const calendar = await connect();
  google.failNext({ status: 503, json: {} });
  const booked = (await calendar.book()).body.data.booking;
  await frontdesk.settle();
  assert.equal(google.events.size, 0);
  const payload = { bookingId: booked.id as string, connectionId: calendar.connection.id as string };
  await assert.rejects(writeBooking.run(worker(calendar, { diesAt: 2 }), payload));
  assert.equal(google.events.size, 1);
  await frontdesk.advance(301);
  await frontdesk.advance(60);
  assert.equal(google.events.size, 1);
  const [row] = await calendar.inside((ctx) => ctx.db.from("booking_calendar_events").selectAll().execute());
  assert.deepEqual([row?.status, row?.claim], ["written", null]);
});

test("what is the same is left alone, so that nothing has to forget it", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  await calendar.sync();
  const before = await busyIn(calendar);
  google.forgetSyncTokens();
  await calendar.sync();
  assert.deepEqual(await busyIn(calendar), before);
});
