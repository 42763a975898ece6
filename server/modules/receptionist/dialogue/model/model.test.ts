import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createLog } from "../../../../kernel/log.ts";
import { createOpenAiCompatibleModel } from "../../../../providers/language-model/openai-compatible.ts";
import { openAiFormat, startLoopbackModel } from "../../../../providers/language-model/loopback-model.ts";
import { rehearse } from "../rehearsal.ts";
import { respond } from "../respond.ts";
import type { Turn } from "../turn.ts";

const loopback = await startLoopbackModel(openAiFormat);
after(() => loopback.close());
const model = createOpenAiCompatibleModel({
  apiKey: "test",
  model: "scripted",
  baseUrl: loopback.url,
  timeoutMs: 5000,
  maxRetries: 0,
});
const log = createLog("silent");

const withModel = (turn: Turn) => respond(turn, model, log);
const boiler = { service_id: "boiler", from_date: "2026-03-05" };
const look = { calls: [{ name: "free_slots", input: boiler }] };
const readBack =
  "To confirm: Boiler service on Thu 5 Mar at 10:00 AM for Sam Jones at 12 Acacia Avenue, LS1 4AP. Shall I book it?";
const asked = "boiler service thursday at 10am please, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP";
const bookIt = {
  name: "book",
  input: { service_id: "boiler", starts_at: "2026-03-05T10:00:00.000Z", name: "Sam Jones" },
};

test("the model looks up slots, reads back and books after a clear yes", async () => {
  const script = rehearse(withModel, { disclose: true });
  loopback.play(look, { text: readBack });
  const first = await script.say(asked);
  assert.equal(first.reply, `Hi, this is the AI assistant for Pipe Works. ${readBack}`);
  assert.deepEqual(first.actions, []);
  assert.equal(first.suggestedSlots[0]?.startsAt.toISOString(), "2026-03-05T10:00:00.000Z");
  const seen = loopback.seen.at(-1);
  assert.ok(seen?.toolNames.includes("book"));
  assert.match(seen?.system ?? "", /Pipe Works/);
  loopback.play({ calls: [bookIt] }, { text: "You're booked for Thu 5 Mar at 10:00 AM, Sam. See you then!" });
  const second = await script.say("yes please");
  assert.equal(second.actions[0]?.kind, "book");
  assert.equal(second.reply, "You're booked for Thu 5 Mar at 10:00 AM, Sam. See you then!");
  assert.equal(script.bookings.length, 1);
});

test("a model that books without a yes is refused, and its claim is not sent", async () => {
  for (const said of [asked, "maybe", "how much is it?"]) {
    const script = rehearse(withModel);
    loopback.play(look, { text: readBack });
    if (said !== asked) await script.say(asked);
    loopback.play({ calls: [bookIt] }, { text: "You're booked for Thu 5 Mar at 10:00 AM." });
    const { reply, actions } = await script.say(said);
    assert.deepEqual(actions, [], said);
    assert.doesNotMatch(reply, /You're booked/, said);
    assert.match(loopback.seen.at(-1)?.results[0]?.text ?? "", /clear yes/);
  }
});

test("an invented price never reaches the customer", async () => {
  for (const text of [
    "That would be £99.",
    "Drain cleaning costs 50 pounds.",
    "It's about £150, all in.",
    "I can give you a 10% discount.",
  ]) {
    loopback.play({ text });
    const { reply } = await rehearse(withModel).say("how much is drain cleaning?");
    assert.match(reply, /£95 to £180 per job/, text);
    assert.doesNotMatch(reply, /£99|50 pounds|£150|discount/);
  }
  loopback.play(
    { calls: [{ name: "price_range", input: { service_id: "drain" } }] },
    { text: "It's £95 to £180 per job." },
  );
  const honest = await rehearse(withModel).say("how much is drain cleaning?");
  assert.equal(honest.reply, "It's £95 to £180 per job.");
  assert.equal(honest.intent, "PROVIDE_PRICE_RANGE");
});

test("an invented slot never reaches the customer", async () => {
  for (const text of [
    "I have Sun 8 Mar at 7:00 AM. Does that suit you?",
    "We can come tomorrow at 6am.",
    "How about Thu 5 Mar at 10:15 AM?",
    "Thu 5 Mar at 9:00 PM works, shall I book it?",
  ]) {
    loopback.play(look, { text });
    const { reply, suggestedSlots } = await rehearse(withModel).say("boiler service on thursday please");
    assert.notEqual(reply, text);
    assert.match(reply, /Thu 5 Mar at 8:00 AM/);
    assert.ok(suggestedSlots.length > 0);
  }
});

test("a booking of a time that is not free is refused", async () => {
  const script = rehearse(withModel);
  loopback.play(look, { text: readBack });
  await script.say(asked);
  script.take("2026-03-05T10:00Z");
  loopback.play({ calls: [bookIt] }, { text: "You're booked for Thu 5 Mar at 10:00 AM." });
  const { reply, actions } = await script.say("yes");
  assert.deepEqual(actions, []);
  assert.match(reply, /Thu 5 Mar at 10:00 AM isn't free/);
});

test("claims of deeds that were not done are not sent", async () => {
  for (const text of ["Your booking is cancelled.", "I've moved it for you.", "You're all set!"]) {
    loopback.play({ text });
    const { reply } = await rehearse(withModel).say("can you sort it out for me");
    assert.notEqual(reply, text);
  }
});

test("moving and cancelling need a yes too", async () => {
  const script = rehearse(withModel);
  loopback.play(look, { text: readBack });
  await script.say(asked);
  loopback.play({ calls: [bookIt] }, { text: "You're booked for Thu 5 Mar at 10:00 AM." });
  await script.say("yes");
  const cancel = { name: "cancel", input: { booking_id: "booking-1" } };
  loopback.play(
    { calls: [cancel] },
    { text: "Shall I cancel your Boiler service on Thu 5 Mar at 10:00 AM?" },
  );
  assert.deepEqual((await script.say("I want to cancel")).actions, []);
  loopback.play({ calls: [cancel] }, { text: "Done, it is cancelled." });
  const done = await script.say("yes");
  assert.deepEqual(done.actions, [{ kind: "cancel", bookingId: "booking-1" }]);
  assert.equal(done.reply, "Done, it is cancelled.");
});

test("handing over escalates", async () => {
  loopback.play(
    { calls: [{ name: "hand_over", input: { reason: "insurance question" } }] },
    { text: "I've passed this on and a person will get back to you." },
  );
  const { escalate, reason, intent } = await rehearse(withModel).say("are you insured for listed buildings?");
  assert.deepEqual([escalate, reason, intent], [true, "insurance question", "ESCALATE"]);
});

test("danger is never left to a model", async () => {
  const before = loopback.seen.length;
  const { reply, urgent } = await rehearse(withModel).say("I smell gas");
  assert.match(reply, /outside/);
  assert.equal(urgent, true);
  assert.equal(loopback.seen.length, before, "it was not even asked");
});

test("a model that fails, times out or says nothing usable: the local receptionist answers", async () => {
  const failures = [
    { reply: { status: 500, json: {} } },
    { refused: true },
    { text: "" },
    { text: "x".repeat(900) },
    { cutShort: true, text: "I have" },
  ];
  for (const failure of failures) {
    loopback.play(failure as never);
    const { reply } = await rehearse(withModel).say("boiler service thursday at 10am");
    assert.match(reply, /Thu 5 Mar at 10:00 AM is free/);
  }
});

test("card numbers do not go to the model or come back", async () => {
  loopback.play({ text: "I will not keep card 4242 4242 4242 4242." });
  const { reply, safety } = await rehearse(withModel).say(
    "my card is 4242 4242 4242 4242, boiler service please",
  );
  assert.doesNotMatch(reply, /4242/);
  assert.ok(safety.redactions.includes("card_number"));
});
