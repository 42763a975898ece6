/** Keys that are none: how many of them one address may have looked up. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness({ work: false, environment: { TRUSTED_PROXIES: "1" } });
const { app } = frontdesk;
const mostAtOnce = 300;
const contacts = "/api/v1/contacts";
const cancel = "/providers/any/capabilities/booking.cancel_booking";
const accept = { accept: "application/json, text/event-stream" };
let made = 0;
const badKey = () => `fd_live_bad${++made}`;
const badCookie = () => `frontdesk_session=${String(++made).padStart(43, "x")}`;
const from = (address: string) => ({ "x-forwarded-for": address });

type Sent = { path?: string; key?: string; cookie?: string; body?: unknown };

/** Calls from an address; answers the status and how often the database was asked who somebody is. */
async function callFrom(address: string, { path = contacts, key, cookie, body }: Sent) {
  const asked = mock.method(app.database, "system");
  try {
    const answer = await frontdesk.call(body === undefined ? "GET" : "POST", path, {
      headers: { ...from(address), ...accept, ...(cookie ? { cookie } : {}) },
      ...(key ? { key } : {}),
      ...(body === undefined ? {} : { body }),
    });
    const lookUps = asked.mock.calls.filter((call) => call.arguments[0] === "authenticate").length;
    return { ...answer, lookUps };
  } finally {
    asked.mock.restore();
  }
}

const listTools = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const doors: [string, () => Sent][] = [
  ["a key", () => ({ key: badKey() })],
  ["a session", () => ({ cookie: badCookie() })],
  ["a token of the private API", () => ({ key: badKey(), path: "/api/private/v1/bookings" })],
  ["a key by MCP", () => ({ key: badKey(), path: "/mcp", body: listTools })],
  ["an agent's token", () => ({ key: badKey(), path: cancel, body: {} })],
  ["an agent's credential", () => ({ key: `eyJ${++made}.e30.x`, path: cancel, body: {} })],
  ["a session on a page", () => ({ cookie: badCookie(), path: "/sign-in" })],
  ["a key of a live stream", () => ({ key: badKey(), path: "/api/v1/events/stream" })],
];

test("after so many in vain the database is asked for no more, through whichever door", async () => {
  const address = "198.51.100.7";
  for (let count = 0; count < mostAtOnce; count += 1) {
    const answer = await callFrom(address, { key: badKey() });
    assert.deepEqual([answer.status, answer.lookUps], [401, 1]);
  }
  for (const [what, sent] of doors) {
    const answer = await callFrom(address, sent());
    assert.deepEqual([answer.status, answer.lookUps], [429, 0], what);
    assert.equal(answer.headers["retry-after"], "1", what);
    assert.match(answer.text, /"RATE_LIMITED"|"rate_limited"|Too many keys/, what);
  }
  const elsewhere = await callFrom("198.51.100.8", { key: badKey() });
  assert.equal(elsewhere.status, 401, "another address has its own");
  await frontdesk.advance(1);
  for (let count = 0; count < 5; count += 1) {
    assert.equal((await callFrom(address, { key: badKey() })).status, 401, "five a second");
  }
  assert.equal((await callFrom(address, { key: badKey() })).status, 429);
});

test("good keys use up nothing, and one known to be good passes where others are refused", async () => {
  const address = "198.51.100.9";
  const workspace = await frontdesk.workspace();
  const { key } = workspace;
  for (let count = 0; count < mostAtOnce + 20; count += 1) {
    const fresh = count % 4 === 0 ? await workspace.keyWith(["contacts:read"]) : key;
    assert.equal((await callFrom(address, { key: fresh })).status, 200);
  }
  for (let count = 0; count < mostAtOnce; count += 1) {
    assert.equal((await callFrom(address, { key: badKey() })).status, 401, "all is there yet");
  }
  assert.equal((await callFrom(address, { key: badKey() })).status, 429);
  assert.equal((await callFrom(address, { key })).status, 200);
  const revoked = await app.credentials.revoke(workspace.id, workspace.adminId);
  assert.equal(revoked, false, "no such key, but all that is remembered is forgotten");
  const again = await callFrom(address, { key });
  assert.deepEqual([again.status, again.lookUps], [200, 1], "looked up anew, and not counted");
});

test("many who come with one key at once look it up once", async () => {
  const { key } = await frontdesk.workspace();
  const asked = mock.method(app.database, "system");
  const calls = Array.from({ length: 50 }, () =>
    frontdesk.call("GET", contacts, { key, headers: from("198.51.100.10") }),
  );
  const answers = await Promise.all(calls);
  asked.mock.restore();
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(asked.mock.calls.filter((call) => call.arguments[0] === "authenticate").length, 1);
});

test("a key that is revoked while it is looked up is not remembered as good", async () => {
  const workspace = await frontdesk.workspace();
  const wanted = {
    workspaceId: workspace.id,
    kind: "workspace",
    name: "k",
    scopes: ["contacts:read"],
  } as const;
  const { id, secret } = await app.credentials.issue({ ...wanted, approvalLevel: "full" });
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let lookedUp = () => {};
  const found = new Promise<void>((resolve) => (lookedUp = resolve));
  const system = app.database.system.bind(app.database);
  const held = mock.method(app.database, "system", async (...call: Parameters<typeof system>) => {
    const answer = await system(...call);
    lookedUp();
    await released;
    return answer;
  });
  const early = frontdesk.call("GET", contacts, { key: secret });
  await found;
  held.mock.restore();
  await app.credentials.revoke(workspace.id, id);
  const late = frontdesk.call("GET", contacts, { key: secret });
  assert.equal((await late).status, 401, "nobody joins what was asked before the key was revoked");
  release();
  await early;
  assert.equal((await frontdesk.call("GET", contacts, { key: secret })).status, 401);
});
