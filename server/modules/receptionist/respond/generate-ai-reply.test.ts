import assert from "node:assert/strict";
import { test } from "node:test";
import { SignJWT } from "jose";
import { startHarness, startOfTime } from "../../../testing/harness.ts";
import type { Answer, Json } from "../../../testing/harness.ts";

const frontdesk = await startHarness();

async function token(claims: Record<string, unknown> = {}, seconds = 60): Promise<string> {
  const now = Math.floor(startOfTime.getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("frontdesk")
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(new TextEncoder().encode(frontdesk.app.ports.secrets.serviceJwt));
}

const weekday = [["08:00", "18:00"]];
const hours = { mon: weekday, tue: weekday, wed: weekday, thu: weekday, fri: weekday };

type Line = string | { role: "user" | "assistant"; text: string };

function body(lines: Line[], overrides: Json = {}): Json {
  const messages = lines.map((line) => (typeof line === "string" ? { role: "user", text: line } : line));
  const { context, ...rest } = overrides;
  return {
    businessId: "biz_123",
    conversationId: "c_456",
    policy: { priceRangesOnly: true, discloseAI: false, lang: "en" },
    context: {
      messages,
      hours,
      serviceArea: { radiusMiles: 15, center: "Los Angeles, CA" },
      pricing: [
        { name: "Drain cleaning", min: 99, max: 249, unit: "PER_JOB" },
        { name: "Boiler service", min: 80, max: 80, unit: "PER_VISIT" },
      ],
      ...context,
    },
    capabilities: { canText: true, canOfferSlots: true },
    ...rest,
  };
}

async function respond(sent: unknown, key?: string): Promise<Answer> {
  return frontdesk.call("POST", "/v1/ai/respond", { key: key ?? (await token()), body: sent });
}

const ours = (text: string): Line => ({ role: "assistant", text });

test("edge.generate_ai_reply#0 needs a short-lived service token, for this business", async () => {
  const sent = body(["hi"]);
  assert.equal((await frontdesk.call("POST", "/v1/ai/respond", { body: sent })).status, 401);
  assert.equal((await respond(sent, await token({}, 3600))).status, 401, "an hour is not short");
  assert.equal((await respond(sent, await token({}, -10))).status, 401);
  const workspace = await frontdesk.workspace();
  assert.equal((await respond(sent, workspace.key)).status, 401);
  const foreign = await respond(sent, await token({ bizId: "biz_999" }));
  assert.equal(foreign.status, 401);
  assert.equal(foreign.body.error.code, "UNAUTHORIZED");
  assert.equal((await respond(sent, await token({ bizId: "biz_123" }))).status, 200);
});

test("edge.generate_ai_reply#1 everything comes with the call: the same call has the same answer and nothing is stored", async () => {
  const sent = body([
    "My drain is blocked, can someone come tomorrow at 10am?",
    ours("Tue 3 Mar at 10:00 AM is free. What's your name, and the address with zip code?"),
    "Sam Jones, 12 Acacia Avenue, 90034",
  ]);
  const first = await respond(sent);
  const second = await respond(sent);
  assert.equal(first.status, 200);
  assert.deepEqual(first.body, second.body);
  assert.match(first.body.reply, /Drain cleaning on Tue 3 Mar at 10:00 AM for Sam Jones at 12 Acacia Avenue/);
  const closed = await respond(
    body(["Drain cleaning tomorrow at 10am"], { context: { hours: { fri: weekday } } }),
  );
  assert.doesNotMatch(closed.body.reply, /Tue 3 Mar at 10:00 AM is free/);
  assert.ok(closed.body.suggestedSlots.every(({ start }: Json) => new Date(start).getUTCDay() === 5));
});

test("edge.generate_ai_reply#2 only ranges are said, and the assistant says it is AI when it should", async () => {
  const price = await respond(body(["exactly how much is drain cleaning?"]));
  assert.equal(price.body.intent, "PROVIDE_PRICE_RANGE");
  assert.match(price.body.reply, /\$99 to \$249 per job/);
  assert.match(price.body.reply, /only give a range/);
  assert.deepEqual(price.body.reply.match(/\$\d+/g), ["$99", "$249"]);
  assert.doesNotMatch(price.body.reply, /AI assistant/);
  const open = await respond(body(["hi"], { policy: { discloseAI: true, priceRangesOnly: true } }));
  assert.match(open.body.reply, /AI assistant/);
  const later = await respond(
    body(["hi", ours("Hi, this is the AI assistant for us. How can I help?"), "drain cleaning please"], {
      policy: { discloseAI: true },
    }),
  );
  assert.doesNotMatch(later.body.reply, /AI assistant/, "once is enough");
  const asked = await respond(body(["are you a robot?"]));
  assert.match(asked.body.reply, /AI assistant/, "asked, it says so whatever the policy");
});

test("edge.generate_ai_reply#3 the answer has its documented shape and redacts what must not be repeated", async () => {
  const { status, body: answer } = await respond(
    body(["Drain cleaning tomorrow please, my card is 4242 4242 4242 4242"]),
  );
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(answer).toSorted(), [
    "confidence",
    "escalate",
    "intent",
    "lang",
    "reply",
    "safety",
    "suggestedSlots",
  ]);
  assert.equal(answer.lang, "en");
  assert.equal(answer.escalate, false);
  assert.ok(answer.confidence > 0 && answer.confidence <= 1);
  assert.deepEqual(answer.safety.redactions, ["card_number"]);
  assert.doesNotMatch(answer.reply, /4242/);
  assert.ok(answer.suggestedSlots.length >= 2);
  for (const { start, end } of answer.suggestedSlots)
    assert.equal(Date.parse(end) - Date.parse(start), 3_600_000);
});

test("edge.generate_ai_reply#4 the four intents", async () => {
  const intentOf = async (line: string) => (await respond(body([line]))).body;
  assert.equal((await intentOf("can you clean my drain tomorrow?")).intent, "OFFER_TIMESLOTS");
  assert.equal((await intentOf("how much is a boiler service")).intent, "PROVIDE_PRICE_RANGE");
  const person = await intentOf("I want to talk to a human");
  assert.equal(person.intent, "ESCALATE");
  assert.equal(person.escalate, true);
  const gas = await intentOf("I can smell gas in my kitchen");
  assert.equal(gas.intent, "ESCALATE");
  assert.match(gas.reply, /outside/);
  assert.equal((await intentOf("hello")).intent, "SMALL_TALK");
  assert.match((await intentOf("Do you service 90034?")).reply, /15 miles of Los Angeles, CA/);
});

test("edge.generate_ai_reply#5 without canOfferSlots no time is named, without canText no text is asked for", async () => {
  const mute = { capabilities: { canText: true, canOfferSlots: false } };
  const noSlots = await respond(body(["can you clean my drain tomorrow at 10?"], mute));
  assert.deepEqual(noSlots.body.suggestedSlots, []);
  assert.doesNotMatch(noSlots.body.reply, /\d:\d\d/);
  assert.equal(noSlots.body.escalate, true);
  const lines = ["drain cleaning tomorrow at 10am, I'm Sam Jones, 12 Acacia Avenue, Los Angeles, CA 90034"];
  const texting = await respond(body(lines));
  assert.match(texting.body.reply, /Reply YES/);
  const silent = await respond(body(lines, { capabilities: { canText: false, canOfferSlots: true } }));
  assert.match(silent.body.reply, /Shall I book it\?$/);
  assert.doesNotMatch(silent.body.reply, /\b(?:text|reply)\b/i);
});

test("edge.generate_ai_reply#5 a yes is noted for the team: nothing is said to be booked", async () => {
  const lines = [
    "drain cleaning tomorrow at 10am, I'm Sam Jones, 12 Acacia Avenue, Los Angeles, CA 90034",
    ours(
      "To confirm: Drain cleaning on Tue 3 Mar at 10:00 AM for Sam Jones at 12 Acacia Avenue. Shall I book it?",
    ),
    "yes please",
  ];
  const { body: answer } = await respond(body(lines));
  assert.match(answer.reply, /noted Drain cleaning on Tue 3 Mar at 10:00 AM/);
  assert.doesNotMatch(answer.reply, /you're booked/i);
  assert.deepEqual(answer.suggestedSlots, [
    { start: "2026-03-03T10:00:00.000Z", end: "2026-03-03T11:00:00.000Z" },
  ]);
  const moving = await respond(body(["I need to move my appointment"]));
  assert.equal(moving.body.intent, "ESCALATE");
});

test("edge.generate_ai_reply#6 pricing entries are name, min, max and unit, and units are said", async () => {
  const pricing = [
    { name: "Call-out", min: 60, max: 60, unit: "PER_VISIT" },
    { name: "Labour", min: 45.5, max: 70, unit: "PER_HOUR" },
  ];
  const labour = await respond(body(["how much is labour?"], { context: { pricing } }));
  assert.match(labour.body.reply, /Labour is \$45\.50 to \$70 per hour/);
  const visit = await respond(
    body(["what does a call-out cost?"], { context: { pricing, currency: "GBP" } }),
  );
  assert.match(visit.body.reply, /Call-out is £60 per visit/);
  const none = await respond(body(["how much is it?"], { context: { pricing: [] } }));
  assert.doesNotMatch(none.body.reply, /\d/);
  const odd = await respond(
    body(["hi"], { context: { pricing: [{ name: "X", min: 1, max: 2, unit: "PER_MOON" }] } }),
  );
  assert.equal(odd.status, 400);
  const upside = await respond(
    body(["hi"], { context: { pricing: [{ name: "X", min: 9, max: 2, unit: "PER_JOB" }] } }),
  );
  assert.equal(upside.status, 400);
});

test("edge.generate_ai_reply#7 takes and answers JSON only", async () => {
  const key = await token();
  const form = await frontdesk.call("POST", "/v1/ai/respond", { key, form: { businessId: "biz_123" } });
  assert.ok(form.status >= 400 && form.status < 500);
  const plain = await frontdesk.call("POST", "/v1/ai/respond", {
    key,
    body: JSON.stringify(body(["hi"])),
    headers: { "content-type": "text/plain" },
  });
  assert.ok(plain.status >= 400 && plain.status < 500);
  const answer = await respond(body(["hi"]));
  assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
});

test("edge.generate_ai_reply#8 errors are {ok: false, error} with one of four codes", async () => {
  const missing = await respond({ businessId: "biz_123" });
  assert.equal(missing.status, 400);
  assert.equal(missing.body.ok, false);
  assert.equal(missing.body.error.code, "BAD_REQUEST");
  const last = await respond(body(["hi", ours("Hello")]));
  assert.equal(last.status, 400);
  assert.match(last.body.error.message, /context\.messages/);
  const zone = await respond(body(["hi"], { context: { timeZone: "Mars/Olympus" } }));
  assert.equal(zone.body.error.code, "BAD_REQUEST");
  const anonymous = await frontdesk.call("POST", "/v1/ai/respond", { body: body(["hi"]) });
  assert.deepEqual([anonymous.body.ok, anonymous.body.error.code], [false, "UNAUTHORIZED"]);
});
