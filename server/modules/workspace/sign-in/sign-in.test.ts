import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { browse, cookieOf, invite, joined, linkTo, ours, password, signIn } from "../members/test-people.ts";

const frontdesk = await startHarness();
const contacts = "/api/v1/contacts";
const day = 24 * 3600;

test("who signs in gets a cookie that scripts cannot read and other sites cannot send, and acts as themselves", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  const form = await frontdesk.call("GET", "/sign-in?next=/docs");
  assert.match(form.text, /<label for="password">/);
  assert.match(form.text, /value="\/docs"/);
  const answer = await signIn(frontdesk, email.toUpperCase());
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], "/");
  const set = String(answer.headers["set-cookie"]);
  for (const part of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(set.includes(part), set);
  assert.ok(!set.includes("Secure"), "plain http keeps working on a local network");
  const made = await browse(frontdesk, cookieOf(answer), "POST", contacts, { first_name: "Ann" });
  assert.equal(made.status, 201, made.text);
  const { data } = (await workspace.call("GET", `/api/v1/data/crm-logs?entity_id=${made.body.data.id}`)).body;
  assert.deepEqual(
    [data[0].changed_by, data[0].changed_by_name, data[0].changed_by_kind],
    [id, "Jo Smith", "user"],
  );
  const stored = await frontdesk.app.database.system("simulator", async (kysely) => [
    await kysely.selectFrom("user_sessions").selectAll().execute(),
    await kysely.selectFrom("user_passwords").selectAll().execute(),
  ]);
  assert.ok(!JSON.stringify(stored).includes(cookieOf(answer).split("=")[1] ?? "?"));
  assert.ok(!JSON.stringify(stored).includes(password));
});

test("a wrong password and an unknown address look the same, and nothing is opened", async () => {
  const workspace = await frontdesk.workspace();
  const { email } = await joined(frontdesk, workspace, "client_editor");
  const wrong = await signIn(frontdesk, email, "not this one");
  const unknown = await signIn(frontdesk, "nobody@example.com", "not this one");
  assert.deepEqual([wrong.status, unknown.status], [401, 401]);
  assert.equal(wrong.text.replace(email, ""), unknown.text.replace("nobody@example.com", ""));
  assert.equal(wrong.headers["set-cookie"], undefined);
  for (const [odd, status] of [
    ["a\0b@example.com", 400],
    ["<script>", 401],
    ["x".repeat(5000), 401],
  ] as const) {
    const answer = await signIn(frontdesk, odd, "not this one");
    assert.equal(answer.status, status);
    assert.ok(!answer.text.includes("<script>"));
  }
});

test("a page of ours only: next never leads away, and a write from another site is refused", async () => {
  const workspace = await frontdesk.workspace();
  const { email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const goes = async (next: string) => {
    const form = { email, password, next };
    return (await frontdesk.call("POST", "/sign-in", { form, headers: ours })).headers["location"];
  };
  assert.equal(await goes("/docs?x=1"), "/docs?x=1");
  for (const away of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    assert.equal(await goes(away), "/");
  }
  const write = (headers: Record<string, string>) =>
    frontdesk.call("POST", contacts, { body: { first_name: "Eve" }, headers: { cookie, ...headers } });
  for (const headers of [{}, { origin: "https://evil.example" }, { origin: "null" }] as const) {
    const answer = await write(headers as Record<string, string>);
    assert.equal(answer.status, 403, answer.text);
    assert.equal(answer.body.error.code, "FORBIDDEN");
  }
  assert.equal((await write(ours)).status, 201);
  assert.equal((await frontdesk.call("GET", contacts, { headers: { cookie } })).status, 200);
  for (const path of ["/sign-out", "/sign-in", "/sign-in/workspace"]) {
    const answer = await frontdesk.call("POST", path, { form: {}, headers: { cookie } });
    assert.equal(answer.status, 403, path);
  }
  assert.equal(
    (await frontdesk.call("GET", contacts, { headers: { cookie } })).status,
    200,
    "still signed in",
  );
});

test("a key that comes with a cookie is the one that counts", async () => {
  const workspace = await frontdesk.workspace();
  const { cookie } = await joined(frontdesk, workspace, "client_admin");
  const answer = await frontdesk.call("GET", contacts, { key: "fd_live_not-a-key", headers: { cookie } });
  assert.equal(answer.status, 401);
  const key = await workspace.keyWith(["contacts:write"]);
  const made = await frontdesk.call("POST", contacts, {
    key,
    body: { first_name: "Ann" },
    headers: { cookie },
  });
  assert.equal(made.status, 201, "a key needs no origin");
});

test("a session lives thirty days from its last use, and ends with signing out", async () => {
  const workspace = await frontdesk.workspace();
  const { email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const idle = cookieOf(await signIn(frontdesk, email));
  const works = async (one: string) => (await browse(frontdesk, one, "GET", contacts)).status;
  await frontdesk.advance(20 * day);
  assert.equal(await works(cookie), 200);
  await frontdesk.advance(11 * day);
  assert.equal(await works(idle), 401, "31 days unused");
  assert.equal(await works(cookie), 200, "used 11 days ago");
  const page = await browse(frontdesk, cookie, "GET", "/sign-in");
  assert.match(page.text, /Sign out/);
  const out = await browse(frontdesk, cookie, "POST", "/sign-out");
  assert.equal(out.status, 303);
  assert.match(String(out.headers["set-cookie"]), /frontdesk_session=; .*Max-Age=0/);
  assert.equal(await works(cookie), 401);
  assert.match((await browse(frontdesk, cookie, "GET", "/sign-in")).text, /<label for="password">/);
});

test("signing in again gives another session; the browser's old one is over", async () => {
  const workspace = await frontdesk.workspace();
  const { email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const again = await signIn(frontdesk, email, password, { cookie });
  assert.notEqual(cookieOf(again), cookie);
  assert.equal((await browse(frontdesk, cookie, "GET", contacts)).status, 401);
  assert.equal((await browse(frontdesk, cookieOf(again), "GET", contacts)).status, 200);
});

test("a session acts in one workspace; the person goes to another of theirs, and nowhere else", async () => {
  const [first, second, foreign] = [
    await frontdesk.workspace({ name: "First" }),
    await frontdesk.workspace({ name: "Second" }),
    await frontdesk.workspace(),
  ];
  const { email } = await joined(frontdesk, first, "client_admin");
  await invite(second, email, "client_viewer");
  const link = await linkTo(frontdesk, second, email);
  const inSecond = cookieOf(await frontdesk.call("POST", link, { form: { password }, headers: ours }));
  const company = async (cookie: string) =>
    (await browse(frontdesk, cookie, "GET", "/api/v1/company")).body.data.id as string;
  assert.equal(await company(inSecond), second.id);
  const go = (cookie: string, workspace_id: string) =>
    frontdesk.call("POST", "/sign-in/workspace", { form: { workspace_id }, headers: { ...ours, cookie } });
  const inFirst = cookieOf(await go(inSecond, first.id));
  assert.equal(await company(inFirst), first.id);
  assert.equal((await browse(frontdesk, inSecond, "GET", contacts)).status, 401, "the old token is over");
  for (const wrong of [foreign.id, "nonsense", ""]) {
    assert.equal((await go(inFirst, wrong)).status, 404);
  }
  assert.equal(await company(inFirst), first.id);
  assert.equal(await company(cookieOf(await signIn(frontdesk, email))), first.id, "where they were last");
  // What they are in one workspace says nothing about the other.
  const back = cookieOf(await go(inFirst, second.id));
  const denied = await browse(frontdesk, back, "POST", contacts, { first_name: "Ann" });
  assert.equal(denied.status, 403);
});

test("who is not signed in has no workspace to change and no session to end", async () => {
  const [workspace] = [await frontdesk.workspace()];
  for (const headers of [ours, { ...ours, cookie: `frontdesk_session=${"A".repeat(43)}` }]) {
    const form = { workspace_id: workspace.id };
    const refused = await frontdesk.call("POST", "/sign-in/workspace", { form, headers });
    assert.equal(refused.status, 401, refused.text);
    assert.match(refused.text, /<label for="password">/);
    const out = await frontdesk.call("POST", "/sign-out", { form: {}, headers });
    assert.deepEqual([out.status, out.headers["location"]], [303, "/sign-in"]);
  }
});

test("signing out ends that session and no other", async () => {
  const workspace = await frontdesk.workspace();
  const { email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const elsewhere = cookieOf(await signIn(frontdesk, email));
  await browse(frontdesk, cookie, "POST", "/sign-out");
  const works = async (one: string) => (await browse(frontdesk, one, "GET", contacts)).status;
  assert.deepEqual([await works(cookie), await works(elsewhere)], [401, 200]);
});

test("the use of a session is noted by the hour, and it is over thirty days after to the second", async () => {
  const workspace = await frontdesk.workspace();
  const { cookie } = await joined(frontdesk, workspace, "client_editor");
  const works = async () => (await browse(frontdesk, cookie, "GET", contacts)).status;
  await frontdesk.advance(3599);
  assert.equal(await works(), 200, "not noted yet");
  await frontdesk.advance(30 * day - 3600);
  assert.equal(await works(), 200, "a second before, which is noted");
  await frontdesk.advance(30 * day - 1);
  assert.equal(await works(), 200);
  await frontdesk.advance(30 * day);
  assert.equal(await works(), 401);
});

test("a page of another port of this host is another site", async () => {
  const workspace = await frontdesk.workspace();
  const { cookie } = await joined(frontdesk, workspace, "client_editor");
  for (const origin of ["http://frontdesk.test:8081", "http://frontdesk.test.evil.example"]) {
    const headers = { cookie, origin };
    const answer = await frontdesk.call("POST", contacts, { body: { first_name: "Eve" }, headers });
    assert.equal(answer.status, 403, origin);
  }
});

test("who was removed or switched off is out at once, everywhere but where they still belong", async () => {
  const [first, second] = [
    await frontdesk.workspace({ name: "A" }),
    await frontdesk.workspace({ name: "B" }),
  ];
  const { email, id, cookie } = await joined(frontdesk, first, "client_editor");
  const set = (table: "members" | "users", status: string, where: [string, string]) =>
    frontdesk.app.database.system("authenticate", (kysely) =>
      kysely
        .updateTable(table as "members")
        .set({ status } as never)
        .where(where[0] as "id", "=", where[1])
        .execute(),
    );
  await set("members", "removed", ["id", id]);
  assert.equal((await browse(frontdesk, cookie, "GET", contacts)).status, 401, "the session");
  const nowhere = await signIn(frontdesk, email);
  assert.equal(nowhere.status, 403, "a membership that is over is no place to sign in to");
  assert.match(nowhere.text, /belongs to no workspace/);
  await invite(second, email, "client_editor");
  const link = await linkTo(frontdesk, second, email);
  const there = cookieOf(await frontdesk.call("POST", link, { form: { password }, headers: ours }));
  const page = await browse(frontdesk, there, "GET", "/sign-in");
  assert.ok(!page.text.includes("Go to A"), "and none to change to");
  await set("users", "disabled", ["email", email]);
  assert.equal((await browse(frontdesk, there, "GET", contacts)).status, 401);
  assert.equal((await signIn(frontdesk, email)).status, 401, "the right password of an account that is off");
});

test("an invitation is taken by whoever says so: the one signed in, or somebody new", async () => {
  const [home, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const { cookie } = await joined(frontdesk, home, "client_editor");
  const email = `new-${other.id}@example.com`;
  await invite(other, email);
  const link = await linkTo(frontdesk, other, email);
  const form = { full_name: "Bo New", password };
  const answer = await frontdesk.call("POST", link, { form, headers: { ...ours, cookie } });
  assert.equal(answer.status, 303, answer.text);
  const people = (await other.call("GET", "/api/v1/company/users")).body.data as {
    email: string;
    full_name: string;
  }[];
  assert.equal(people.find((one) => one.email === email)?.full_name, "Bo New");
  assert.equal((await signIn(frontdesk, email)).status, 303, "with an account of their own");
});

test("a viewer's read-only credential says so where an operation asks no write scope", async () => {
  const workspace = await frontdesk.workspace();
  const { cookie } = await joined(frontdesk, workspace, "client_viewer");
  const id = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
  const answer = await browse(frontdesk, cookie, "POST", `/api/v1/approvals/${id}/approve`);
  assert.equal(answer.status, 403);
  assert.equal(answer.body.error.code, "FORBIDDEN");
});
