import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { listOutbox } from "../../../local-outbox.ts";
import { browserOf } from "../../calendar/pages/testing.ts";
import { openShop } from "../../calendar/booking-messages/testing.ts";
import type { Shop } from "../../calendar/booking-messages/testing.ts";
import { inside, postForm } from "../testing.ts";
import { isDearNumber, isNumberOf } from "./reachable-numbers.ts";
import { refuseNumber, refuseUnproven, unprovenLimits } from "./recipients.ts";

const frontdesk = await startHarness();
const mobile = "+447700900321";
let made = 0;

const send = (
  shop: Shop,
  to: string,
  more: { key?: string; bookingId?: string; channel?: "sms" | "email" } = {},
) =>
  inside(frontdesk, shop.id, (ctx) => {
    made += 1;
    return refuseUnproven(ctx, {
      key: `test ${made}`,
      channel: to.includes("@") ? "email" : "sms",
      to,
      ...more,
    });
  });
const reasonOf = async (...args: Parameters<typeof send>) => (await send(...args))?.reason;

test("premium, satellite, personal and service numbers are dear, people's numbers are not", () => {
  for (const number of ["+19005551234", "+447012345678", "+37190123456", "+88213123456", "+870773111632", "+80012345678", "+18005551234", "nonsense"]) {
    assert.equal(isDearNumber(number), true, number);
  } // prettier-ignore
  for (const number of [mobile, "+13105551000", "+61412345678", "+442079460123", "+4915112345678"]) {
    assert.equal(isDearNumber(number), false, number);
  }
});

test("a number is its country's; of one without a country the calling code decides", () => {
  assert.equal(isNumberOf(["GB"], mobile), true);
  assert.equal(isNumberOf(["US", "GB"], mobile), true);
  assert.equal(isNumberOf(["US"], mobile), false);
  // Jamaica shares its calling code with the United States.
  assert.equal(isNumberOf(["US"], "+18765551234"), false);
  assert.equal(isNumberOf(["US"], "+15555550000"), true);
  assert.equal(isNumberOf([], mobile), false);
  assert.equal(isNumberOf(["ZZ"], mobile), false);
  assert.equal(isNumberOf(["ZZ"], "+15555550000"), false);
  assert.equal(isNumberOf(["GB"], "+15555550000"), false);
  assert.equal(isNumberOf(["GB"], "nonsense"), false);
});

test("four messages a day to one recipient, whoever asks in what spelling; tomorrow again", async () => {
  const shop = await openShop(frontdesk);
  const other = await openShop(frontdesk);
  for (const to of ["Ann@example.test", "ann@example.test", " ANN@example.test", "ann@example.TEST"]) {
    assert.equal(await reasonOf(shop, to), undefined);
  }
  assert.equal(await reasonOf(shop, "ann@example.test"), "recipient_limit");
  // Another recipient, another channel and another business are counted by themselves.
  assert.equal(await reasonOf(shop, "bob@example.test"), undefined);
  assert.equal(await reasonOf(shop, mobile), undefined);
  assert.equal(await reasonOf(other, "ann@example.test"), undefined);
  await frontdesk.advance(24 * 3600 - 1);
  assert.equal(await reasonOf(shop, "ann@example.test"), "recipient_limit");
  await frontdesk.advance(1);
  assert.equal(await reasonOf(shop, "ann@example.test"), undefined);
});

test("a message that is tried again is counted once, and still leaves when the limit is reached", async () => {
  const shop = await openShop(frontdesk);
  for (let time = 0; time < 10; time += 1)
    assert.equal(await reasonOf(shop, mobile, { key: "same" }), undefined);
  for (let time = 1; time < unprovenLimits.toRecipient; time += 1)
    assert.equal(await reasonOf(shop, mobile), undefined);
  assert.equal(await reasonOf(shop, mobile), "recipient_limit");
  assert.equal(await reasonOf(shop, mobile, { key: "same" }), undefined);
});

test("many at once pass no limit", async () => {
  const shop = await openShop(frontdesk);
  const answers = await Promise.all(Array.from({ length: 12 }, () => reasonOf(shop, "all@example.test")));
  assert.equal(answers.filter((reason) => reason === undefined).length, unprovenLimits.toRecipient);
});

test("one booking leads to nine recipients and to 24 messages a day", async () => {
  const shop = await openShop(frontdesk);
  const bookingId = "0198c0de-0000-7000-8000-000000000001";
  const to = (person: number) => reasonOf(shop, `p${person}@example.test`, { bookingId });
  for (let person = 0; person < 9; person += 1) assert.equal(await to(person), undefined, String(person));
  assert.equal(await to(9), "booking_limit", "one more recipient");
  assert.equal(await to(3), undefined, "one it has led to already");
  for (let sent = 10; sent < 24; sent += 1) assert.equal(await to(sent % 9), undefined, String(sent));
  assert.equal(await to(8), "booking_limit", "one more message");
  assert.equal(await reasonOf(shop, "p11@example.test"), undefined, "about nothing booked");
});

test("a number that has texted us is proven: it is not counted, and may be of any country", async () => {
  const shop = await openShop(frontdesk);
  const abroad = "+13105557321";
  assert.equal(await reasonOf(shop, abroad), "country_not_texted");
  const texted = await postForm(frontdesk, "/twilio/sms", {
    MessageSid: "SMproof", AccountSid: "AC1", From: abroad, To: shop.number, Body: "hello",
  }); // prettier-ignore
  assert.equal(texted.status, 200, texted.text);
  for (let time = 0; time < 6; time += 1) assert.equal(await reasonOf(shop, abroad), undefined);
  // Somebody else's text proves nothing, nor does one from a number that costs.
  assert.equal(await reasonOf(shop, "+13105557322"), "country_not_texted");
  assert.equal(await reasonOf(shop, "+19005551234"), "number_not_texted");
});

test("other countries are texted where the business says so", async () => {
  const shop = await openShop(frontdesk);
  const french = "+33612345678";
  assert.equal(
    (await inside(frontdesk, shop.id, (ctx) => refuseNumber(ctx, french)))?.reason,
    "country_not_texted",
  );
  const patched = await shop.call("PATCH", "/api/v1/company", {
    front_desk: { messaging: { countries: ["FR"] } },
  });
  assert.equal(patched.status, 200, patched.text);
  assert.deepEqual(patched.body.data.front_desk.messaging, { enabled: true, countries: ["FR"] });
  assert.equal(await reasonOf(shop, french), undefined);
  assert.equal(await reasonOf(shop, mobile), "country_not_texted", "its own is not among them now");
  const wrong = await shop.call("PATCH", "/api/v1/company", {
    front_desk: { messaging: { countries: ["France"] } },
  });
  assert.equal(wrong.status, 400);
});

test("a stranger at the booking page: few people hear of it, in the business's words, however often it is moved and changed", async () => {
  const shop = await openShop(frontdesk);
  const visitor = browserOf(frontdesk);
  const path = `/book/${shop.slug}/${shop.service.slug}`;
  const since = (await listOutbox(frontdesk.app)).length;
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => `v${index}-${shop.slug}@example.test`).join(", ");
  const form = {
    action: "book",
    start: nextTuesday(),
    name: "URGENT call 0900 123 4567",
    email: `me-${shop.slug}@example.test`,
    phone: "+44 7700 900654",
    notes: "Click https://evil.example now",
    address: "https://evil.example/pay",
    attendees: others(5),
  };
  assert.equal((await visitor.post(path, { ...form, attendees: others(6) })).status, 422);
  assert.equal((await visitor.post(path, { ...form, phone: "+1 900 555 1234" })).status, 422);
  assert.equal((await visitor.post(path, { ...form, name: "win at evil.example" })).status, 422);
  const booked = await visitor.post(path, form);
  assert.equal(booked.status, 303, booked.text);
  await frontdesk.settle();
  const link = (booked.headers["location"] ?? "").split("?")[0] ?? "";
  for (let hour = 0; hour < 8; hour += 1) {
    const start = new Date(Date.parse(nextTuesday()) + (hour + 1) * 1800_000).toISOString();
    assert.match((await visitor.post(link, { action: "move", start })).headers["location"] ?? "", /moved/);
    await frontdesk.settle();
  }
  for (let time = 0; time < 6; time += 1) {
    const edited = {
      action: "edit",
      name: "A",
      email: `new${time}-${shop.slug}@example.test`,
      phone: "",
      notes: "",
    };
    assert.match((await visitor.post(link, edited)).headers["location"] ?? "", /saved/);
    await frontdesk.settle();
  }
  const sent = (await listOutbox(frontdesk.app)).slice(since);
  const byRecipient = Map.groupBy(sent, ({ to }) => to);
  for (const [to, list] of byRecipient) assert.ok(list.length <= 4, `${to}: ${list.length}`);
  assert.ok(sent.length <= 24, String(sent.length));
  assert.ok(byRecipient.size <= 10, String(byRecipient.size));
  for (const { to, body, subject = "", attachments = [] } of sent) {
    const words = `${subject}\n${body}`;
    assert.doesNotMatch(words, /URGENT|0900/, to);
    if (to.startsWith("v")) {
      const files = attachments.map(({ content }) => new TextDecoder().decode(content)).join("\n");
      assert.doesNotMatch(`${words}\n${files}`.replaceAll("\r\n ", ""), /evil|URGENT/, to);
    }
  }
});

function nextTuesday(): string {
  const now = frontdesk.app.clock.now();
  const days = (2 - now.getUTCDay() + 7) % 7 || 7;
  return new Date(
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days, 9),
  ).toISOString();
}
