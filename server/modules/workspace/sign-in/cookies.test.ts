/** What of signing in needs no server: cookies, passwords that are taken, and pages that may write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MovableClock } from "../../../kernel/clock.ts";
import type { App } from "../../../kernel/app.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { deviceCookie, knownBrowser } from "./known-browsers.ts";
import { checkedPassword, hashPassword, verifyPassword } from "./passwords.ts";
import { mustComeFromUs } from "./same-site.ts";
import { actorOf, sessionCookie, tokenInCookies } from "./sessions.ts";
import { newToken } from "./tokens.ts";

const start = new Date("2026-03-02T09:00:00Z");
const userId = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

function appAt(publicUrl?: string, consent = "a secret of the installation") {
  const clock = new MovableClock({ frozenAt: start, offsetMs: 0 });
  const app = { clock, config: { publicUrl }, ports: { secrets: { consent } } } as unknown as App;
  const at = (seconds: number) =>
    clock.apply({ frozenAt: new Date(start.getTime() + seconds * 1000), offsetMs: 0 });
  return { app, at };
}

const pair = (cookie: string) => cookie.split(";")[0] ?? "";

test("the session's token is found among other cookies, and nothing that only looks like it", () => {
  const token = newToken();
  for (const header of [
    `frontdesk_session=${token}`,
    `a=b; frontdesk_session=${token}`,
    `frontdesk_session=${token} ; a=b`,
    `a=b;frontdesk_session=${token};c=d`,
  ]) {
    assert.equal(tokenInCookies(header), token, header);
  }
  for (const header of [
    undefined,
    "",
    "frontdesk_session=",
    `frontdesk_session=${token}x`,
    `my_frontdesk_session=${token}`,
    `a=frontdesk_session=${token}`,
  ]) {
    assert.equal(tokenInCookies(header), undefined, header);
  }
});

test("cookies are Secure behind https only, and are taken away by one that is over", () => {
  const [plain, secure] = [appAt("http://desk.test").app, appAt("https://desk.test").app];
  const token = newToken();
  for (const make of [(app: App) => sessionCookie(app, token), (app: App) => deviceCookie(app, userId)]) {
    assert.match(make(secure), /; HttpOnly; SameSite=Lax; .*; Secure$/);
    assert.doesNotMatch(make(plain), /Secure/);
    assert.doesNotMatch(make(appAt().app), /Secure/);
    assert.doesNotMatch(make(plain), /Max-Age=0/);
  }
  assert.match(sessionCookie(plain, undefined), /^frontdesk_session=; .*Max-Age=0$/);
  assert.equal(tokenInCookies(pair(sessionCookie(plain, token))), token);
});

test("a browser is known by a cookie that we gave it, for four hundred days, and by no other", () => {
  const { app, at } = appAt();
  const cookie = pair(deviceCookie(app, userId));
  const known = knownBrowser(app, cookie);
  assert.equal(known?.userId, userId);
  assert.notEqual(
    knownBrowser(app, pair(deviceCookie(app, userId)))?.device,
    known?.device,
    "each for itself",
  );
  assert.deepEqual(knownBrowser(app, `a=b; ${cookie}; c=d`), known);
  const [name = "", value = ""] = cookie.split("=");
  const [user = "", since = "", device = "", signature = ""] = value.split(".");
  const forged = [
    [user.replace("0", "1"), since, device, signature],
    [user, String(Number(since) + 1), device, signature],
    [user, since, newToken(), signature],
    [user, since, device, newToken()],
    [user, since, device, ""],
  ].map((parts) => `${name}=${parts.join(".")}`);
  for (const header of [undefined, "", "a=b", ...forged])
    assert.equal(knownBrowser(app, header), undefined, header);
  assert.equal(knownBrowser(appAt(undefined, "another installation").app, cookie), undefined);
  at(400 * 86_400);
  assert.deepEqual(knownBrowser(app, cookie), known);
  at(400 * 86_400 + 1);
  assert.equal(knownBrowser(app, cookie), undefined);
});

test("a viewer's session only reads, whatever an operation asks", () => {
  const person = {
    sessionId: "s",
    userId,
    memberId: "m",
    workspaceId: "w",
    name: "Jo",
    email: "jo@example.com",
  };
  const levels = ["client_admin", "client_editor", "client_viewer"].map(
    (role) => actorOf({ ...person, role }).approvalLevel,
  );
  assert.deepEqual(levels, ["full", "full", "read-only"]);
  const { scopes } = actorOf({ ...person, role: "client_viewer" });
  assert.ok(scopes && scopes.size > 0);
});

test("a password has ten characters at least and two hundred at most, and all of them count", async () => {
  for (const length of [10, 200])
    assert.equal(checkedPassword("password", "x".repeat(length)).length, length);
  for (const length of [0, 9, 201]) {
    assert.throws(
      () => checkedPassword("secret", "x".repeat(length)),
      (error) => error instanceof OperationError && JSON.stringify(error.details).includes('"secret"'),
    );
  }
  const long = await hashPassword("x".repeat(200));
  assert.equal(await verifyPassword("x".repeat(200), long), true);
  assert.equal(await verifyPassword("x".repeat(201), long), false);
  assert.equal(await verifyPassword("\u0065\u0301 accented", await hashPassword("\u00e9 accented")), true);
});

test("a write comes from a page of ours, with its port, or is refused", () => {
  const ours = ["http://desk.test", "not an address", "http://desk.test:8080"];
  for (const origin of ["http://desk.test", "https://desk.test", "http://desk.test:8080"])
    mustComeFromUs(origin, ours);
  for (const origin of [
    undefined,
    "",
    "null",
    "desk.test",
    "http://desk.test:81",
    "http://x.desk.test",
    "file://",
  ]) {
    assert.throws(
      () => mustComeFromUs(origin, ours),
      (error) => error instanceof OperationError && error.status === 403,
      origin,
    );
  }
  assert.throws(() => mustComeFromUs("http://desk.test", []), OperationError);
});
