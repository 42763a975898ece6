import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import type { Answer } from "../../../../testing/harness.ts";
import { contactForNumber } from "../../../messaging/contacts/contact-for-number.ts";
import { optOut } from "../../../messaging/opt-outs/opt-outs.ts";
import { inside } from "../../../messaging/testing.ts";
import { bookAt, openShop } from "../../booking-messages/testing.ts";
import { consentsAt, sixDigits, somebody } from "./testing.ts";
import { ours } from "../../../workspace/members/test-people.ts";

const frontdesk = await startHarness();
const { ask, sentTo, confirmed, exchange, granted, path, create } = consentsAt(frontdesk);

/** What a person does in their browser, from the link their agent shows them. */
const open = (url: string) => frontdesk.call("GET", new URL(url).pathname + new URL(url).search);

test("a write without a token names the page to ask; the person allows it there, and the agent books for them alone", async () => {
  const shop = await openShop(frontdesk);
  const refused = await create(shop, undefined, { agent_vendor: "Claude" });
  assert.deepEqual([refused.status, refused.body.ok, refused.body.error], [401, false, "unauthorized"]);
  assert.equal(refused.headers["www-authenticate"], "Bearer");
  const question = await open(refused.body.consent_url);
  assert.equal(question.status, 200);
  assert.match(question.text, /calls itself <strong>“Claude”<\/strong> asks to speak for you/);
  assert.match(question.text, /We cannot check who it is/);
  assert.match(question.text, /Ready Plumbing/);
  assert.match(question.text, /book appointments in your name/);
  assert.match(question.text, /<label for="contact">/);

  const { token, contact, answer, shown } = await granted(shop);
  assert.match(shown.text, /Give it only to the assistant you are using, “Claude”/);
  assert.equal(new URL(refused.body.token_url).pathname, `/providers/${shop.slug}/aam/token`);
  const { access_token: _secret, expires_at, ...told } = answer.body;
  assert.deepEqual(told, {
    ok: true,
    token_type: "Bearer",
    expires_in: 30 * 24 * 3600,
    provider_id: shop.slug,
    scopes: ["scheduling.read", "scheduling.write"],
    customer: { name: "<aam:user-content>Ada Price</aam:user-content>" },
  });
  assert.equal(Date.parse(expires_at) - frontdesk.app.clock.now().getTime(), 30 * 24 * 3600 * 1000);

  const booked = await create(shop, token);
  assert.equal(booked.status, 200, booked.text);
  assert.deepEqual(booked.body.customer, { name: "Ada Price", email: contact });
  const row = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("bookings").selectAll().where("id", "=", booked.body.booking_id).executeTakeFirstOrThrow(),
  );
  assert.deepEqual(
    [row.booker_name, row.booker_email, row.booker_phone, row.source, row.agent_vendor],
    ["Ada Price", contact, null, "capability", "Claude"],
  );
  assert.deepEqual(await sentTo("victim@example.test"), [], "whom the agent names hears nothing");
});

test("an agent cancels what it booked for its person, and nothing else exists for it", async () => {
  const shop = await openShop(frontdesk);
  const [one, other] = [await granted(shop), await granted(shop)];
  const theirs = await bookAt(frontdesk, shop, new Date("2026-03-05T10:00:00Z"));
  const made = await create(shop, one.token);
  const cancel = (key: string, id: string) =>
    frontdesk.call("POST", path(shop, "cancel_booking"), { key, body: { booking_id: id } });
  for (const [key, id] of [
    [one.token, theirs.id],
    [other.token, made.body.booking_id],
  ] as const) {
    const answer = await cancel(key, id);
    const never = await cancel(key, "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b");
    assert.deepEqual([answer.status, answer.body.error], [404, "unknown_booking"]);
    assert.equal(answer.text.replace(id, ""), never.text.replace("0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b", ""));
  }
  assert.equal((await cancel(one.token, made.body.booking_id)).body.cancelled, true);
  assert.equal((await cancel(shop.key, theirs.id)).body.cancelled, true, "the business' own key sees all");
});

test("a token opens its own business' bookings and nothing more", async () => {
  const shop = await openShop(frontdesk);
  const neighbour = await openShop(frontdesk);
  const { token } = await granted(shop);
  const elsewhere = await create(neighbour, token);
  assert.deepEqual([elsewhere.status, elsewhere.body.error], [404, "unauthorized"]);
  for (const [method, to] of [
    ["GET", "/api/v1/contacts"],
    ["GET", "/api/v1/_meta/tools"],
    ["GET", "/api/v1/agent-consents"],
    ["GET", "/api/private/v1/bookings"],
  ] as const) {
    assert.equal((await frontdesk.call(method, to, { key: token })).status, 401, to);
  }
  const run = { capability: "booking.create_booking", test: "happy_path", passed: true, duration_ms: 1 };
  const published = await frontdesk.call("POST", "/capabilities/conformance-runs", {
    key: token,
    body: { provider_id: shop.slug, runs: [run] },
  });
  assert.equal(published.status, 401, "nor does it speak for the business");
  const reading = await granted(shop, { scope: "scheduling.read" });
  const lesser = await create(shop, reading.token);
  assert.deepEqual([lesser.status, lesser.body.error], [403, "unauthorized"]);
});

test("the agent's code works once, at its business, for ten minutes, however it is written", async () => {
  const shop = await openShop(frontdesk);
  const neighbour = await openShop(frontdesk);
  const { code } = await confirmed(shop);
  const invalid = async (answer: Promise<Answer>) => {
    const { status, body } = await answer;
    assert.deepEqual([status, body.ok, body.error], [400, false, "invalid_code"]);
  };
  await invalid(exchange(neighbour, code));
  await invalid(exchange(shop, "ABCD-EFGH"));
  await invalid(exchange(shop, "!!!!!!!!!"));
  assert.equal((await exchange({ slug: "nobody" }, code)).status, 404);
  assert.equal((await exchange(shop, code.toLowerCase().replace("-", " "))).status, 200);
  await invalid(exchange(shop, code));
  const late = await confirmed(shop);
  await frontdesk.advance(601);
  await invalid(exchange(shop, late.code));
});

test("twenty agents with the same code at once: one has a token", async () => {
  const shop = await openShop(frontdesk);
  const { code } = await confirmed(shop);
  const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(shop, code)));
  assert.equal(answers.filter((one) => one.status === 200).length, 1);
  const keys = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("api_keys").select("id").where("kind", "=", "consent").execute(),
  );
  assert.equal(keys.length, 1);
});

/** As browsers send a form from another site's page, and as programs send it. */
const foreign: Record<string, string>[] = [{ origin: "http://evil.example" }, {}];

test("what another site's page sends changes nothing", async () => {
  const shop = await openShop(frontdesk);
  const contact = somebody();
  const start = `/providers/${shop.slug}/aam/consent`;
  for (const headers of foreign) {
    const form = { agent: "Claude", name: "Ada Price", contact };
    const answer = await frontdesk.call("POST", start, { form, headers });
    assert.equal(answer.status, 403, answer.text);
  }
  assert.deepEqual(await sentTo(contact), []);
  const { page } = await confirmed(shop, { contact });
  for (const headers of foreign) {
    const answer = await frontdesk.call("POST", page, { form: { action: "revoke" }, headers });
    assert.equal(answer.status, 403, answer.text);
    assert.match(answer.text, /nothing was done/);
  }
  assert.match((await frontdesk.call("GET", page)).text, /class="code"/);
});

test("whoever guesses the second half of a code has five tries", async () => {
  const shop = await openShop(frontdesk);
  const { code, page } = await confirmed(shop);
  const half = code.slice(0, 5);
  const wrong = ["AAAA", "BBBB", "CCCC", "DDDD", "EEEE"].filter((end) => !code.endsWith(end));
  for (const end of wrong) assert.equal((await exchange(shop, half + end)).body.error, "invalid_code");
  assert.equal((await exchange(shop, code)).body.error, "invalid_code", "even the right one is over");
  assert.match((await frontdesk.call("GET", page)).text, /too many wrong codes/);
});

test("a person proves the address is theirs: five wrong codes end it, another code ends the one before", async () => {
  const shop = await openShop(frontdesk);
  const contact = somebody();
  const page = String((await ask(shop, { contact })).headers["location"]);
  const first = sixDigits((await sentTo(contact))[0]);
  const enter = (code: string) =>
    frontdesk.call("POST", page, { form: { action: "confirm", code }, headers: ours });
  const again = await frontdesk.call("POST", page, { form: { action: "again" }, headers: ours });
  assert.match(again.headers["location"] ?? "", /notice=sent/);
  const second = sixDigits((await sentTo(contact))[1]);
  assert.notEqual(first, second);
  assert.match((await enter(first)).headers["location"] ?? "", /notice=wrong/);
  for (let tries = 0; tries < 4; tries += 1) await enter("000000");
  await enter(second);
  const over = await frontdesk.call("GET", page);
  assert.match(over.text, /This request is over/);
  assert.doesNotMatch(over.text, /class="code"/);

  const slow = somebody();
  const slowPage = String((await ask(shop, { contact: slow })).headers["location"]);
  const late = sixDigits((await sentTo(slow))[0]);
  await frontdesk.advance(601);
  await frontdesk.call("POST", slowPage, { form: { action: "confirm", code: late }, headers: ours });
  assert.match((await frontdesk.call("GET", slowPage)).text, /This request is over/);
});

test("a phone number is proven by text, and bookings are for that number", async () => {
  const shop = await openShop(frontdesk, { settings: { messaging: { countries: ["US"] } } });
  const phone = shop.customer();
  const { token } = await granted(shop, { contact: phone });
  const texts = await sentTo(phone);
  assert.match(texts[0] ?? "", /Ready Plumbing: \d{6} is your code to let an AI assistant book for you/);
  assert.match(texts[1] ?? "", /Take it back: http:\/\/frontdesk\.test\/providers\//);
  const booked = await create(shop, token);
  assert.deepEqual(booked.body.customer, { name: "Ada Price" });
  const row = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("bookings").selectAll().where("id", "=", booked.body.booking_id).executeTakeFirstOrThrow(),
  );
  assert.deepEqual([row.booker_phone, row.booker_email], [phone, null]);
});

test("nobody is texted who asked not to be, and the page does not say that they did", async () => {
  const shop = await openShop(frontdesk, { settings: { messaging: { countries: ["US"] } } });
  const phone = shop.customer();
  await inside(frontdesk, shop.id, async (ctx) => {
    await contactForNumber(ctx, phone, "sms");
    await optOut(ctx, [{ channel: "sms", address: phone }], "keyword");
  });
  const refused = await ask(shop, { contact: phone });
  const landline = await ask(shop, { contact: "+442079460123" });
  assert.deepEqual([refused.status, landline.status], [400, 400]);
  const said = (text: string) => /id="problem">([^<]*)/.exec(text)?.[1];
  assert.equal(said(refused.text), "We cannot text this number. Please give an e-mail address.");
  assert.equal(said(landline.text), said(refused.text));
  assert.deepEqual(await sentTo(phone), []);
});

test("the person takes it back with the link they were sent; the business does too; the token ends at once", async () => {
  const shop = await openShop(frontdesk);
  const one = await granted(shop);
  const [, receipt] = await sentTo(one.contact);
  const link = /http:\S+/.exec(receipt ?? "")?.[0] ?? "";
  const page = await open(link);
  assert.match(page.text, /may book with Ready Plumbing for Ada Price until/);
  await open(link);
  assert.equal((await create(shop, one.token)).status, 200, "opening it takes nothing back");
  await frontdesk.call("POST", new URL(link).pathname, { form: { action: "revoke" }, headers: ours });
  const refused = await create(shop, one.token, { start_at: "2026-03-04T12:00:00Z" });
  assert.equal(refused.status, 401);
  assert.ok(refused.body.consent_url);
  assert.match((await open(link)).text, /Taken back/);

  const two = await granted(shop, { agent: "ChatGPT" });
  const list = await shop.call("GET", "/api/v1/agent-consents?state=granted");
  assert.equal(list.body.data.length, 1);
  const [shown] = list.body.data;
  assert.deepEqual(
    [shown.agent_name, shown.customer_name, shown.address, shown.state],
    ["ChatGPT", "Ada Price", two.contact, "granted"],
  );
  assert.ok(!list.text.includes("lookup") && !list.text.includes("api_key"));
  const ended = await shop.call("POST", `/api/v1/agent-consents/${shown.id}/revoke`);
  assert.deepEqual([ended.body.data.state, ended.body.data.revoked_by], ["revoked", "business"]);
  assert.equal((await create(shop, two.token)).status, 401);
  const again = await shop.call("POST", `/api/v1/agent-consents/${shown.id}/revoke`);
  assert.deepEqual(again.body.data, ended.body.data);
});

test("a token that another node has just revoked is refused before that is heard of here, and always in the same words", async () => {
  const shop = await openShop(frontdesk);
  const { token } = await granted(shop);
  const { body: booked } = await create(shop, token);
  assert.equal(booked.ok, true);
  // What another node writes; that it tells the others may be heard late.
  await inside(frontdesk, shop.id, async ({ db, now }) => {
    await db
      .update("agent_consents")
      .set({ state: "revoked" } as never)
      .execute();
    await db
      .update("api_keys")
      .set({ revoked_at: now } as never)
      .where("kind", "=", "consent")
      .execute();
  });
  const again = await create(shop, token, { start_at: "2026-03-04T12:00:00Z" });
  const cancelled = await frontdesk.call("POST", path(shop, "cancel_booking"), {
    key: token,
    body: { booking_id: booked.booking_id },
  });
  const madeUp = await create(shop, "fd_agent_nobody");
  for (const answer of [again, cancelled, madeUp]) {
    assert.equal(answer.status, 401, answer.text);
    assert.match(answer.body.message, /^This key is not valid: .* Ask the person you act for again/);
    assert.match(answer.body.consent_url, new RegExp(`/providers/${shop.slug}/aam/consent\\?`));
    assert.ok(answer.body.token_url);
  }
});

test("a consent ends by itself after thirty days", async () => {
  const shop = await openShop(frontdesk);
  const { token, page } = await granted(shop);
  await frontdesk.advance(30 * 24 * 3600 + 1);
  assert.equal((await create(shop, token, { start_at: "2026-04-08T10:00:00Z" })).status, 401);
  assert.match((await frontdesk.call("GET", page)).text, /This request is over/);
  const { body } = await shop.call("GET", "/api/v1/agent-consents");
  assert.equal(body.data[0].state, "expired");
});

test("what an agent calls itself cannot make a page or a mail of ours into somebody else's", async () => {
  const shop = await openShop(frontdesk);
  const name = "Bank! <script>alert(1)</script> http://evil.example/a Your account\r\nis locked, call +1 555";
  const contact = somebody();
  const question = await frontdesk.call(
    "GET",
    `/providers/${shop.slug}/aam/consent?agent=${encodeURIComponent(name)}`,
  );
  assert.doesNotMatch(question.text, /<script>|evil\.example/);
  await ask(shop, { contact, agent: name, name: "Visit http://evil.example now" });
  const [mail = ""] = await sentTo(contact);
  assert.doesNotMatch(mail, /evil\.example|https?:|script>/);
  assert.match(mail, /An AI assistant would like to book/);
  assert.doesNotMatch(
    mail,
    /Bank|alert/,
    "nor what the agent calls itself, before somebody has shown the mailbox is theirs",
  );
  assert.doesNotMatch(mail, /Visit/, "nor does what somebody typed as their name reach another's mailbox");
});

test("links that are wrong, foreign or made up, and businesses that are none, look the same", async () => {
  const shop = await openShop(frontdesk);
  const neighbour = await openShop(frontdesk);
  const hidden = await openShop(frontdesk, { service: { is_bookable: false } });
  const { page } = await confirmed(shop);
  const link = page.split("/").at(-1) ?? "";
  const [id = ""] = link.split(".");
  const pages = [
    `/providers/${neighbour.slug}/aam/consent/${link}`,
    `/providers/${shop.slug}/aam/consent/${id}`,
    `/providers/${shop.slug}/aam/consent/${id}.${"A".repeat(43)}`,
    `/providers/nobody/aam/consent/${link}`,
    "/providers/nobody/aam/consent",
    `/providers/${hidden.slug}/aam/consent`,
  ];
  const texts = await Promise.all(pages.map(async (one) => (await frontdesk.call("GET", one)).text));
  assert.equal(new Set(texts).size, 1);
  for (const one of pages) {
    assert.equal(
      (await frontdesk.call("POST", one, { form: { action: "revoke" }, headers: ours })).status,
      404,
      one,
    );
  }
  assert.equal((await frontdesk.call("GET", page)).status, 200);
});

test("what nobody can type is refused like any other mistake", async () => {
  const shop = await openShop(frontdesk);
  const contacts = [
    "",
    " ",
    "a@b",
    "a\0b@example.test",
    "a@b.test\r\nBcc: c@d.test",
    "x".repeat(400),
    "+44",
    "@",
  ];
  for (const contact of contacts) {
    const answer = await ask(shop, { contact });
    assert.equal(answer.status, 400, JSON.stringify(contact));
    assert.match(answer.text, /role="alert"/);
  }
  for (const name of ["", "\u200b\0 ", "x".repeat(101)]) {
    assert.equal((await ask(shop, { name })).status, 400, JSON.stringify(name));
  }
  for (const place of ["%00", "..%2f", "%F0%9F%98%80", "a b"]) {
    for (const [method, to] of [
      ["GET", "/aam/consent"],
      ["GET", "/.well-known/agent-actions.json"],
      ["POST", "/aam/token"],
      ["POST", "/capabilities/booking.list_services"],
    ] as const) {
      const body = to === "/aam/token" ? { code: "ABCD-EFGH" } : {};
      const answer = await frontdesk.call(
        method,
        `/providers/${place}${to}`,
        method === "POST" ? { body } : {},
      );
      assert.ok([400, 404].includes(answer.status), `${method} ${place}${to}: ${answer.text}`);
    }
  }
});

test("codes are asked for six times a day for one address, and ten in a quarter of an hour from one place", async () => {
  const shop = await openShop(frontdesk);
  const contact = somebody();
  const statuses: number[] = [];
  for (let tries = 0; tries < 7; tries += 1) {
    statuses.push((await ask(shop, { contact: tries % 2 ? contact : contact.toUpperCase() })).status);
    await frontdesk.advance(901);
  }
  assert.deepEqual(statuses, [303, 303, 303, 303, 303, 303, 429]);
  const many: number[] = [];
  for (let tries = 0; tries < 11; tries += 1) many.push((await ask(shop, {}, "10.9.9.9")).status);
  assert.deepEqual(many.filter((status) => status === 429).length, 1);
  assert.equal(many.at(-1), 429);
});

test("nothing that opens anything is stored", async () => {
  const shop = await openShop(frontdesk);
  const { code, page, contact } = await confirmed(shop);
  const oneTime = sixDigits((await sentTo(contact))[0]);
  const rows = await inside(frontdesk, shop.id, (ctx) => ctx.db.from("agent_consents").selectAll().execute());
  const logs = await inside(frontdesk, shop.id, (ctx) => ctx.db.from("email_logs").selectAll().execute());
  const stored = JSON.stringify([rows, logs]);
  for (const secret of [
    code,
    code.replace("-", ""),
    code.slice(0, 4),
    oneTime,
    page.split(".").at(-1) ?? "?",
  ]) {
    assert.ok(!stored.includes(secret), secret);
  }
});
