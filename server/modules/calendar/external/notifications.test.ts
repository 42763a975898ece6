import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsIn, startConnected } from "./testing.ts";

const { frontdesk, google, connect } = await startConnected({ PUBLIC_URL: "https://frontdesk.test" });
const path = "/google/calendar/notifications";
const tuesday = "2026-03-03";

/** What Google posts when a watched calendar has changed. */
async function notify(headers: Record<string, string> = {}) {
  const [channel] = google.channels;
  const answer = await frontdesk.call("POST", path, {
    headers: {
      "x-goog-channel-id": channel?.id ?? "",
      "x-goog-channel-token": channel?.token ?? "",
      "x-goog-resource-id": channel?.resourceId ?? "",
      "x-goog-resource-state": "exists",
      "x-goog-message-number": "2",
      ...headers,
    },
  });
  assert.equal(answer.status, 200, answer.text);
  await frontdesk.settle();
}

const readsOf = () => google.requests.filter(({ url }) => url.pathname.endsWith("/events")).length;

test("Google tells of a change and it is read at once; what is not from Google is answered and ignored", async () => {
  const calendar = await connect();
  assert.equal(google.channels.length, 1);
  assert.equal(google.channels[0]?.address, `https://frontdesk.test${path}`);
  google.put({ id: "dentist", start: `${tuesday}T10:00:00Z`, end: `${tuesday}T11:00:00Z` });
  const before = readsOf();
  await notify({ "x-goog-channel-token": "guessed" });
  await notify({ "x-goog-channel-id": "not-an-id" });
  await notify({ "x-goog-channel-id": "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b" });
  await notify({ "x-goog-resource-state": "sync" });
  assert.equal((await frontdesk.call("POST", path)).status, 200);
  assert.equal(readsOf(), before);
  await notify();
  assert.equal(readsOf(), before + 1);
  assert.ok(!(await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
});

test("a channel is renewed before it ends and stopped with the connection", async () => {
  const calendar = await connect();
  const [first] = google.channels;
  const until = (await calendar.current()).watched_until;
  assert.equal(Date.parse(until) - frontdesk.app.clock.now().getTime(), 7 * 86_400_000);
  await calendar.sync();
  assert.equal(google.channels[0]?.id, first?.id, "it lasts");
  const soon = new Date(frontdesk.app.clock.now().getTime() + 23 * 3_600_000);
  await calendar.inside((ctx) =>
    ctx.db.update("calendar_connections").set({ channel_expires_at: soon }).execute(),
  );
  await calendar.sync();
  assert.equal(google.channels.length, 1, "the old one is stopped");
  assert.notEqual(google.channels[0]?.id, first?.id);
  assert.equal((await calendar.current()).watched_until, until);
  await calendar.workspace.call("DELETE", `/api/v1/calendar-connections/${calendar.connection.id}`);
  await frontdesk.settle();
  assert.deepEqual(google.channels, []);
  assert.deepEqual(eventsIn(google), []);
});
