import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { insertService } from "./sms.fixtures.ts";
import { businessWithNumber, freshNumber, inside, outbox, postForm, postJson } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";

const frontdesk = await startHarness();
let serial = 0;
const newSid = () => `SM${String((serial += 1)).padStart(32, "0")}`;

function text(business: TestBusiness, from: string, body: string, more: Record<string, string> = {}) {
  const MessageSid = newSid();
  return {
    AccountSid: "AC1",
    MessageSid,
    SmsSid: MessageSid,
    From: from,
    To: business.number,
    Body: body,
    NumMedia: "0",
    ...more,
  };
}

const send = (form: Record<string, string>) => postForm(frontdesk, "/twilio/sms", form);

async function conversationOf(business: TestBusiness) {
  const list = await business.call("GET", "/api/v1/sms/conversations");
  return list.body.data[0];
}

async function thread(business: TestBusiness) {
  const conversation = await conversationOf(business);
  const list = await business.call("GET", `/api/v1/sms/conversations/${conversation.id}/messages?limit=100`);
  return list.body.data;
}

async function contactsOf(business: TestBusiness) {
  return (await business.call("GET", "/api/v1/contacts?limit=100")).body.data;
}

test("a customer's text makes a contact, a conversation and a message, and is answered with empty TwiML", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const answer = await send(text(business, customer, "Hi, I called earlier"));
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"] ?? "", /^text\/xml/);
  assert.match(answer.text, /<Response ?\/>/);
  const [contact] = await contactsOf(business);
  assert.equal(contact.phone, customer);
  assert.match(contact.first_name, /^\+1 310/);
  const conversation = await conversationOf(business);
  assert.equal(conversation.unread_count, 1);
  assert.equal(conversation.contact.id, contact.id);
  assert.equal(conversation.last_message.body, "Hi, I called earlier");
  const [message] = await thread(business);
  assert.deepEqual([message.direction, message.sender, message.status], ["in", "customer", "received"]);
});

test("edge.receive_twilio_sms#1 edge.receive_twilio_sms#2 bookings.create_lead#4 one messageSid is one message, however often it comes", async () => {
  const business = await businessWithNumber(frontdesk);
  const json = {
    toE164: business.number,
    fromE164: business.customer(),
    messageSid: newSid(),
    body: "Is anybody there?",
    timestamp: "2026-03-02T08:59:58Z",
  };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => postJson(frontdesk, "/twilio/sms", json)),
  );
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { ok: true });
  }
  const rows = await frontdesk.app.database.read(business.id, (db) =>
    db.from("sms_messages").selectAll().where("direction", "=", "in").execute(),
  );
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.provider_time?.toISOString(), "2026-03-02T08:59:58.000Z");
  assert.equal((await contactsOf(business)).length, 1);
});

test("different texts of one new number at once make one contact and one thread", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await Promise.all(["one", "two", "three", "four"].map((body) => send(text(business, customer, body))));
  assert.equal((await contactsOf(business)).length, 1);
  const conversations = await business.call("GET", "/api/v1/sms/conversations");
  assert.equal(conversations.body.data.length, 1);
  assert.equal(conversations.body.data[0].unread_count, 4);
});

test("edge.receive_twilio_sms#0 edge.receive_twilio_sms#4 a wrong signature is refused and changes nothing", async () => {
  const business = await businessWithNumber(frontdesk);
  const answer = await frontdesk.call("POST", "/twilio/sms", {
    form: text(business, business.customer(), "Hello"),
    headers: { "x-twilio-signature": "d3Jvbmc=" },
  });
  assert.equal(answer.status, 403);
  assert.deepEqual([answer.body.ok, answer.body.error.code], [false, "UNAUTHORIZED"]);
  assert.deepEqual(await contactsOf(business), []);
});

test("edge.receive_twilio_sms#3 edge.receive_twilio_sms#4 JSON in and out; what does not fit is a BAD_REQUEST that names the field", async () => {
  const answer = await postJson(frontdesk, "/twilio/sms", { toE164: freshNumber(), fromE164: freshNumber() });
  assert.equal(answer.status, 400);
  assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
  assert.deepEqual([answer.body.ok, answer.body.error.code], [false, "BAD_REQUEST"]);
  assert.equal(answer.body.error.details.fields[0].field, "messageSid");
  const xml = await frontdesk.call("POST", "/twilio/sms", {
    body: "<a/>",
    headers: { "content-type": "text/xml" },
  });
  assert.equal(xml.status, 415);
  assert.equal(xml.body.error.code, "BAD_REQUEST");
});

test("card numbers are kept nowhere: not in the message, not in the evidence", async () => {
  const business = await businessWithNumber(frontdesk);
  await send(text(business, business.customer(), "my card is 4111 1111 1111 1111"));
  const [message] = await thread(business);
  assert.doesNotMatch(message.body, /4111/);
  assert.deepEqual(message.redactions, ["card_number"]);
  const receipts = await frontdesk.app.database.read(business.id, (db) =>
    db.from("webhook_receipts").selectAll().execute(),
  );
  assert.equal(receipts.length, 1);
  assert.doesNotMatch(JSON.stringify(receipts), /4111 1111/);
});

test("pictures are kept with the message", async () => {
  const business = await businessWithNumber(frontdesk);
  await send(
    text(business, business.customer(), "", {
      NumMedia: "1",
      MediaUrl0: "https://example.test/ME1",
      MediaContentType0: "image/jpeg",
    }),
  );
  const [message] = await thread(business);
  assert.deepEqual(message.media, [{ url: "https://example.test/ME1", contentType: "image/jpeg" }]);
});

test("the owner's texts to the business are not a customer's", async () => {
  const business = await businessWithNumber(frontdesk);
  assert.equal((await send(text(business, business.owner, "I will call them back"))).status, 200);
  assert.deepEqual(await contactsOf(business), []);
  const receipts = await frontdesk.app.database.read(business.id, (db) =>
    db.from("webhook_receipts").select("outcome").execute(),
  );
  assert.deepEqual(receipts, [{ outcome: "owner_reply" }]);
});

test("texts from short codes and to nobody's number are evidence and nothing else", async () => {
  const business = await businessWithNumber(frontdesk);
  assert.equal((await send(text(business, "72345", "Your code is 1"))).status, 200);
  assert.deepEqual(await contactsOf(business), []);
  const form = { ...text(business, business.customer(), "Hello"), To: freshNumber() };
  assert.equal((await send(form)).status, 200);
  assert.deepEqual(await contactsOf(business), []);
});

test("STOP opts out, is confirmed once, closes the conversation, and silence follows", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(text(business, customer, " Stop. "));
  await send(text(business, customer, "STOPALL"));
  await send(text(business, customer, "and another thing, can you come on Friday?"));
  await frontdesk.advance(1200);
  const sent = await outbox(frontdesk, customer);
  assert.equal(sent.length, 1);
  assert.match(sent[0]?.body ?? "", /Ready Plumbing: you have opted out/);
  const [contact] = await contactsOf(business);
  assert.equal(contact.sms_unsubscribed, true);
  const conversation = await conversationOf(business);
  assert.notEqual(conversation.state, "idle");
});

test("STOP cancels what was still waiting to leave", async () => {
  const business = await businessWithNumber(frontdesk, {
    settings: { quiet_hours: { enabled: true, start: "08:00", end: "12:00" } },
  });
  const customer = business.customer();
  const form = { CallSid: "CA-quiet", From: customer, To: business.number, CallStatus: "no-answer" };
  await postForm(frontdesk, "/twilio/voice", form);
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, customer)).length, 0, "quiet hours");
  await send(text(business, customer, "STOP"));
  await frontdesk.advance(4 * 3600);
  const bodies = (await outbox(frontdesk, customer)).map((entry) => entry.body);
  assert.equal(bodies.length, 1);
  assert.match(bodies[0] ?? "", /opted out/);
  assert.equal((await conversationOf(business)).state, "closed");
  assert.equal((await conversationOf(business)).state_reason, "opted_out");
});

test("START and YES resume somebody who opted out; YES from anybody else is an ordinary message", async () => {
  const business = await businessWithNumber(frontdesk);
  const [first, second] = [business.customer(), business.customer()];
  for (const [customer, word] of [
    [first, "START"],
    [second, "yes"],
  ] as const) {
    await send(text(business, customer, "QUIT"));
    await send(text(business, customer, word));
    await frontdesk.settle();
    const bodies = (await outbox(frontdesk, customer)).map((entry) => entry.body);
    assert.match(bodies.at(-1) ?? "", /opted in again/);
  }
  assert.deepEqual(
    (await contactsOf(business)).map((one: { sms_unsubscribed: boolean }) => one.sms_unsubscribed),
    [false, false],
  );
  const third = business.customer();
  await send(text(business, third, "Yes"));
  await frontdesk.settle();
  assert.ok((await outbox(frontdesk, third)).every((entry) => !/opted in/.test(entry.body)));
});

test("HELP says who this is and how to stop", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(text(business, customer, "help"));
  await frontdesk.settle();
  const [answer] = await outbox(frontdesk, customer);
  assert.match(answer?.body ?? "", /^Ready Plumbing: .*STOP/);
});

test("when the carrier answers keywords itself, we do not answer them again", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(text(business, customer, "STOP", { OptOutType: "STOP" }));
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, customer), []);
  assert.equal((await contactsOf(business))[0].sms_unsubscribed, true);
});

test("a bare CANCEL from somebody with a coming booking opts out and tells the owner what may have been meant", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(text(business, customer, "Hello"));
  const [contact] = await contactsOf(business);
  const bookingId = await inside(frontdesk, business.id, (ctx) => insertService(ctx, contact.id, customer));
  await send(text(business, customer, "Cancel"));
  await frontdesk.settle();
  assert.equal((await contactsOf(business))[0].sms_unsubscribed, true);
  const told = (await outbox(frontdesk, business.owner)).map((entry) => entry.body);
  assert.ok(
    told.some((body) => /texted CANCEL.*booking: Boiler service, Wed 4 Mar at 10:00 AM/.test(body)),
    told.join("\n"),
  );
  const events = await frontdesk.app.database.read(business.id, (db) =>
    db.from("events").selectAll().where("type", "=", "booking.cancellation_suspected").execute(),
  );
  assert.deepEqual(
    events.map((event) => event.record_id),
    [bookingId],
  );
});

test("the law's words count as a whole message, said politely or not; more words make it an ordinary message", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const [body, out] of [
    ["Stop please", true],
    ["unsubscribe me", true],
    ["opt out", true],
    ["Revoke.", true],
    ["end", true],
    ["Can he stop by on Tuesday?", false],
    ["cancel my Tuesday please", false],
  ] as const) {
    const customer = business.customer();
    await send(text(business, customer, body));
    const [contact] = (await business.call("GET", `/api/v1/contacts?search=${customer.slice(1)}`)).body.data;
    assert.equal(contact.sms_unsubscribed, out, body);
  }
});

test("the owner is not asked to text somebody who opted out: they are told so, and no window opens", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(text(business, customer, "STOP"));
  await send(text(business, customer, "are you there?"));
  await postForm(frontdesk, "/twilio/voice", {
    CallSid: "CA-opted-out",
    From: customer,
    To: business.number,
    CallStatus: "no-answer",
  });
  await frontdesk.advance(300);
  const told = (await outbox(frontdesk, business.owner)).map((entry) => entry.body);
  assert.equal(told.length, 2, told.join("\n"));
  for (const body of told) assert.match(body, /They have opted out of texts, so nobody can text them back/);
  for (const body of told) assert.doesNotMatch(body, /Text here/);
  assert.equal((await outbox(frontdesk, customer)).length, 1, "the confirmation of the opt-out");
});

test("a landline that called and was missed is not texted, and the owner is told why", async () => {
  const business = await businessWithNumber(frontdesk);
  const caller = "+442079460321";
  const form = { CallSid: "CA-landline", From: caller, To: business.number, CallStatus: "no-answer" };
  await postForm(frontdesk, "/twilio/voice", form);
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, caller), []);
  const [told] = await outbox(frontdesk, business.owner);
  assert.match(told?.body ?? "", /^Missed call from \+442079460321\. Their number is a landline/);
});
