import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Json } from "../../../testing/harness.ts";
import { joined } from "../../workspace/members/test-people.ts";
import { connections, startConnected } from "./testing.ts";

const { frontdesk, google } = await startConnected();
const start = "/oauth/google/calendar/start";
const callback = "/oauth/google/calendar/callback";

type Person = { id: string; cookie: string };

async function begin(
  person: Person,
  query = "",
): Promise<{ consentUrl: URL; cookie: string; answer: Answer }> {
  const answer = await frontdesk.call("GET", `${start}${query}`, { headers: { cookie: person.cookie } });
  const set = [answer.headers["set-cookie"] ?? ""].flat().join("");
  const cookie = `${person.cookie}; ${set.split(";")[0]}`;
  return { consentUrl: new URL(answer.headers["location"] ?? "", "http://x"), cookie, answer };
}

function comeBack(consentUrl: URL, cookie: string, change: Json = {}): Promise<Answer> {
  const state = consentUrl.searchParams.get("state") ?? "";
  const query = new URLSearchParams({ state, code: google.consent(consentUrl.href), ...change });
  return frontdesk.call("GET", `${callback}?${query.toString()}`, { headers: { cookie } });
}

async function connected(workspace: { call: Json }): Promise<Json[]> {
  return (await workspace.call("GET", connections)).body.data;
}

test("a person signs in at Google and their calendar is connected, read and written", async () => {
  const workspace = await frontdesk.workspace();
  const editor = await joined(frontdesk, workspace, "client_editor");
  const { consentUrl, cookie, answer } = await begin(editor);
  assert.equal(answer.status, 303, answer.text);
  assert.equal(consentUrl.searchParams.get("redirect_uri"), `http://frontdesk.test${callback}`);
  assert.match([answer.headers["set-cookie"]].flat().join(), /HttpOnly; SameSite=Lax/);
  const done = await comeBack(consentUrl, cookie);
  assert.equal(done.status, 200, done.text);
  await frontdesk.settle();
  const [connection] = await connected(workspace);
  const { member_id, calendar_id, status, reads_busy, writes_bookings } = connection;
  assert.deepEqual(
    { member_id, calendar_id, status, reads_busy, writes_bookings },
    {
      member_id: editor.id,
      calendar_id: "owner@example.com",
      status: "active",
      reads_busy: true,
      writes_bookings: true,
    },
  );
  // Again, after access was withdrawn: the same connection goes on.
  google.revoke();
  await workspace.call("POST", `${connections}/${connection.id}/sync`);
  await frontdesk.settle();
  assert.equal((await connected(workspace))[0].status, "revoked");
  google.reset();
  const again = await begin(editor);
  assert.equal((await comeBack(again.consentUrl, again.cookie)).status, 200);
  await frontdesk.settle();
  assert.deepEqual(
    (await connected(workspace)).map(({ id, status: now }: Json) => [id, now]),
    [[connection.id, "active"]],
  );
});

test("what was begun elsewhere, by somebody else, long ago or with another state connects nothing", async () => {
  const workspace = await frontdesk.workspace();
  const editor = await joined(frontdesk, workspace, "client_editor");
  const other = await joined(frontdesk, workspace, "client_admin");
  const { consentUrl, cookie } = await begin(editor);
  const consentCookie = cookie.split("; ")[1] ?? "";
  const state = consentUrl.searchParams.get("state") ?? "";
  const forged = state.replace(editor.id, other.id);
  assert.notEqual(forged, state);
  const refusals: Answer[] = [
    await comeBack(consentUrl, editor.cookie),
    await comeBack(consentUrl, `${other.cookie}; ${consentCookie}`),
    await comeBack(consentUrl, consentCookie),
    await comeBack(consentUrl, cookie, { state: forged }),
    await comeBack(consentUrl, cookie, { state: "" }),
    await comeBack(consentUrl, cookie, { code: "" }),
    await comeBack(consentUrl, cookie, { code: "stolen" }),
  ];
  await frontdesk.advance(601);
  refusals.push(await comeBack(consentUrl, cookie));
  for (const [n, refused] of refusals.entries())
    assert.equal(refused.status, 400, `case ${n}: ${refused.text}`);
  assert.deepEqual(await connected(workspace), []);
});

test("one's own calendar everybody connects, somebody else's only an administrator; a stranger signs in first", async () => {
  const workspace = await frontdesk.workspace();
  const editor = await joined(frontdesk, workspace, "client_editor");
  const admin = await joined(frontdesk, workspace, "client_admin");
  assert.equal((await begin(editor, `?member_id=${admin.id}`)).answer.status, 403);
  const forEditor = await begin(admin, `?member_id=${editor.id}`);
  assert.equal((await comeBack(forEditor.consentUrl, forEditor.cookie)).status, 200);
  assert.equal((await connected(workspace))[0].member_id, editor.id);
  const stranger = await frontdesk.call("GET", start);
  assert.deepEqual([stranger.status, stranger.headers["location"]], [303, "/sign-in"]);
  const elsewhere = await frontdesk.workspace();
  const foreign = await begin(admin, `?member_id=${elsewhere.adminId}`);
  assert.equal((await comeBack(foreign.consentUrl, foreign.cookie)).status, 404);
  assert.deepEqual(await connected(elsewhere), []);
});
