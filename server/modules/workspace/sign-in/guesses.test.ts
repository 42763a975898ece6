/** Guessing at passwords: refused by where it comes from, slowed down by whom it is aimed at, and no way to lock anybody out. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { elapsedMs, stopwatch } from "../../../kernel/clock.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { browse, joined, ours, password } from "../members/test-people.ts";
import { countAttempt, delayOf } from "./attempts.ts";

const frontdesk = await startHarness();
const day = 24 * 3600;
const quarter = 15 * 60;
let hosts = 0;
const anywhere = () => `203.0.${113 + (++hosts >> 8)}.${hosts & 255}`;

type Try = { email: string; from?: string; wanted?: string; cookie?: string };

async function attempt({ email, from = anywhere(), wanted = "wrong", cookie }: Try) {
  const answer = await frontdesk.http.inject({
    method: "POST",
    url: "/sign-in",
    remoteAddress: from,
    headers: {
      host: "frontdesk.test",
      ...ours,
      "content-type": "application/x-www-form-urlencoded",
      ...(cookie ? { cookie } : {}),
    },
    payload: new URLSearchParams({ email, password: wanted }).toString(),
  });
  const cookies = [answer.headers["set-cookie"] ?? []].flat().map((one) => one.split(";")[0] ?? "");
  return { status: answer.statusCode, text: answer.body, headers: answer.headers, cookies };
}

/** Uses up what an address may try, on accounts of nobody. */
async function useUp(address: string, tries = 10): Promise<void> {
  for (let n = 0; n < tries; n += 1) {
    await countAttempt(frontdesk.app, { address, account: `n${n} ${address}`, purpose: "to sign in" });
  }
}

const somebody = async (workspace: TestWorkspace) =>
  (await joined(frontdesk, workspace, "client_editor")).email;

test("guesses from everywhere slow an account down and never shut it", async () => {
  const email = await somebody(await frontdesk.workspace());
  const startedAt = stopwatch();
  const all = await Promise.all(Array.from({ length: 13 }, () => attempt({ email })));
  assert.deepEqual([...new Set(all.map((one) => one.status))], [401], "none is refused for the others' sake");
  const before = elapsedMs(startedAt);
  assert.ok(before >= delayOf(13), "the thirteenth waited");
  const right = await attempt({ email, wanted: password });
  assert.equal(right.status, 303, "who knows the password is let in");
  // Without a password to check, which takes its own time.
  const guess = (n: number) => ({
    address: `203.0.113.${n}`,
    account: "somebody@example.com",
    purpose: "to sign in" as const,
  });
  for (let n = 1; n <= 10; n += 1) await countAttempt(frontdesk.app, guess(n));
  const eleventh = stopwatch();
  assert.equal(await countAttempt(frontdesk.app, guess(11)), 11);
  assert.ok(elapsedMs(eleventh) >= delayOf(11) - 1, "the eleventh waited");
  const afresh = stopwatch();
  assert.equal((await attempt({ email })).status, 401);
  assert.ok(elapsedMs(afresh) < before, "and the count began anew");
  assert.deepEqual([1, 10, 11, 12, 13, 16, 99].map(delayOf), [0, 0, 125, 250, 500, 4000, 4000]);
});

test("ten attempts in a quarter of an hour from one address, whichever accounts they try; other addresses go on", async () => {
  const email = await somebody(await frontdesk.workspace());
  // One network of IPv6 is one address; all at once, and still not one more.
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      attempt({ email: `v${n}@example.com`, from: `2001:db8:1:2::${n + 1}` }),
    ),
  );
  assert.equal(all.filter((one) => one.status === 401).length, 10);
  const refused = await attempt({ email, from: "2001:db8:1:2::99", wanted: password });
  assert.equal(refused.status, 429);
  assert.match(refused.text, /Wait 15 minutes/);
  assert.equal(refused.headers["retry-after"], "900");
  assert.equal((await attempt({ email, from: "2001:db8:1:3::1", wanted: password })).status, 303);
  await frontdesk.advance(quarter - 1);
  assert.equal((await attempt({ email, from: "2001:db8:1:2::99", wanted: password })).status, 429);
  await frontdesk.advance(2);
  assert.equal((await attempt({ email, from: "2001:db8:1:2::99", wanted: password })).status, 303);
});

test("a right attempt gives its address that one back and no more", async () => {
  const email = await somebody(await frontdesk.workspace());
  const from = anywhere();
  await useUp(from, 9);
  assert.equal((await attempt({ email, from, wanted: password })).status, 303);
  assert.equal((await attempt({ email: "last@example.com", from })).status, 401, "the tenth wrong one");
  assert.equal((await attempt({ email: "more@example.com", from })).status, 429);
});

test("a browser that signed in before has a budget of its own, for its own account", async () => {
  const workspace = await frontdesk.workspace();
  const email = await somebody(workspace);
  const from = anywhere();
  const [, device = ""] = (await attempt({ email, from, wanted: password })).cookies;
  assert.match(device, /^frontdesk_device=/);
  await useUp(from);
  assert.equal(
    (await attempt({ email, from, wanted: password })).status,
    429,
    "somebody beside them used it up",
  );
  assert.equal((await attempt({ email, from, wanted: password, cookie: device })).status, 303);
  const forged = device.slice(0, -1) + (device.endsWith("A") ? "B" : "A").replace("B", "Q");
  assert.equal((await attempt({ email, from, wanted: password, cookie: forged })).status, 429);
  const other = (await joined(frontdesk, workspace, "client_admin", `x-${workspace.id}@example.com`)).email;
  assert.equal((await attempt({ email: other, from, wanted: password, cookie: device })).status, 429);
  for (let count = 0; count < 10; count += 1) {
    assert.equal((await attempt({ email, cookie: device })).status, 401);
  }
  assert.equal(
    (await attempt({ email, wanted: password, cookie: device })).status,
    429,
    "ten for the browser too",
  );
  assert.equal((await attempt({ email, wanted: password })).status, 303, "which is nobody else's");
  await frontdesk.advance(quarter + 1);
  await useUp(from);
  assert.equal((await attempt({ email, from, wanted: password, cookie: device })).status, 303);
  await frontdesk.advance(401 * day);
  await useUp(from);
  assert.equal(
    (await attempt({ email, from, wanted: password, cookie: device })).status,
    429,
    "a year later it is new",
  );
});

const mails = async (email: string) =>
  (await listOutbox(frontdesk.app)).filter(({ to, body }) => to === email && body.includes("/sign-in/link/"));

/** The paths in the mails to an address, once there are so many. */
async function linksTo(email: string, count: number): Promise<string[]> {
  for (;;) {
    const found = await mails(email);
    if (found.length >= count) {
      return found.map((one) => /http:\/\/frontdesk\.test(\/sign-in\/link\/\S+)/.exec(one.body)?.[1] ?? "");
    }
    await turn();
  }
}

const askFor = (email: string, headers: Record<string, string> = ours) =>
  frontdesk.call("POST", "/sign-in/link", { form: { email }, headers });

test("no link is asked for without an address to mail it to: the page says so and keeps what was typed", async () => {
  for (const [typed, told] of [
    ["", /Enter your e-mail address first/],
    ["  ", /Enter your e-mail address first/],
    ["jo.example.com", /not a complete e-mail address/],
    ["jo@", /not a complete e-mail address/],
  ] as const) {
    const answer = await frontdesk.call("POST", "/sign-in/link", {
      form: { email: typed, next: "/contacts" },
      headers: ours,
    });
    assert.equal(answer.status, 400, typed);
    assert.match(answer.text, told);
    assert.match(answer.text, /role="alert"/);
    assert.ok(answer.text.includes(`value="${typed.trim()}"`), answer.text);
    assert.match(answer.text, /name="next" value="\/contacts"/);
  }
});

test("a link by mail signs in once, by its button, within a quarter of an hour", async () => {
  const workspace = await frontdesk.workspace();
  const email = await somebody(workspace);
  const asked = await askFor(email.toUpperCase());
  assert.equal(asked.status, 200);
  const unknown = await askFor("nobody@example.com");
  assert.equal(unknown.text, asked.text, "nobody learns who has an account");
  const [link = ""] = await linksTo(email, 1);
  assert.deepEqual(await mails("nobody@example.com"), []);
  const shown = await frontdesk.call("GET", link);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers["set-cookie"], undefined, "looking at it signs nobody in");
  assert.equal((await frontdesk.call("POST", link, { form: {} })).status, 403, "from a page of ours only");
  const [one, two] = await Promise.all(
    [0, 1].map(() => frontdesk.call("POST", link, { form: {}, headers: ours })),
  );
  assert.deepEqual([one?.status, two?.status].sort(), [303, 410]);
  const entered = one?.status === 303 ? one : two;
  const cookie = String([entered?.headers["set-cookie"] ?? ""].flat()[0]).split(";")[0] ?? "";
  assert.equal((await browse(frontdesk, cookie, "GET", "/api/v1/contacts")).status, 200);
  await askFor(email);
  const [, soon = ""] = await linksTo(email, 2);
  await frontdesk.advance(quarter - 1);
  assert.equal((await frontdesk.call("POST", soon, { form: {}, headers: ours })).status, 303);
  await askFor(email);
  const [, , late = ""] = await linksTo(email, 3);
  await frontdesk.advance(quarter);
  assert.equal((await frontdesk.call("POST", late, { form: {}, headers: ours })).status, 410);
  for (const wrong of ["x", late.slice("/sign-in/link/".length, -1), `${"0".repeat(36)}.${"A".repeat(43)}`]) {
    const answer = await frontdesk.call("POST", `/sign-in/link/${wrong}`, { form: {}, headers: ours });
    assert.equal(answer.status, 410, wrong);
  }
});

test("three links a quarter of an hour are mailed; who asks for more is told the same; an account that is off gets none", async () => {
  const email = await somebody(await frontdesk.workspace());
  const answers = [];
  for (let count = 0; count < 4; count += 1) answers.push(await askFor(email));
  assert.deepEqual(new Set(answers.map((one) => `${one.status} ${one.text}`)).size, 1);
  const links = await linksTo(email, 3);
  await frontdesk.settle();
  assert.equal((await mails(email)).length, 3);
  await frontdesk.app.database.system("authenticate", (kysely) =>
    kysely.updateTable("users").set({ status: "disabled" }).where("email", "=", email).execute(),
  );
  const refused = await frontdesk.call("POST", links[0] ?? "", { form: {}, headers: ours });
  assert.equal(refused.status, 410);
});
