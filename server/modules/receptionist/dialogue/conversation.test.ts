import assert from "node:assert/strict";
import { test } from "node:test";
import { systemActor } from "../../../kernel/actor.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import { missedCall, plumber, talk, text } from "../testing.ts";
import type { Plumber } from "../testing.ts";
import { abandonConversation, replyToCustomer } from "./jobs.ts";

const frontdesk = await startHarness();

const toldOwner = async (shop: Plumber): Promise<string[]> =>
  (await outbox(frontdesk, shop.owner)).map(({ body }) => body);

/** The number the owner was last told to begin a text to this customer with. */
const codeFor = async (shop: Plumber, { from }: { from: string }): Promise<string> => {
  const about = (await toldOwner(shop)).findLast(
    (one) => one.includes(from.slice(-4)) && one.includes("start with"),
  );
  return /start with (\d{4})/.exec(about ?? "")?.[1] ?? "no code";
};

/** The number the receptionist asked the customer to send back. */
const askedCode = async (customer: { replies(): Promise<string[]> }): Promise<string> =>
  /reply (\d{4}) to/i.exec((await customer.replies()).at(-1) ?? "")?.[1] ?? "no code";

const ownerSays = async (shop: Plumber, body: string): Promise<void> => {
  await text(frontdesk, { from: shop.owner, to: shop.number, body });
  await frontdesk.settle();
};

const leadOf = async (shop: Plumber): Promise<Json> => (await shop.call("GET", "/api/v1/leads")).body.data[0];

test("a missed call becomes a booked job, through every state", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const state = async () => (await customer.conversation()).state as string;
  await missedCall(frontdesk, { from: customer.from, to: shop.number });
  assert.equal(await state(), "texted");
  await text(frontdesk, {
    from: customer.from,
    to: shop.number,
    body: "my sink is blocked, can you come thursday at 3pm?",
  });
  await frontdesk.settle();
  assert.equal(await state(), "owner_window");
  assert.ok((await toldOwner(shop)).some((one) => /my sink is blocked.*within 60 s/.test(one)));
  await frontdesk.advance(59);
  assert.deepEqual(await customer.replies(), [], "the owner's window is not over");
  await frontdesk.advance(1);
  assert.equal(await state(), "ai_active");
  const [first = ""] = await customer.replies();
  assert.match(first, /AI assistant for Ready Plumbing/);
  assert.match(first, /Thu 5 Mar at 3:00 PM is free\. What's your name\?/);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "Sam Jones" });
  await frontdesk.advance(5);
  assert.match(
    (await customer.replies()).at(-1) ?? "",
    /To confirm: Drain cleaning on Thu 5 Mar at 3:00 PM for Sam Jones/,
  );
  assert.deepEqual(await customer.bookings(), [], "nothing is booked before the yes");
  await text(frontdesk, { from: customer.from, to: shop.number, body: "yes please" });
  await frontdesk.advance(5);
  assert.equal(await state(), "scheduled");
  const [booking] = await customer.bookings();
  assert.equal(booking.starts_at.toISOString(), "2026-03-05T15:00:00.000Z");
  assert.deepEqual(
    [booking.source, booking.booker_name, booking.status],
    ["receptionist", "Sam Jones", "confirmed"],
  );
  const lead = await leadOf(shop);
  assert.equal(lead.status, "Booked");
  assert.equal(booking.lead_id, lead.id);
  const contact = await shop.call("GET", `/api/v1/contacts/${lead.contact_id}`);
  assert.equal(contact.body.data.display_name, "Sam Jones");
  assert.match(
    await customer.say("can we move it to friday at 10am?"),
    /Shall I move your Drain cleaning from Thu 5 Mar at 3:00 PM to Fri 6 Mar at 10:00 AM/,
  );
  assert.match(await customer.say(await askedCode(customer)), /moved to Fri 6 Mar at 10:00 AM/);
  assert.equal((await customer.bookings())[0].starts_at.toISOString(), "2026-03-06T10:00:00.000Z");
  assert.match(
    await customer.say("sorry, I have to cancel"),
    /Shall I cancel it\? Reply \d{4} to cancel it\.$/,
  );
  assert.match(await customer.say(`CANCEL ${await askedCode(customer)}`), /is cancelled/);
  assert.equal((await customer.bookings())[0].status, "cancelled");
  const timeline = (await shop.call("GET", `/api/v1/leads/${lead.id}`)).body.data.timeline as Json[];
  const told = timeline.map(({ summary }) => summary as string).filter((one) => /book|visit/i.test(one));
  assert.deepEqual(told, [
    "The receptionist booked Drain cleaning",
    "Active to Booked",
    "The receptionist moved the booking",
    "The receptionist cancelled the booking",
  ]);
  for (const type of [
    "missed_call",
    "texted_back",
    "inbound_text",
    "owner_window",
    "ai_active",
    "booked",
    "status_changed",
  ]) {
    assert.ok(
      timeline.some((event) => event.type === type),
      type,
    );
  }
});

test("the owner answers within the window: the receptionist is silent until it is handed back", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await text(frontdesk, {
    from: customer.from,
    to: shop.number,
    body: "is anyone there? my drain is blocked",
  });
  await frontdesk.advance(20);
  await ownerSays(shop, `${await codeFor(shop, customer)} Hi, Olive here. Which street?`);
  assert.equal((await customer.received()).at(-1), "Hi, Olive here. Which street?");
  assert.equal((await customer.conversation()).state, "human_active");
  await frontdesk.advance(300);
  await text(frontdesk, {
    from: customer.from,
    to: shop.number,
    body: "Mill Lane, can you do tomorrow at 10?",
  });
  await frontdesk.advance(300);
  assert.deepEqual(await customer.replies(), []);
  assert.match((await toldOwner(shop)).at(-1) ?? "", /Mill Lane/);
  await ownerSays(shop, `${await codeFor(shop, customer)} back to AI`);
  await frontdesk.advance(5);
  assert.equal((await customer.conversation()).state, "ai_active");
  assert.match((await customer.replies()).at(-1) ?? "", /Tue 3 Mar at 10:00 AM is free/);
  await shop.call("POST", `/api/v1/sms/conversations/${(await customer.conversation()).id}/take-over`);
  await customer.say("I'm Sam");
  assert.equal((await customer.replies()).length, 1);
  await shop.call("POST", `/api/v1/sms/conversations/${(await customer.conversation()).id}/hand-back`);
  await frontdesk.advance(5);
  assert.match((await customer.replies()).at(-1) ?? "", /To confirm: .*for Sam/);
});

test("the owner picks whom to answer by the number they were told, and hears where it went", async () => {
  const shop = await plumber(frontdesk);
  const [one, two] = [talk(frontdesk, shop), talk(frontdesk, shop)];
  await text(frontdesk, { from: one.from, to: shop.number, body: "my sink is clogged, price?" });
  await frontdesk.advance(1);
  await text(frontdesk, { from: two.from, to: shop.number, body: "I need my invoice" });
  await frontdesk.advance(1);
  const codes = [await codeFor(shop, one), await codeFor(shop, two)];
  assert.notEqual(codes[0], codes[1]);
  await ownerSays(shop, `${codes[0]}: It is 120, I can come at 5`);
  assert.deepEqual(await one.received(), ["It is 120, I can come at 5"]);
  assert.deepEqual(await two.received(), []);
  assert.equal((await toldOwner(shop)).at(-1), `Sent to ${one.from}.`);
  await ownerSays(shop, `#${codes[1]} and yours is in the mail`);
  assert.deepEqual(await two.received(), ["and yours is in the mail"]);
  assert.equal((await toldOwner(shop)).at(-1), `Sent to ${two.from}.`);
  await frontdesk.advance(120);
  assert.deepEqual([...(await one.replies()), ...(await two.replies())], [], "a person has both of them");
});

test("nobody speaks for the owner by the number they seem to send from", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "my drain is blocked" });
  await frontdesk.advance(1);
  const code = await codeFor(shop, customer);
  await ownerSays(shop, "Pay in advance at evil.example");
  await ownerSays(
    shop,
    `${customer.from.slice(-4) === code ? "0000" : customer.from.slice(-4)} Pay in advance`,
  );
  assert.deepEqual(await customer.received(), []);
  assert.equal((await customer.conversation()).state, "owner_window", "nobody was silenced either");
  const told = (await toldOwner(shop)).at(-1) ?? "";
  assert.match(
    told,
    /^Not sent: that number is nobody's\. Start with the number of who it is for: \d{4} for /,
  );
  assert.doesNotMatch(told, new RegExp(code), "a wrong guess makes the right one another");
  await ownerSays(shop, `${code} Pay in advance`);
  assert.deepEqual(await customer.received(), [], "the number guessed at is over");
  const [, now = ""] = /(\d{4}) for /.exec((await toldOwner(shop)).at(-1) ?? "") ?? [];
  await ownerSays(shop, now);
  assert.deepEqual(await customer.received(), [], "a number alone says nothing");
  await ownerSays(shop, "I'm driving and will answer later");
  const count = (await toldOwner(shop)).length;
  for (let n = 0; n < 5; n += 1) await ownerSays(shop, "I'm driving and will answer later");
  assert.equal(
    (await toldOwner(shop)).length,
    count,
    "a phone that answers by itself is not answered for ever",
  );
  await ownerSays(shop, `${now} On my way`);
  assert.deepEqual(await customer.received(), ["On my way"]);
  const empty = await plumber(frontdesk);
  await ownerSays(empty, "anybody?");
  assert.match((await toldOwner(empty)).at(-1) ?? "", /no customer/);
});

test("who guesses numbers in the owner's name is not heard for ten minutes, and the owner knows", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "my drain is blocked" });
  await frontdesk.advance(1);
  const codeNow = async () => /(\d{4}) for /.exec((await toldOwner(shop)).at(-1) ?? "")?.[1] ?? "";
  let right = await codeFor(shop, customer);
  for (let n = 0; n < 2; n += 1) {
    await ownerSays(shop, `${right === "9999" ? "9998" : "9999"} Pay in advance`);
    right = await codeNow();
  }
  await ownerSays(shop, `${right} It was not me`);
  assert.deepEqual(await customer.received(), ["It was not me"], "two wrong ones shut nobody out");
  await ownerSays(shop, `${right === "9999" ? "9998" : "9999"} Pay in advance`);
  const told = await toldOwner(shop);
  assert.match(told.at(-1) ?? "", /third wrong one: for 10 minutes no text .* answer in the app/);
  const guessed = await codeFor(shop, customer).catch(() => right);
  for (const body of [`${guessed} Pay in advance`, "1234 guess", "who is it?"]) await ownerSays(shop, body);
  assert.equal((await toldOwner(shop)).length, told.length, "no answer helps whoever guesses");
  assert.deepEqual(await customer.received(), ["It was not me"]);
  await frontdesk.advance(10 * 60 + 1);
  await ownerSays(shop, "who is it?");
  await ownerSays(shop, `${await codeNow()} On my way`);
  assert.deepEqual((await customer.received()).at(-1), "On my way");
});

test("nobody changes a customer's booking by the number they seem to send from", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const status = async () => (await customer.bookings()).map((one) => one.status as string);
  await customer.say("boiler service thursday at 10am, my name is Sam Jones");
  await customer.say("yes");
  await customer.say("please cancel my appointment");
  const code = await askedCode(customer);
  assert.equal(await customer.say("yes"), `To be sure that it is you, please reply ${code} to cancel it.`);
  assert.deepEqual(await status(), ["confirmed"]);
  await frontdesk.advance(31 * 60);
  await customer.say(code);
  assert.deepEqual(await status(), ["confirmed"], "a number counts for half an hour");
  await customer.say("cancel it please");
  const again = await askedCode(customer);
  assert.notEqual(again, code);
  for (const guess of ["3000", "3001", "3002"].map((one) => (one === again ? "3003" : one)))
    await customer.say(guess);
  assert.equal((await customer.conversation()).state, "escalated", "three guesses and a person has it");
  await customer.say(again);
  assert.deepEqual(await status(), ["confirmed"]);
});

test("the number is good for the booking it was asked about alone", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service thursday at 10am, my name is Sam Jones");
  await customer.say("yes");
  await customer.say("I also need drain cleaning on friday at 11am");
  await customer.say("yes");
  assert.equal((await customer.bookings()).length, 2);
  await customer.say("please cancel the boiler service");
  const code = await askedCode(customer);
  await customer.say("no, keep it");
  await customer.say("please cancel the drain cleaning");
  assert.notEqual(await askedCode(customer), code);
  await customer.say(code);
  assert.deepEqual(
    (await customer.bookings()).map((one) => one.status),
    ["confirmed", "confirmed"],
  );
  await customer.say(await askedCode(customer));
  assert.deepEqual(
    (await customer.bookings()).map((one) => one.status),
    ["confirmed", "cancelled"],
  );
  assert.equal((await customer.conversation()).state, "scheduled", "one visit is still to come");
});

test("several quick texts are one turn, and a turn is answered once however often its job runs", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("hi there");
  assert.equal((await customer.replies()).length, 1);
  const reply = await customer.say("my boiler needs a service", "tomorrow if you can", "after lunch");
  assert.match(reply, /Tue 3 Mar at 1:00 PM/);
  assert.equal((await customer.replies()).length, 2, "three texts, one reply");
  const { id } = await customer.conversation();
  await inside(frontdesk, shop.id, async (ctx) => {
    for (let n = 0; n < 3; n += 1) ctx.enqueue(replyToCustomer, { conversationId: id });
    return Promise.resolve();
  });
  await frontdesk.advance(60);
  assert.equal((await customer.replies()).length, 2);
});

test("a slot that went to somebody else meanwhile: the nearest free ones are offered", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service thursday at 10am, my name is Sam Jones");
  const booked = await shop.call("POST", "/api/v1/scheduling-bookings", {
    event_type_id: shop.boilerId,
    date: "2026-03-05",
    time: "10:00",
    timezone: "Europe/London",
    fullName: "Quick Quinn",
    email: "quinn@example.com",
  });
  assert.equal(booked.status, 201);
  const reply = await customer.say("yes");
  assert.match(reply, /Thu 5 Mar at 10:00 AM isn't free\. I have .*9:00 AM.*11:00 AM/);
  assert.equal((await customer.bookings()).length, 0);
  assert.match(await customer.say("11 then"), /To confirm: Boiler service on Thu 5 Mar at 11:00 AM/);
  assert.match(await customer.say("yes"), /All set/);
});

test("two customers say yes to one slot at once: one is booked, the other is offered others", async () => {
  const shop = await plumber(frontdesk);
  const [one, two] = [talk(frontdesk, shop), talk(frontdesk, shop)];
  const ask = "boiler service on friday at 9am, my name is Sam";
  await Promise.all(
    [one.from, two.from].map((from) => text(frontdesk, { from, to: shop.number, body: ask })),
  );
  await frontdesk.advance(65);
  await Promise.all(
    [one.from, two.from].map((from) => text(frontdesk, { from, to: shop.number, body: "yes" })),
  );
  await frontdesk.advance(10);
  const last = [(await one.replies()).at(-1) ?? "", (await two.replies()).at(-1) ?? ""];
  assert.equal(last.filter((reply) => /All set/.test(reply)).length, 1, last.join(" | "));
  assert.equal(last.filter((reply) => /isn't free/.test(reply)).length, 1, last.join(" | "));
  assert.equal([...(await one.bookings()), ...(await two.bookings())].length, 1);
});

test("an emergency goes to the owner at once, with a line that keeps people safe", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("hi");
  const reply = await customer.say("help, a pipe has burst and water is pouring through the ceiling");
  assert.match(reply, /stop tap/);
  assert.equal((await customer.conversation()).state, "escalated");
  assert.match((await toldOwner(shop)).at(-1) ?? "", /URGENT.*pipe has burst/);
  await customer.say("are you coming?");
  assert.equal((await customer.replies()).at(-1), reply, "a person has it now");
  assert.match((await toldOwner(shop)).at(-1) ?? "", /are you coming/);
});

test("STOP in the middle ends it: no reply, no booking", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service thursday at 10am, I'm Sam Jones");
  await text(frontdesk, { from: customer.from, to: shop.number, body: "yes" });
  await text(frontdesk, { from: customer.from, to: shop.number, body: "STOP" });
  await frontdesk.advance(120);
  assert.equal((await customer.replies()).length, 1);
  assert.deepEqual(await customer.bookings(), []);
  assert.equal((await customer.conversation()).state, "closed");
});

test("a customer who goes quiet is let go, with nothing sent; the next text starts again", async () => {
  const shop = await plumber(frontdesk, { ai_inactivity_minutes: 10 });
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service please");
  const before = (await customer.received()).length;
  await frontdesk.advance(9 * 60);
  assert.equal((await customer.conversation()).state, "ai_active");
  await frontdesk.advance(120);
  assert.equal((await customer.conversation()).state, "abandoned");
  assert.equal((await customer.received()).length, before);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "sorry, thursday at 10" });
  await frontdesk.settle();
  assert.equal((await customer.conversation()).state, "owner_window");
  await frontdesk.advance(65);
  assert.match((await customer.replies()).at(-1) ?? "", /Thu 5 Mar at 10:00 AM is free/);
  const { id } = await customer.conversation();
  await inside(frontdesk, shop.id, (ctx) => {
    ctx.enqueue(abandonConversation, { conversationId: id, position: 0 });
    return Promise.resolve();
  });
  await frontdesk.settle();
  assert.equal((await customer.conversation()).state, "ai_active", "a job of an older turn lets nobody go");
});

test("the window is clamped to 30 to 180 seconds; without an owner's phone nobody waits", async () => {
  const shop = await plumber(frontdesk, { owner_window_seconds: 5 });
  const customer = talk(frontdesk, shop);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "hi" });
  await frontdesk.advance(29);
  assert.equal((await customer.replies()).length, 0);
  await frontdesk.advance(2);
  assert.equal((await customer.replies()).length, 1);
  const alone = await plumber(frontdesk, { owner: { phone: null } });
  const other = talk(frontdesk, alone);
  await text(frontdesk, { from: other.from, to: alone.number, body: "hi" });
  await frontdesk.advance(5);
  assert.equal((await other.replies()).length, 1);
});

test("after hours with the policy to queue: the reply waits, a yes books nothing, the owner is told", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service thursday at 10am, I'm Sam Jones");
  await inside(frontdesk, shop.id, (ctx) => storeSettings(ctx, { after_hours: "QUEUE_FOR_HUMAN" }));
  const hours = await shop.call("PUT", "/api/v1/scheduling-availability", {
    weekly_hours: [{ day: 4, start: "09:00", end: "17:00" }],
  });
  assert.equal(hours.status, 200, hours.text);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "yes please" });
  await frontdesk.advance(5);
  assert.equal((await customer.replies()).length, 1);
  assert.deepEqual(await customer.bookings(), []);
  assert.match((await toldOwner(shop)).at(-1) ?? "", /waits for you.*yes please/);
  const waiting = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("sms_messages").select("id").where("status", "=", "held").execute(),
  );
  assert.deepEqual(waiting, [], "nobody can release a promise that was not carried out");
});

test("the receptionist switched off: a person has every conversation", async () => {
  const shop = await plumber(frontdesk, { receptionist: { enabled: false } });
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service please");
  assert.deepEqual(await customer.replies(), []);
  assert.equal((await customer.conversation()).state, "human_active");
  assert.match((await toldOwner(shop)).at(-1) ?? "", /boiler service please/);
});

test("card numbers are neither stored nor told to the owner", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("boiler service thursday at 10, card 4242 4242 4242 4242");
  const stored = await inside(frontdesk, shop.id, async (ctx) => ({
    messages: await ctx.db.from("sms_messages").select("body").execute(),
    dialogues: await ctx.db.from("receptionist_dialogues").select("memo").execute(),
    events: await ctx.db.from("lead_events").select(["summary", "details"]).execute(),
  }));
  assert.doesNotMatch(JSON.stringify(stored), /4242/);
  assert.doesNotMatch((await toldOwner(shop)).join(" "), /4242/);
});

test("a person's job never runs for a workspace that has no such conversation", async () => {
  const shop = await plumber(frontdesk);
  const outcome = await frontdesk.app.inWorkspace(
    {
      workspaceId: shop.id,
      actor: systemActor(shop.id),
      operation: "test",
      surface: "test",
      requestId: "test",
    },
    (ctx) => {
      ctx.enqueue(replyToCustomer, { conversationId: "019cadc6-9a80-7731-9b5f-b8a8b791b544" });
      return Promise.resolve("queued");
    },
  );
  await frontdesk.settle();
  assert.equal(outcome, "queued");
});
