import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { connections } from "./testing.ts";

// As an installation is without further words: calendars are outside.
const frontdesk = await startHarness({ work: false });

const inside = [
  "http://127.0.0.1:8080/a.ics",
  "http://169.254.169.254/latest",
  "https://localhost/a.ics",
  "http://[::ffff:10.0.0.1]/",
];
const neverTheWeb = ["file:///etc/passwd", "gopher://example.com/1", "ftp://example.com/a.ics"];

test("an address inside the network or none of the web is refused when a calendar is connected, by its field", async () => {
  const workspace = await frontdesk.workspace();
  const account = { serverUrl: "https://dav.example.com", username: "olive", password: "secret" };
  const own = { member_id: workspace.adminId, reads_busy: true };
  for (const address of [...inside, ...neverTheWeb, "webcal://10.0.0.1/a.ics"]) {
    const caldav = { ...account, serverUrl: address };
    const cases = [
      ["calendar_id", { ...own, provider: "ics", calendar_id: address }],
      ["calendar_id", { ...own, provider: "caldav", calendar_id: address, credentials: account }],
      [
        "credentials.serverUrl",
        { ...own, provider: "caldav", calendar_id: "https://dav.example.com/o/", credentials: caldav },
      ],
    ] as const;
    for (const [field, body] of cases) {
      assertRefused(await workspace.call("POST", connections, body), field, address);
    }
    for (const [provider, credentials] of [
      ["ics", { serverUrl: address }],
      ["caldav", caldav],
    ] as const) {
      const answer = await workspace.call("POST", `${connections}/remote-calendars`, {
        provider,
        credentials,
      });
      assertRefused(answer, "credentials.serverUrl", address);
    }
  }
  const kept = await workspace.call("GET", connections);
  assert.deepEqual(kept.body.data, []);
});

test("nor does a connection get such a server later; those outside are kept as before", async () => {
  const workspace = await frontdesk.workspace();
  const account = { serverUrl: "dav.example.com:8443/dav", username: "olive", password: "secret" };
  const made = await workspace.call("POST", connections, {
    member_id: workspace.adminId,
    provider: "caldav",
    calendar_id: "https://dav.example.com:8443/dav/olive/",
    credentials: account,
  });
  assert.equal(made.status, 201, made.text);
  const path = `${connections}/${made.body.data.id}`;
  for (const address of [...inside, ...neverTheWeb, "olive@localhost"]) {
    const credentials = { ...account, serverUrl: address };
    assertRefused(await workspace.call("PATCH", path, { credentials }), "credentials.serverUrl", address);
  }
  for (const serverUrl of ["olive@fastmail.com", "https://caldav.icloud.com/"]) {
    const answer = await workspace.call("PATCH", path, { credentials: { ...account, serverUrl } });
    assert.equal(answer.status, 200, answer.text);
  }
  const feed = await workspace.call("POST", connections, {
    member_id: workspace.adminId,
    provider: "ics",
    calendar_id: "webcal://feeds.example.com/secret.ics",
  });
  assert.equal(feed.status, 201, feed.text);
});

function assertRefused(answer: { status: number; text: string }, field: string, address: string): void {
  assert.equal(answer.status, 400, `${address}: ${answer.text}`);
  assert.ok(answer.text.includes(`${field}: must be `), answer.text);
  const named = answer.text.includes("FRONTDESK_ALLOW_PRIVATE_CALENDARS=1");
  assert.equal(named, answer.text.includes("inside this network"), answer.text);
}
