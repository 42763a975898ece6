import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../kernel/tables.ts";
import { startHarness } from "../../../testing/harness.ts";
import { insertService } from "../inbound/sms.fixtures.ts";
import { cancel } from "../../calendar/bookings/cancel.ts";
import { findConversation, setConversationState } from "../conversations/conversations.store.ts";
import { businessWithNumber, freshNumber, inside, outbox, postForm } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import type { TextToSend } from "./send-text.ts";
import { sendText } from "./send-text.ts";

// Monday 9:00 in London, a minute after the business opened.
const frontdesk = await startHarness();

function send(business: TestBusiness, text: Partial<TextToSend> & { to: string }) {
  return inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { body: "Hello", purpose: "reply", sender: "ai", ...text }),
  );
}

async function decisions(business: TestBusiness) {
  const answer = await business.call("GET", "/api/v1/sms/guard-decisions");
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as {
    guard: string;
    decision: string;
    reason: string;
    explanation: string;
    until: string | null;
  }[];
}

async function heldEvents(business: TestBusiness) {
  return frontdesk.app.database.read(business.id, (db) =>
    db.from("events").selectAll().where("type", "=", "message.held").execute(),
  );
}

const closed: JsonObject = { after_hours: "QUEUE_FOR_HUMAN" };
/** Moves to Monday 20:00, when the business is closed. */
async function afterHours() {
  const now = frontdesk.app.clock.now();
  const target = new Date(now);
  target.setUTCHours(20, 0, 0, 0);
  if (target <= now) target.setUTCDate(target.getUTCDate() + 1);
  await frontdesk.advance((target.getTime() - now.getTime()) / 1000);
}

test("the entitlement off: nothing leaves, to nobody, and the reason is on record", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { messaging: { enabled: false } } });
  for (const text of [
    { purpose: "reply" },
    { purpose: "manual", sender: "employee" },
    { purpose: "owner" },
    { purpose: "confirmation" },
  ] as const) {
    const answer = await send(business, { to: business.customer(), ...text });
    assert.deepEqual([answer.status, answer.reason], ["suppressed", "messaging_disabled"], text.purpose);
  }
  const recorded = await decisions(business);
  assert.equal(recorded.length, 4);
  assert.deepEqual([recorded[0]?.guard, recorded[0]?.decision], ["entitlement", "suppressed"]);
  assert.equal((await heldEvents(business)).length, 4);
});

test("texts leave only from an active number, and only when there is one", async () => {
  for (const status of ["PENDING_ACTIVATION", "SUSPENDED"] as const) {
    const business = await businessWithNumber(frontdesk, { status });
    const answer = await send(business, { to: business.customer() });
    assert.deepEqual([answer.status, answer.reason], ["suppressed", "number_not_active"]);
  }
  const workspace = await frontdesk.workspace();
  const answer = await inside(frontdesk, workspace.id, (ctx) =>
    sendText(ctx, { to: freshNumber(), body: "Hello", purpose: "reply", sender: "ai" }),
  );
  assert.deepEqual([answer.status, answer.reason], ["suppressed", "no_number"]);
});

test("an opt-out stops every text to the customer, whoever writes it, and leaves no trace in the thread", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-${customer}`,
    From: customer,
    To: business.number,
    Body: "STOP",
  });
  await frontdesk.settle();
  for (const purpose of [
    "reply",
    "text_back",
    "manual",
    "confirmation",
    "reminder",
    "cancellation",
    "notice",
  ] as const) {
    const answer = await send(business, { to: customer, purpose });
    assert.deepEqual(
      [answer.status, answer.reason, answer.messageId],
      ["suppressed", "opted_out", undefined],
      purpose,
    );
  }
  assert.equal((await outbox(frontdesk, customer)).length, 1, "only the confirmation of the opt-out");
});

test("a STOP between writing and leaving wins", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await inside(frontdesk, business.id, async (ctx) => {
    await sendText(ctx, { to: customer, body: "Hello", purpose: "confirmation", sender: "system" });
    await ctx.db.update("contacts").set({ sms_unsubscribed: true }).where("phone", "=", customer).execute();
  });
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, customer), []);
});

test("an opt-out is the number's and the contact's: either is enough", async () => {
  const business = await businessWithNumber(frontdesk);
  const [stopped, other] = [business.customer(), business.customer()];
  const made = async (phone: string) =>
    (await business.call("POST", "/api/v1/contacts", { first_name: "Sam", phone })).body.data.id as string;
  const [contact, unsubscribed] = [await made(other), await made(business.customer())];
  await business.call("PATCH", `/api/v1/contacts/${unsubscribed}`, { sms_unsubscribed: true });
  await postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-${stopped}`,
    From: stopped,
    To: business.number,
    Body: "STOP",
  });
  const confirmation = { purpose: "confirmation", sender: "system" } as const;
  const byNumber = await send(business, { to: stopped, contactId: contact, ...confirmation });
  assert.equal(byNumber.reason, "opted_out", "a contact who has nothing against texts, at a number that has");
  const byContact = await send(business, {
    to: business.customer(),
    contactId: unsubscribed,
    ...confirmation,
  });
  assert.equal(byContact.reason, "opted_out", "another number of somebody who wants none");
  assert.equal((await send(business, { to: other, contactId: contact, ...confirmation })).status, "queued");
});

test("STOP takes back at once what still waits: of every purpose, and held texts as well", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  const conversationId = await inside(frontdesk, business.id, async (ctx) => {
    const purposes = ["text_back", "reply", "notice", "confirmation", "reminder", "cancellation"] as const;
    const later = new Date(ctx.now.getTime() + 3_600_000);
    let id = "";
    for (const purpose of purposes) {
      const answer = await sendText(ctx, { to, body: purpose, purpose, sender: "system" });
      id = answer.conversationId ?? "";
      await ctx.db
        .update("sms_messages")
        .set({ send_at: later, ...(purpose === "notice" ? { status: "held" as const } : {}) })
        .where("id", "=", answer.messageId ?? "")
        .execute();
    }
    return id;
  });
  const path = `/api/v1/sms/conversations/${conversationId}/messages`;
  await postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-${to}`,
    From: to,
    To: business.number,
    Body: "STOP",
  });
  const rows = (await business.call("GET", path)).body.data.filter(
    (one: { direction: string; purpose: string }) => one.direction === "out" && one.purpose !== "keyword",
  );
  assert.equal(rows.length, 6);
  for (const row of rows) {
    assert.deepEqual([row.status, row.status_reason], ["cancelled", "opted_out"], row.purpose);
  }
});

test("what the receptionist and the program write is cleared of card numbers, what a person writes is not touched", async () => {
  const business = await businessWithNumber(frontdesk);
  const body = "Your card 4111 1111 1111 1111 is on file";
  for (const [sender, purpose, kept] of [
    ["ai", "reply", false],
    ["system", "confirmation", false],
    ["employee", "manual", true],
  ] as const) {
    const to = business.customer();
    await send(business, { to, body, sender, purpose });
    await frontdesk.settle();
    const [left] = await outbox(frontdesk, to);
    assert.equal(left?.body.includes("4111 1111 1111 1111"), kept, sender);
  }
});

test("a landline is not texted", async () => {
  const business = await businessWithNumber(frontdesk);
  const answer = await send(business, { to: "+442079460123" });
  assert.deepEqual([answer.status, answer.reason], ["suppressed", "landline"]);
});

test("numbers that cost whoever texts them are texted by nobody, in whatever words", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const to of ["+19005550123", "+881612345678", "+447012345678", "+448712345678"]) {
    for (const text of [
      { purpose: "text_back", sender: "system" },
      { purpose: "manual", sender: "employee" },
      { purpose: "confirmation", sender: "system" },
    ] as const) {
      const answer = await send(business, { to, ...text });
      assert.deepEqual([answer.status, answer.reason], ["suppressed", "number_not_texted"], to);
    }
  }
});

test("a caller's number can be forged: text-backs go a few times a day, and not abroad, until somebody has texted from it", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { text_back: { window_minutes: 30 } } });
  const textBack = (to: string) => send(business, { to, purpose: "text_back", sender: "system" });
  const abroad = "+33612345678";
  assert.equal((await textBack(abroad)).reason, "country_not_texted");
  const to = business.customer();
  for (let count = 0; count < 4; count += 1) {
    assert.equal((await textBack(to)).status, "queued");
    await frontdesk.advance(31 * 60);
  }
  assert.equal((await textBack(to)).reason, "recipient_limit");
  for (const from of [to, abroad]) {
    await postForm(frontdesk, "/twilio/sms", {
      MessageSid: `SM-proof-${from}`,
      From: from,
      To: business.number,
      Body: "It is me",
    });
    assert.equal((await textBack(from)).status, "queued", "who has texted is who they say");
  }
});

test("one text-back per window, however often they call", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { text_back: { window_minutes: 30 } } });
  const to = business.customer();
  assert.equal((await send(business, { to, purpose: "text_back", sender: "system" })).status, "queued");
  assert.equal(
    (await send(business, { to, purpose: "text_back", sender: "system" })).reason,
    "duplicate_text_back",
  );
  await frontdesk.advance(31 * 60);
  assert.equal((await send(business, { to, purpose: "text_back", sender: "system" })).status, "queued");
  await frontdesk.advance(30 * 60);
  assert.equal((await send(business, { to, purpose: "text_back", sender: "system" })).status, "queued");
  await frontdesk.advance(30 * 60 - 1);
  assert.equal(
    (await send(business, { to, purpose: "text_back", sender: "system" })).reason,
    "duplicate_text_back",
  );
  const off = await businessWithNumber(frontdesk, { settings: { text_back: { enabled: false } } });
  assert.equal(
    (await send(off, { to, purpose: "text_back", sender: "system" })).reason,
    "text_back_disabled",
  );
});

test("a text-back that never left does not count for the window", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const status of ["cancelled", "failed", "undelivered"] as const) {
    const to = business.customer();
    const textBack = () => send(business, { to, purpose: "text_back", sender: "system" });
    const { messageId = "" } = await textBack();
    await inside(frontdesk, business.id, (ctx) =>
      ctx.db.update("sms_messages").set({ status }).where("id", "=", messageId).execute(),
    );
    assert.equal((await textBack()).status, "queued", status);
    assert.equal((await textBack()).reason, "duplicate_text_back");
  }
});

test("a won or lost lead stops automatic texts, not a person's", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-${to}`,
    From: to,
    To: business.number,
    Body: "Hello",
  });
  await inside(frontdesk, business.id, (ctx) =>
    ctx.db
      .update("leads")
      .set({ status: "Lost", lost_at: ctx.now })
      .where("customer_e164", "=", to)
      .execute(),
  );
  assert.equal((await send(business, { to })).reason, "terminal_lead");
  assert.equal((await send(business, { to, purpose: "manual", sender: "employee" })).status, "queued");
});

test("when a person speaks the receptionist's replies are held, also one already on its way out", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await inside(frontdesk, business.id, async (ctx) => {
    const { conversationId = "" } = await sendText(ctx, {
      to,
      body: "From the machine",
      purpose: "reply",
      sender: "ai",
    });
    const conversation = await findConversation(ctx, conversationId);
    assert.ok(conversation);
    await setConversationState(ctx, conversation, "human_active", "test");
  });
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, to), []);
  const answer = await send(business, { to });
  assert.deepEqual([answer.status, answer.reason], ["held", "human_active"]);
  assert.equal((await send(business, { to, sender: "employee" })).status, "queued");
});

for (const [name, bodies] of [
  [
    "says the same thing again and again",
    ["We got your message", "we got your message!", "WE GOT YOUR MESSAGE"],
  ],
  ["answers like a machine", ["This is an automated response."]],
  ["writes ten times a minute", Array.from({ length: 10 }, (_, index) => `Number ${index}`)],
] as const) {
  test(`a conversation with somebody who ${name} stops until a person hands it back`, async () => {
    const business = await businessWithNumber(frontdesk, {
      settings: { owner: { phone: null } },
      owner: null,
    });
    const to = business.customer();
    for (const [index, Body] of bodies.entries()) {
      await postForm(frontdesk, "/twilio/sms", {
        MessageSid: `SM-${to}-${index}`,
        From: to,
        To: business.number,
        Body,
      });
    }
    const answer = await send(business, { to });
    assert.deepEqual([answer.status, answer.reason], ["held", "robot_suspected"]);
    assert.equal((await send(business, { to })).reason, "robot_suspected");
    const [conversation] = (await business.call("GET", "/api/v1/sms/conversations")).body.data;
    assert.equal(conversation.state, "escalated");
    assert.ok(conversation.robot_suspected_at);
  });
}

for (const [name, seconds, reason] of [
  ["ten texts over a quarter of an hour are a person's", 100, undefined],
  ["ten texts, the first of them a minute ago, are a person's", 6.7, undefined],
  ["ten texts, the first of them just under a minute ago, are a machine's", 6.6, "robot_suspected"],
] as const) {
  test(name, async () => {
    const business = await businessWithNumber(frontdesk, {
      settings: { owner: { phone: null } },
      owner: null,
    });
    const to = business.customer();
    for (let index = 0; index < 10; index += 1) {
      if (index > 0) await frontdesk.advance(seconds);
      await postForm(frontdesk, "/twilio/sms", {
        MessageSid: `SM-slow-${to}-${index}`,
        From: to,
        To: business.number,
        Body: `Number ${index}`,
      });
    }
    assert.equal((await send(business, { to })).reason, reason);
  });
}

test("sixty texts of the program to one customer in a day are the most; a person, and tomorrow, go on", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  for (let count = 0; count < 60; count += 1) {
    assert.equal((await send(business, { to, purpose: "notice", sender: "system" })).status, "queued");
  }
  const { conversationId = "", ...over } = await send(business, { to });
  assert.deepEqual([over.status, over.reason], ["held", "too_many_texts"]);
  assert.equal((await send(business, { to: business.customer() })).status, "queued", "another customer");
  assert.equal((await send(business, { to, byPerson: true })).status, "queued");
  assert.equal((await send(business, { to, sender: "employee", purpose: "manual" })).status, "queued");
  assert.equal((await send(business, { to, sender: "system", purpose: "confirmation" })).status, "queued");
  await inside(frontdesk, business.id, (ctx) =>
    ctx.db
      .update("sms_messages")
      .set({ created_at: new Date(ctx.now.getTime() - 24 * 3_600_000) })
      .where("conversation_id", "=", conversationId)
      .execute(),
  );
  assert.equal((await send(business, { to })).status, "queued");
});

test("quiet hours: automatic texts leave when they end, confirmations and people's at once, and only the last reply", async () => {
  const quiet = { quiet_hours: { enabled: true, start: "19:00", end: "08:00" } };
  const business = await businessWithNumber(frontdesk, { settings: quiet });
  const [to, other] = [business.customer(), business.customer()];
  await afterHours();
  const first = await send(business, { to, body: "first" });
  assert.deepEqual([first.status, first.reason], ["queued", "quiet_hours"]);
  await send(business, { to, body: "second" });
  await send(business, { to: other, body: "confirmed", purpose: "confirmation", sender: "system" });
  await send(business, { to: other, body: "by hand", purpose: "manual", sender: "employee" });
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, to), []);
  assert.deepEqual(
    (await outbox(frontdesk, other)).map((entry) => entry.body),
    ["confirmed", "by hand"],
  );
  const [decision] = await decisions(business);
  assert.deepEqual([decision?.guard, decision?.decision], ["quiet_hours", "deferred"]);
  await frontdesk.advance(12 * 3600);
  const [left] = await outbox(frontdesk, to);
  assert.equal(left?.body, "second");
  assert.equal(left?.at.toISOString(), decision?.until);
  assert.equal(left?.at.getUTCHours(), 8);
});

test("reminders wait for the end of quiet hours, and do not leave at all if it would be too late then; a cancelled booking's is dropped", async () => {
  const quiet = { quiet_hours: { enabled: true, start: "19:00", end: "08:00" } };
  const business = await businessWithNumber(frontdesk, { settings: quiet });
  await afterHours();
  const now = frontdesk.app.clock.now().getTime();
  const [early, edge, late, dropped] = Array.from({ length: 4 }, business.customer) as [
    string,
    string,
    string,
    string,
  ];
  const reminder = { purpose: "reminder", sender: "system" } as const;
  const at = (hours: number) => new Date(now + hours * 3_600_000);
  for (const [to, hours] of [
    [early, 11],
    [edge, 12],
  ] as const) {
    const answer = await send(business, { to, ...reminder, sendBefore: at(hours) });
    assert.deepEqual([answer.status, answer.reason], ["suppressed", "quiet_until_too_late"]);
  }
  const [refusal] = await decisions(business);
  assert.deepEqual([refusal?.guard, refusal?.decision], ["quiet_hours", "suppressed"]);
  const waits = await send(business, { to: late, ...reminder, sendBefore: at(12.001) });
  assert.deepEqual([waits.status, waits.reason], ["queued", "quiet_hours"]);
  const bookingId = await inside(frontdesk, business.id, async (ctx) => {
    const contact = await ctx.db.from("contacts").select("id").limit(1).executeTakeFirstOrThrow();
    return insertService(ctx, contact.id, dropped, at(40));
  });
  await send(business, { to: dropped, ...reminder, bookingId });
  await inside(frontdesk, business.id, (ctx) => cancel(ctx, bookingId, {}));
  await frontdesk.settle();
  for (const to of [early, edge, late]) assert.equal((await outbox(frontdesk, to)).length, 0);
  await frontdesk.advance(13 * 3600);
  assert.equal((await outbox(frontdesk, late)).length, 1);
  assert.ok((await outbox(frontdesk, dropped)).every((entry) => entry.body !== "Hello"));
});

test("closed, QUEUE_FOR_HUMAN: the text waits for a person, who can release it", async () => {
  const business = await businessWithNumber(frontdesk, { settings: closed });
  const to = business.customer();
  await afterHours();
  const answer = await send(business, { to });
  assert.deepEqual([answer.status, answer.reason], ["held", "queued_for_human"]);
  await frontdesk.settle();
  assert.deepEqual(await outbox(frontdesk, to), []);
  const released = await business.call("POST", `/api/v1/sms/messages/${answer.messageId}/release`);
  assert.equal(released.status, 200, released.text);
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, to)).length, 1);
  assert.equal((await business.call("POST", `/api/v1/sms/messages/${answer.messageId}/release`)).status, 409);
  assert.equal((await send(business, { to, purpose: "manual", sender: "employee" })).status, "queued");
});

test("closed, CLOSE_WITH_MSG: the closing message goes once; AIONLY: the receptionist answers", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { after_hours: "CLOSE_WITH_MSG" } });
  const always = await businessWithNumber(frontdesk);
  const to = business.customer();
  await afterHours();
  for (const _ of [1, 2]) assert.equal((await send(business, { to })).reason, "closed_with_message");
  await frontdesk.settle();
  const bodies = (await outbox(frontdesk, to)).map((entry) => entry.body);
  assert.deepEqual(bodies, [
    "Thanks for getting in touch with Ready Plumbing. We are closed now and will reply when we open.",
  ]);
  const [conversation] = (await business.call("GET", "/api/v1/sms/conversations")).body.data;
  assert.equal(conversation.state, "closed");
  assert.equal((await send(always, { to })).status, "queued");
});
