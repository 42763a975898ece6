import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Harness } from "../../../testing/harness.ts";
import { businessWithNumber, freshNumber, outbox, postForm, postJson } from "../../messaging/testing.ts";
import type { TestBusiness } from "../../messaging/testing.ts";

const frontdesk = await startHarness();
let serial = 0;
const newSid = () => `CA${String((serial += 1)).padStart(32, "0")}`;

async function calls(business: TestBusiness) {
  const answer = await business.call("GET", "/api/v1/phone/call-logs");
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

async function leads(business: TestBusiness) {
  return frontdesk.app.database.read(business.id, (db) => db.from("leads").selectAll().execute());
}

function ringing(business: TestBusiness, from: string, callSid: string) {
  return {
    AccountSid: "AC1",
    CallSid: callSid,
    From: from,
    To: business.number,
    CallStatus: "ringing",
    Direction: "inbound",
  };
}

test("a ringing form is answered with TwiML that rings the owner for 20 s and then asks what came of it", async () => {
  const business = await businessWithNumber(frontdesk);
  const answer = await postForm(frontdesk, "/twilio/voice", ringing(business, business.customer(), newSid()));
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"] ?? "", /^text\/xml/);
  assert.match(answer.text, /<Dial[^>]* timeout="20"/);
  assert.match(answer.text, /action="http:\/\/frontdesk\.test\/twilio\/voice\/dial-complete"/);
  assert.ok(answer.text.includes(`<Number>${business.owner}</Number>`));
  assert.equal((await calls(business))[0].outcome, null);
});

test("bookings.create_lead#3 an unanswered dial is a missed call: one lead, one text, the caller is told", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const form = ringing(business, customer, newSid());
  await postForm(frontdesk, "/twilio/voice", form);
  const answer = await postForm(frontdesk, "/twilio/voice/dial-complete", {
    ...form,
    CallStatus: "in-progress",
    DialCallStatus: "no-answer",
  });
  assert.match(answer.text, /<Say>Sorry, nobody at Ready Plumbing/);
  await frontdesk.settle();
  assert.equal((await leads(business)).length, 1);
  assert.equal((await outbox(frontdesk, customer)).length, 1);
  const [call] = await calls(business);
  assert.equal(call.outcome, "missed");
  assert.equal(call.dial_status, "no-answer");
  assert.ok(call.contact_id);
});

test("who calls from a fixed line is kept with it as their fixed line", async () => {
  const business = await businessWithNumber(frontdesk);
  const form = ringing(business, "+442079460018", newSid());
  await postForm(frontdesk, "/twilio/voice", { ...form, CallStatus: "no-answer" });
  await frontdesk.settle();
  const [call] = await calls(business);
  const { body } = await business.call("GET", `/api/v1/contacts/${call.contact_id}`);
  assert.deepEqual([body.data.landline, body.data.phone], ["+442079460018", null]);
});

test("an answered dial makes no lead, whatever comes after it", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const form = ringing(business, customer, newSid());
  await postForm(frontdesk, "/twilio/voice", form);
  const answer = await postForm(frontdesk, "/twilio/voice/dial-complete", {
    ...form,
    DialCallStatus: "completed",
    DialCallDuration: "61",
  });
  assert.match(answer.text, /<Response ?\/>/);
  await postForm(frontdesk, "/twilio/voice", { ...form, CallStatus: "no-answer" });
  await frontdesk.settle();
  assert.deepEqual(await leads(business), []);
  assert.deepEqual(await outbox(frontdesk, customer), []);
  const [call] = await calls(business);
  assert.equal(call.outcome, "answered");
  assert.deepEqual([call.duration, call.duration_seconds], [61, 61]);
  assert.deepEqual([call.from_phone, call.to_phone], [customer, business.number]);
});

test("an answer the dial reports late corrects a missed call on record", async () => {
  const business = await businessWithNumber(frontdesk);
  const form = ringing(business, business.customer(), newSid());
  await postForm(frontdesk, "/twilio/voice", { ...form, CallStatus: "failed" });
  await postForm(frontdesk, "/twilio/voice/dial-complete", { ...form, DialCallStatus: "completed" });
  assert.equal((await calls(business))[0].outcome, "answered");
});

test("without an owner's phone the call is missed at once and the caller is told", async () => {
  const business = await businessWithNumber(frontdesk, { owner: null });
  const customer = business.customer();
  const answer = await postForm(frontdesk, "/twilio/voice", ringing(business, customer, newSid()));
  assert.match(answer.text, /<Say>.*<\/Say><Hangup\/>/);
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, customer)).length, 1);
});

test("the transfer number is rung rather than the owner's phone", async () => {
  const business = await businessWithNumber(frontdesk);
  const transfer = freshNumber();
  await business.call("PATCH", `/api/v1/phone/numbers/${business.numberId}`, { transfer_number: transfer });
  const answer = await postForm(frontdesk, "/twilio/voice", ringing(business, business.customer(), newSid()));
  assert.ok(answer.text.includes(`<Number>${transfer}</Number>`));
});

test("the owner calling the business is no lead", async () => {
  const business = await businessWithNumber(frontdesk);
  const form = ringing(business, business.owner, newSid());
  const answer = await postForm(frontdesk, "/twilio/voice", form);
  assert.doesNotMatch(answer.text, /<Dial/);
  await postForm(frontdesk, "/twilio/voice", { ...form, CallStatus: "no-answer" });
  await frontdesk.settle();
  assert.deepEqual(await leads(business), []);
  assert.equal((await calls(business))[0].from_owner, true);
});

test("a number withheld, or that nobody can have, is logged as missed and nobody is texted", async () => {
  for (const from of ["+266696687", "+15550000", "+999123456"]) {
    const business = await businessWithNumber(frontdesk);
    const form = ringing(business, from, newSid());
    await postForm(frontdesk, "/twilio/voice", form);
    const answer = await postForm(frontdesk, "/twilio/voice/dial-complete", {
      ...form,
      DialCallStatus: "busy",
    });
    assert.equal(answer.status, 200, answer.text);
    await frontdesk.settle();
    assert.equal((await calls(business))[0].outcome, "missed", from);
    assert.deepEqual(await leads(business), []);
  }
});

test("voicemail: asked for when switched on, kept with the call", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { voicemail: { enabled: true } } });
  const form = ringing(business, business.customer(), newSid());
  await postForm(frontdesk, "/twilio/voice", form);
  const asked = await postForm(frontdesk, "/twilio/voice/dial-complete", {
    ...form,
    DialCallStatus: "canceled",
  });
  assert.match(asked.text, /<Record [^>]*action="http:\/\/frontdesk\.test\/twilio\/voice\/voicemail"/);
  const left = { ...form, RecordingUrl: "https://example.test/RE1", RecordingDuration: "7" };
  assert.equal((await postForm(frontdesk, "/twilio/voice/voicemail", left)).status, 200);
  const [call] = await calls(business);
  assert.equal(call.voicemail_url, "https://example.test/RE1");
  assert.equal(call.voicemail_seconds, 7);
});

test("a call that ended without the dial's result is settled by how long it lasted", async () => {
  const business = await businessWithNumber(frontdesk);
  const [short, long] = [
    ringing(business, business.customer(), newSid()),
    ringing(business, business.customer(), newSid()),
  ];
  for (const [form, duration] of [
    [short, "9"],
    [long, "140"],
  ] as const) {
    await postForm(frontdesk, "/twilio/voice", form);
    await postForm(frontdesk, "/twilio/status-callback", {
      ...form,
      CallStatus: "completed",
      CallDuration: duration,
    });
  }
  assert.deepEqual(
    (await calls(business)).map((call: { outcome: string }) => call.outcome),
    [null, null],
  );
  await frontdesk.advance(31);
  const outcomes = Object.fromEntries(
    (await calls(business)).map((call: { provider_id: string; outcome: string }) => [
      call.provider_id,
      call.outcome,
    ]),
  );
  assert.deepEqual(outcomes, { [short.CallSid]: "missed", [long.CallSid]: "answered" });
});

test("a final status through the status callback means missed, also before ringing was heard of", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const form = ringing(business, customer, newSid());
  await postForm(frontdesk, "/twilio/status-callback", { ...form, CallStatus: "busy" });
  await postForm(frontdesk, "/twilio/voice", form);
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, customer)).length, 1);
  const [call] = await calls(business);
  assert.equal(call.outcome, "missed");
  assert.equal(call.status, "busy");
});

test("bookings.create_lead#4 edge.receive_twilio_voice the same missed call posted 20 times at once: one lead, one text", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const form = { ...ringing(business, customer, newSid()), DialCallStatus: "no-answer" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => postForm(frontdesk, "/twilio/voice/dial-complete", form)),
  );
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
  // Another final status of the same call is another report, and still the same missed call.
  await postForm(frontdesk, "/twilio/status-callback", { ...form, CallStatus: "no-answer" });
  await frontdesk.settle();
  assert.equal((await leads(business)).length, 1);
  assert.equal((await outbox(frontdesk, customer)).length, 1);
});

test("edge.receive_twilio_voice#1 edge.receive_twilio_voice#2 every documented status is taken, another is refused", async () => {
  const business = await businessWithNumber(frontdesk);
  const json = (callStatus: string) => ({
    toE164: business.number,
    fromE164: business.customer(),
    callSid: newSid(),
    callStatus,
    timestamp: "2026-03-02T08:59:30Z",
  });
  for (const status of ["ringing", "in-progress", "completed", "no-answer", "busy", "failed", "voicemail"]) {
    const answer = await postJson(frontdesk, "/twilio/voice", json(status));
    assert.equal(answer.status, 200, status);
    assert.deepEqual(answer.body, { ok: true });
  }
  const outcomes = (await calls(business)).map(
    (call: { status: string; outcome: string }) => `${call.status} ${call.outcome}`,
  );
  assert.deepEqual(outcomes.sort(), [
    "busy missed",
    "completed answered",
    "failed missed",
    "in-progress answered",
    "no-answer missed",
    "ringing null",
    "voicemail missed",
  ]);
  assert.equal((await calls(business))[0].started_at, "2026-03-02T08:59:30.000Z");
  const refused = await postJson(frontdesk, "/twilio/voice", json("humming"));
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error.code, "BAD_REQUEST");
  assert.equal(refused.body.error.details.fields[0].field, "callStatus");
});

test("edge.receive_twilio_voice#0 edge.receive_twilio_voice#4 a wrong signature is 403 UNAUTHORIZED and changes nothing", async () => {
  const business = await businessWithNumber(frontdesk);
  const form = ringing(business, business.customer(), newSid());
  const signatures: Record<string, string>[] = [{}, { "x-twilio-signature": "bm90IGEgc2lnbmF0dXJl" }];
  for (const headers of signatures) {
    const answer = await frontdesk.call("POST", "/twilio/voice", { form, headers });
    assert.equal(answer.status, 403);
    assert.equal(answer.body.ok, false);
    assert.equal(answer.body.error.code, "UNAUTHORIZED");
  }
  assert.deepEqual(await calls(business), []);
});

test("edge.receive_twilio_voice#3 edge.receive_twilio_voice#4 other content types and broken JSON are refused in the surface's shape", async () => {
  const json = await postJson(frontdesk, "/twilio/voice", { toE164: "nonsense" });
  assert.equal(json.status, 400);
  assert.deepEqual([json.body.ok, json.body.error.code], [false, "BAD_REQUEST"]);
  const plain = await frontdesk.call("POST", "/twilio/voice", {
    body: "hello",
    headers: { "content-type": "text/plain" },
  });
  assert.equal(plain.status, 415);
  assert.deepEqual([plain.body.ok, plain.body.error.code], [false, "BAD_REQUEST"]);
  const success = await postJson(frontdesk, "/twilio/voice", {
    toE164: freshNumber(),
    fromE164: freshNumber(),
    callSid: newSid(),
    callStatus: "ringing",
    timestamp: "2026-03-02T09:00:00Z",
  });
  assert.match(success.headers["content-type"] ?? "", /^application\/json/);
});

test("JSON with numbers or a time that are none is refused by field", async () => {
  const good = {
    toE164: freshNumber(),
    fromE164: freshNumber(),
    callSid: newSid(),
    callStatus: "ringing",
    timestamp: "2026-03-02T09:00:00Z",
  };
  for (const [field, value] of [
    ["toE164", "0207"],
    ["fromE164", "me"],
    ["timestamp", "yesterday"],
  ] as const) {
    const answer = await postJson(frontdesk, "/twilio/voice", { ...good, [field]: value });
    assert.equal(answer.status, 400, field);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
});

test("a number of nobody is answered politely and kept as evidence", async () => {
  const form = { CallSid: newSid(), From: freshNumber(), To: freshNumber(), CallStatus: "ringing" };
  const answer = await postForm(frontdesk, "/twilio/voice", form);
  assert.equal(answer.status, 200);
  assert.match(answer.text, /not in service/);
  await postForm(frontdesk, "/twilio/voice", form);
  assert.equal(await unclaimed(frontdesk, form.CallSid), 1);
});

async function unclaimed({ app }: Harness, providerId: string): Promise<number> {
  const rows = await app.database.system("identify-webhook", (kysely) =>
    kysely.selectFrom("unclaimed_webhooks").select("id").where("provider_id", "=", providerId).execute(),
  );
  return rows.length;
}
