import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../../local-outbox.ts";
import { startHarness } from "../../../../testing/harness.ts";
import type { Answer } from "../../../../testing/harness.ts";
import { addDeal } from "../../test-crm.ts";
import { absent, fieldOf, openSite, path } from "../test-work.ts";
import type { Row, Site } from "../test-work.ts";
import { ours } from "../../../workspace/members/test-people.ts";

const frontdesk = await startHarness();
const send = `${path}/send-work-status`;
const daySeconds = 86_400;
const recipient = { recipient_email: "ann@example.com", recipient_name: "Ann Lee" };

type Mail = { to: string; subject: string; text: string; html: string };

/** The mails that left for a company, the oldest first. */
async function mailsOf({ workspace }: Site): Promise<Mail[]> {
  await frontdesk.settle();
  const mails = await listOutbox(frontdesk.app, workspace.id);
  return mails
    .filter(({ channel }) => channel === "email")
    .map(({ to, subject = "", body: text, html = "" }) => ({ to, subject, text, html }));
}

/** A link that was sent for an opportunity with one work order: where it leads, its PIN, and what there is. */
async function sentLink(body: object = {}) {
  const site = await openSite(frontdesk);
  await site.add();
  const answer = await site.workspace.call("POST", send, { deal_id: site.dealId, ...recipient, ...body });
  assert.equal(answer.status, 200, answer.text);
  const { portal_id: portalId, token } = answer.body.data as { portal_id: string; token: string };
  const mail = (await mailsOf(site)).at(-1)!;
  const pin = /PIN: (\d{6})\n/.exec(mail.text)?.[1] ?? "";
  const link = `/work-status/${token}`;
  const guess = (tried: string) => frontdesk.call("POST", link, { form: { pin: tried }, headers: ours });
  return {
    site,
    answer,
    portalId,
    token,
    mail,
    pin,
    link,
    guess,
    wrong: pin === "000000" ? "000001" : "000000",
  };
}

const cookieOf = (answer: Answer) => String(answer.headers["set-cookie"]).split(";")[0]!;

const look = (link: string, cookie?: string) =>
  frontdesk.call("GET", link, cookie === undefined ? {} : { headers: { cookie } });

test("a PIN sent from another site's page is not looked at, and costs no try", async () => {
  const { link, pin, guess } = await sentLink();
  const foreign: Record<string, string>[] = [{ origin: "http://evil.example" }, {}];
  for (const headers of foreign) {
    for (let tries = 0; tries < 4; tries += 1) {
      const answer = await frontdesk.call("POST", link, { form: { pin }, headers });
      assert.equal(answer.status, 403, answer.text);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  }
  assert.equal((await guess(pin)).status, 303);
});

test("workspace.send_work_status#0 workspace.send_work_status#3 the client is mailed a link and a PIN; the answer holds portal and token", async () => {
  const { site, answer, mail, pin, link, token, portalId } = await sentLink({
    personal_message: "Nearly <done>!",
  });
  assert.deepEqual(answer.body.data, { success: true, portal_id: portalId, token });
  assert.equal(mail.to, "ann@example.com");
  assert.match(mail.subject, /New bathroom/);
  assert.match(mail.text, /^Hi Ann Lee,\n\nNearly <done>!\n/);
  assert.ok(mail.text.includes(`http://frontdesk.test${link}\n`), mail.text);
  assert.match(pin, /^\d{6}$/);
  assert.ok(!link.includes(pin), "the PIN is no part of the link");
  assert.match(mail.html, /Nearly &lt;done&gt;!/);
  await frontdesk.settle();
  const [row] = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("work_status_portals").selectAll().execute(),
  );
  assert.ok(
    !JSON.stringify(row).includes(token) && !JSON.stringify(row).includes(`"${pin}"`),
    "kept as hashes only",
  );
  const [log] = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("email_logs").select(["status", "email_type", "opportunity_id"]).execute(),
  );
  assert.deepEqual(log, { status: "sent", email_type: "work_status", opportunity_id: site.dealId });
});

test("workspace.send_work_status#1 without work orders, or with mail switched off, nothing is sent and the way out is told", async () => {
  const site = await openSite(frontdesk);
  const attempt = () => site.workspace.call("POST", send, { deal_id: site.dealId, ...recipient });
  const empty = await attempt();
  assert.equal(empty.status, 409, empty.text);
  assert.match(empty.body.error.fix, /POST \/work-orders/);
  await site.add();
  await site.workspace.call("PATCH", "/api/v1/company", { front_desk: { messaging: { enabled: false } } });
  const off = await attempt();
  assert.equal(off.status, 409, off.text);
  assert.match(off.body.error.fix, /messaging\.enabled/);
  assert.deepEqual(await mailsOf(site), []);
  await site.workspace.call("PATCH", "/api/v1/company", { front_desk: { messaging: { enabled: true } } });
  assert.equal((await attempt()).status, 200);
});

test("workspace.send_work_status#2 the link works for 30 days unless said otherwise, and then is as unknown as any other", async () => {
  const [usual, short] = [await sentLink(), await sentLink({ expires_in_days: 1 })];
  assert.match(short.mail.text, /one day/);
  const pass = cookieOf(await short.guess(short.pin));
  await frontdesk.advance(daySeconds - 1);
  assert.equal((await look(short.link)).status, 200);
  await frontdesk.advance(1);
  const expired = await look(short.link, pass);
  assert.equal(expired.status, 404);
  assert.equal((await short.guess(short.pin)).status, 404);
  const unknown = await look(`/work-status/${"A".repeat(43)}`);
  assert.equal(unknown.status, 404);
  assert.equal(expired.text, unknown.text);
  assert.equal((await look("/work-status/nonsense")).status, 404);
  await frontdesk.advance(29 * daySeconds - 1);
  assert.equal((await look(usual.link)).status, 200);
  await frontdesk.advance(1);
  assert.equal((await look(usual.link)).status, 404);
  for (const expires_in_days of [0, 366, 1.5, "30"]) {
    const answer = await usual.site.workspace.call("POST", send, {
      deal_id: usual.site.dealId,
      ...recipient,
      expires_in_days,
    });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "expires_in_days"]);
  }
});

test("workspace.send_work_status#4 deal, address and name are required, and have to be some", async () => {
  const site = await openSite(frontdesk);
  await site.add();
  const full = { deal_id: site.dealId, ...recipient };
  const foreign = await addDeal({ frontdesk, workspace: await frontdesk.workspace() });
  for (const [field, value] of [
    ["deal_id", undefined],
    ["deal_id", absent],
    ["deal_id", foreign],
    ["recipient_email", undefined],
    ["recipient_email", "nobody"],
    ["recipient_email", "a@example.com, b@example.com"],
    ["recipient_name", undefined],
    ["recipient_name", "  "],
  ] as const) {
    const answer = await site.workspace.call("POST", send, { ...full, [field]: value });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], answer.text);
  }
  assert.deepEqual(await mailsOf(site), []);
});

test("workspace.send_work_status#5 behind the PIN stand all work orders of that deal, and nothing of another", async () => {
  const { site, link, pin, guess } = await sentLink();
  await site.settings({
    fields: [{ key: "room", label: "Room", show_to_customer: true }, { key: "profit" }],
  });
  await site.add({
    status: "Complete",
    data: { room: "<Attic>", profit: "40%" },
    schedule_date: "2026-05-04",
  });
  const boiler = await site.lineWith({
    fields: [{ key: "serial", label: "Serial", show_to_customer: true }],
  });
  await site.add({ deal_product_id: boiler, schedule_time: "14:30:00", data: { serial: "B-7" } });
  const other = await openSite(frontdesk);
  await other.add({ data: { room: "Elsewhere" } });

  const closed = await look(link);
  assert.equal(closed.status, 200);
  for (const secret of ["Tiling", "Boiler", "New bathroom", "Attic"])
    assert.ok(!closed.text.includes(secret), secret);
  const right = await guess(` ${pin.slice(0, 3)} ${pin.slice(3)} `);
  assert.deepEqual([right.status, right.headers["location"]], [303, link]);
  const page = await look(link, cookieOf(right));
  assert.equal(page.status, 200);
  assert.equal(page.headers["cache-control"], "no-store");
  assert.equal(page.headers["referrer-policy"], "same-origin");
  assert.match(page.text, /<h1>New bathroom<\/h1>/);
  assert.match(page.text, /1 of 3 done/);
  assert.match(page.text, /Tiling \(WO-001\).*Tiling \(WO-002\).*Boiler \(WO-003\)/s);
  assert.match(page.text, /<dt>Room<\/dt><dd>&lt;Attic&gt;<\/dd>/);
  assert.match(page.text, /<dt>Serial<\/dt><dd>B-7<\/dd>/);
  assert.match(page.text, /Mon 4 May 2026<\/dd>/);
  assert.match(page.text, /, 2:30 PM<\/dd>/);
  for (const hidden of ["40%", "profit", "Elsewhere", "<Attic>"])
    assert.ok(!page.text.includes(hidden), hidden);
  const key = await site.workspace.call("PATCH", `${path}/${(await firstOrder(site)).id}`, {
    status: "Complete",
  });
  assert.equal(key.status, 200);
  assert.match((await look(link, cookieOf(right))).text, /2 of 3 done/);
});

async function firstOrder({ workspace }: Site): Promise<Row> {
  return (await workspace.call("GET", `${path}?limit=1`)).body.data[0];
}

test("the page can be used without scripts, by keyboard and screen readers", async () => {
  const { link, guess, wrong } = await sentLink();
  const { text } = await look(link);
  assert.match(text, /<html lang="en">/);
  assert.match(text, /<meta name="viewport"/);
  assert.match(text, /<form method="post">/);
  assert.match(text, /<label for="pin">[\s\S]*<input id="pin" name="pin" inputmode="numeric"/);
  assert.ok(!text.includes("<script"));
  const refused = await guess(wrong);
  assert.match(
    refused.text,
    /<p role="alert"[^>]*id="notice">That PIN is not right. You have 4 more tries.<\/p>/,
  );
  assert.match(refused.text, /aria-invalid="true" aria-describedby="notice"/);
});

test("five wrong PINs shut it for fifteen minutes, for the right PIN as well", async () => {
  const { link, guess, pin, wrong } = await sentLink();
  for (let count = 0; count < 4; count += 1) {
    const answer = await guess(wrong);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers["set-cookie"], undefined);
  }
  assert.equal((await guess("")).status, 400, "nothing entered is no guess");
  const fifth = await guess(wrong);
  assert.deepEqual([fifth.status, fifth.headers["retry-after"]], [429, "900"]);
  assert.equal((await guess(pin)).status, 429);
  await frontdesk.advance(15 * 60 - 1);
  assert.equal((await guess(pin)).status, 429);
  await frontdesk.advance(1);
  assert.equal((await guess(wrong)).status, 403, "a new count begins");
  const right = await guess(pin);
  assert.equal(right.status, 303);
  assert.equal((await look(link, cookieOf(right))).status, 200);
  assert.match((await guess(wrong)).text, /4 more tries/, "and again after it was right");
});

test("fifty wrong PINs in all end the PIN, whatever the time between: a new one is mailed, the old one opens nothing", async () => {
  const { site, link, guess, pin, wrong, portalId } = await sentLink();
  const written = (await mailsOf(site)).length;
  await frontdesk.app.database.transaction(site.workspace.id, (db) =>
    db.update("work_status_portals").set({ wrong_pins: 39 }).where("id", "=", portalId).execute(),
  );
  for (let count = 40; count < 50; count += 1) {
    const answer = await guess(wrong);
    assert.equal(answer.status, count === 44 ? 429 : 403, `${count}: ${answer.text}`);
    if (count === 44) await frontdesk.advance(15 * 60);
    // The right PIN begins the count of five again, not that of fifty.
    if (count === 47) assert.equal((await guess(pin)).status, 303);
  }
  assert.equal((await mailsOf(site)).length, written, "49 are not 50");
  const last = await guess(wrong);
  assert.equal(last.status, 403);
  assert.match(last.text, /A new PIN is on its way/);
  const mails = await mailsOf(site);
  assert.equal(mails.length, written + 1);
  const { to, text, subject } = mails.at(-1)!;
  const fresh = /PIN: (\d{6})\n/.exec(text)?.[1] ?? "";
  assert.equal(to, "ann@example.com");
  assert.match(subject, /New bathroom/);
  assert.ok(text.includes(`http://frontdesk.test${link}\n`), text);
  assert.notEqual(fresh, pin);
  assert.ok(!last.text.includes(fresh), "the page does not tell it");
  assert.equal((await guess(pin)).status, 403, "the old one is a wrong one");
  const right = await guess(fresh);
  assert.equal(right.status, 303, "nobody waits for the new one");
  assert.match((await look(link, cookieOf(right))).text, /Tiling/);
  const entries = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", portalId).orderBy("id").execute(),
  );
  assert.deepEqual(
    entries.map((entry) => entry.action).filter((action) => action !== "ran"),
    ["created", "opened", "pin_replaced"],
  );
  const shown = (await site.workspace.call("GET", `${path}/status-portals`)).body.data[0];
  assert.ok(!("wrong_pins" in shown) && !JSON.stringify(shown).includes("hash"));
});

test("twenty guesses at once are no more than five", async () => {
  const { site, guess, pin, wrong } = await sentLink();
  const answers = await Promise.all(Array.from({ length: 20 }, () => guess(wrong)));
  const tried = answers.filter((answer) => answer.status === 403).length;
  assert.equal(tried, 4, "the fifth one shut it");
  assert.equal(answers.filter((answer) => answer.status === 429).length, 16);
  assert.equal((await guess(pin)).status, 429);
  const [portal] = (await site.workspace.call("GET", `${path}/status-portals`)).body.data;
  const until = new Date(frontdesk.app.clock.now().getTime() + 15 * 60_000).toISOString();
  assert.equal(portal.locked_until, until);
});

test("a pass is for one portal and half an hour, and cannot be made up", async () => {
  const { link, guess, pin } = await sentLink();
  const other = await sentLink();
  const right = await guess(pin);
  const cookie = cookieOf(right);
  const header = String(right.headers["set-cookie"]);
  assert.match(header, new RegExp(`; Path=${link}; HttpOnly; SameSite=Lax; Max-Age=1800`));
  const showsWork = async (at: string, sent: string) => (await look(at, sent)).text.includes("Tiling");
  assert.equal(await showsWork(link, cookie), true);
  assert.equal(await showsWork(other.link, cookie), false);
  assert.equal(await showsWork(link, `${cookie.slice(0, -4)}AAAA`), false);
  assert.equal(await showsWork(link, "work_status=a.b.c"), false);
  const bearer = await frontdesk.call("GET", "/api/v1/work-orders", { key: cookie.split("=")[1]! });
  assert.equal(bearer.status, 401);
  await frontdesk.advance(30 * 60 + 1);
  assert.equal(await showsWork(link, cookie), false);
});

test("links are listed by deal and taken back; a link taken back looks like none", async () => {
  const { site, link, guess, pin, portalId } = await sentLink();
  const pass = cookieOf(await guess(pin));
  const portals = async (query = "") =>
    (await site.workspace.call("GET", `${path}/status-portals${query}`)).body.data;
  const [listed] = await portals(`?deal_id=${site.dealId}`);
  assert.deepEqual([listed.id, listed.status, listed.recipient_name], [portalId, "active", "Ann Lee"]);
  assert.equal(listed.opened_at, frontdesk.app.clock.now().toISOString());
  for (const secret of ["token_hash", "pin_hash", "guesses"]) assert.ok(!(secret in listed), secret);
  assert.deepEqual(await portals(`?deal_id=${absent}`), []);
  const revoke = (workspace = site.workspace) =>
    workspace.call("POST", `${path}/status-portals/${portalId}/revoke`);
  assert.equal((await revoke(await frontdesk.workspace())).status, 404);
  const revoked = await revoke();
  assert.deepEqual([revoked.status, revoked.body.data.status], [200, "revoked"]);
  assert.deepEqual((await revoke()).body.data, revoked.body.data, "twice is once");
  const unknown = await look(`/work-status/${"A".repeat(43)}`);
  for (const answer of [await look(link, pass), await guess(pin)]) {
    assert.deepEqual([answer.status, answer.text], [404, unknown.text]);
  }
  const entries = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", portalId).orderBy("id").execute(),
  );
  assert.deepEqual(
    entries.map((entry) => [entry.action, entry.actor_name]),
    [
      ["created", "test"],
      ["opened", "Ann Lee"],
      ["updated", "test"],
      ["ran", "test"],
    ],
  );
  assert.ok(!JSON.stringify(entries).includes("hash"), "the trail holds no hashes");
});

test("the first look is told, with who it was and at what", async () => {
  const { site, guess, pin } = await sentLink();
  await guess(pin);
  await guess(pin);
  const told = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("events").selectAll().where("type", "=", "work_order.opened").execute(),
  );
  assert.equal(told.length, 1);
  const { deal_id: dealId, recipient_name: name, work_order_name: work, opened_at: at } = told[0]!.payload;
  const now = frontdesk.app.clock.now().toISOString();
  assert.deepEqual([dealId, name, work, at], [site.dealId, "Ann Lee", "New bathroom", now]);
});

test("the third PIN that ends ends the link: nobody goes on guessing, and the administrators are told", async () => {
  const { site, link, guess, pin, wrong, portalId } = await sentLink();
  const count = (to: number) =>
    frontdesk.app.database.transaction(site.workspace.id, (db) =>
      db.update("work_status_portals").set({ wrong_pins: to }).where("id", "=", portalId).execute(),
    );
  await count(99);
  assert.match(
    (await guess(wrong)).text,
    /A new PIN is on its way/,
    "the second is replaced as the first was",
  );
  const fresh = /PIN: (\d{6})\n/.exec((await mailsOf(site)).at(-1)!.text)?.[1] ?? "";
  const entered = await guess(fresh);
  assert.equal(entered.status, 303);
  await count(149);
  const written = (await mailsOf(site)).length;
  const last = await guess(fresh === wrong ? pin : wrong);
  assert.equal(last.status, 404);
  assert.equal(
    last.text,
    (await look(`/work-status/${"A".repeat(43)}`)).text,
    "it looks as if there never was one",
  );
  assert.equal((await guess(fresh)).status, 404);
  assert.equal((await look(link, cookieOf(entered))).status, 404);
  await frontdesk.settle();
  const mails = (await mailsOf(site)).slice(written);
  assert.equal(mails.length, 1);
  assert.notEqual(mails[0]?.to, "ann@example.com");
  assert.match(mails[0]?.text ?? "", /Ann Lee \(ann@example\.com\).*the link leads nowhere any more/);
  assert.doesNotMatch(mails[0]?.text ?? "", /PIN: |work-status\//);
  const [shown] = (await site.workspace.call("GET", `${path}/status-portals`)).body.data;
  assert.equal(shown.status, "revoked");
});
