import assert from "node:assert/strict";
import { test } from "node:test";
import { respondLocally } from "./local/local.ts";
import { clinic, plumber, rehearse, salon } from "./rehearsal.ts";
import { details, dialogue } from "./scripted.ts";

dialogue("all at once", {}, [
  ["Hi, my drain is blocked. Could somebody come on Thursday at 3pm? I'm Sam Jones, 12 Acacia Avenue, LS1 4AP", /To confirm: Drain cleaning on Thu 5 Mar at 3:00 PM for Sam Jones at 12 Acacia Avenue, LS1 4AP/],
  ["yes please", /You're booked: Drain cleaning on Thu 5 Mar at 3:00 PM/],
], [{ service: "drain", at: "2026-03-05T15:00Z" }]); // prettier-ignore

dialogue("bit by bit, in several texts", {}, [
  [["hello", "sink is blocked", "quite bad"], /Drain cleaning/],
  ["any time after lunch tomorrow", /Tue 3 Mar at 1:00 PM/],
  ["the second one", /What's your name, and the address with postcode/],
  [["sam jones", "12 acacia avenue", "ls1 4ap"], /for .*am .*ones at 12 acacia avenue/i],
  ["yep", /You're booked/],
], [{ service: "drain", at: "2026-03-03T15:00Z" }]); // prettier-ignore

dialogue("typos", {}, [
  ["helo can u clen my dran on thurday at 3 pm plz", /Thu 5 Mar at 3:00 PM/],
  [details, /To confirm/],
  ["yess", /You're booked/],
  ["yes", /See you on Thu 5 Mar at 3:00 PM/],
], [{ service: "drain", at: "2026-03-05T15:00Z" }]); // prettier-ignore

dialogue("not Friday, the Monday", {}, [
  ["boiler service on friday please", /Fri 6 Mar/],
  ["not Friday, the Monday", /Mon 9 Mar/],
  ["half past 3", /Mon 9 Mar at 3:30 PM is free/],
  [details, /To confirm/],
  ["go ahead", /You're booked/],
], [{ service: "boiler", at: "2026-03-09T15:30Z" }]); // prettier-ignore

dialogue("a change of mind at the read-back", {}, [
  ["boiler service wednesday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP", /Wed 4 Mar at 10:00 AM.*Shall I book it/],
  ["yes but make it 11", /Wed 4 Mar at 11:00 AM.*Shall I book it/],
  ["actually friday", /Fri 6 Mar at 11:00 AM.*Shall I book it/],
  ["yes that's right", /You're booked.*Fri 6 Mar at 11:00 AM/],
], [{ service: "boiler", at: "2026-03-06T11:00Z" }]); // prettier-ignore

dialogue("a change of service", {}, [
  ["boiler service tomorrow at 2pm", /Tue 3 Mar at 2:00 PM is free/],
  ["sorry I meant tap repair", /Tue 3 Mar at 2:00 PM is free/],
  [details, /To confirm: Tap repair/],
  ["yes", /You're booked: Tap repair/],
], [{ service: "tap", at: "2026-03-03T14:00Z" }]); // prettier-ignore

dialogue("a maybe is not a yes", {}, [
  ["boiler service thursday at 9am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP", /Shall I book it/],
  ["maybe", /clear yes/],
  ["ok yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T09:00Z" }]); // prettier-ignore

dialogue("a no books nothing", {}, [
  ["boiler service thursday at 9am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP", /Shall I book it/],
  ["no", /haven't booked anything/],
  ["no thanks, leave it", /nothing is booked/i],
]); // prettier-ignore

dialogue("none of those", {}, [
  ["boiler service thursday", /Thu 5 Mar at 8:00 AM/],
  ["none of those", /I have (?!.*at 8:00 AM)/],
  ["do you have anything on saturday?", /Sat 7 Mar/],
  ["10 on saturday", /Sat 7 Mar/],
]); // prettier-ignore

dialogue("the slot is taken: real ones nearby", { taken: ["2026-03-05T15:00Z"] }, [
  ["drain cleaning thursday 3pm", /Thu 5 Mar at 3:00 PM isn't free\. I have Thu 5 Mar at 1:30 PM, 2:00 PM or 4:00 PM/],
  ["4 works", /Thu 5 Mar at 4:00 PM is free/],
  [details, /To confirm/],
  ["yes", /You're booked/],
], [{ service: "drain", at: "2026-03-05T16:00Z" }]); // prettier-ignore

dialogue("a day nobody works", {}, [
  ["boiler service on sunday", /nothing is free on Sun 8 Mar\. I have Sat 7 Mar/],
]); // prettier-ignore

dialogue("as soon as possible", {}, [
  ["my tap is dripping, can you come as soon as possible", /Mon 2 Mar at 10:00 AM/],
  ["the first one please", /Mon 2 Mar at 10:00 AM is free/],
]); // prettier-ignore

dialogue("a time without a day", {}, [
  ["boiler service at 4pm", /at 4:00 PM/],
  ["tomorrow", /Tue 3 Mar at 4:00 PM is free/],
]); // prettier-ignore

dialogue("next week", {}, [
  ["can I get a boiler service next week?", /Mon 9 Mar.*Tue 10 Mar/],
  ["tuesday at 9", /Tue 10 Mar at 9:00 AM is free/],
]); // prettier-ignore

dialogue("prices are ranges with units", {}, [
  ["how much is drain cleaning?", /^Drain cleaning is £95 to £180 per job\. Would you like me to find you a time\?$/],
  ["exactly how much?", /£95 to £180.*only give a range/],
  ["what about a boiler service?", /Boiler service/],
  ["how much do you charge for tap repair?", /don't have a price.*Olive/],
]); // prettier-ignore

dialogue("a price in the middle of booking", {}, [
  ["boiler service thursday at 10am", /Thu 5 Mar at 10:00 AM is free\. What's your name/],
  ["how much will it be?", /£80 to £120 per visit.*What's your name/],
  [details, /Shall I book it/],
  ["yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("yes to a time after a price", {}, [
  ["how much is a boiler service?", /£80 to £120/],
  ["yes please", /I have .* for Boiler service/],
]); // prettier-ignore

dialogue("hours and area", {}, [
  ["when are you open?", /Mon to Fri 8:00 AM to 6:00 PM, Sat 9:00 AM to 1:00 PM/],
  ["do you cover LS6 2AB?", /Yes, we cover LS6 2AB/],
  ["do you cover M1 1AA?", /M1 1AA is outside/],
  ["and what about BD1 1AA?", /Yes, we cover BD1 1AA/],
]); // prettier-ignore

dialogue("an address outside the area is not booked", {}, [
  ["drain cleaning thursday at 10am", /What's your name/],
  ["Sam Jones, 4 Mill Lane, M1 1AA", /M1 1AA is outside the area we cover/],
  ["oh, then 12 Acacia Avenue, LS1 4AP", /Shall I book it/],
  ["yes", /You're booked/],
], [{ service: "drain", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("move and cancel", {}, [
  ["boiler service thursday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP", /Shall I book it/],
  ["yes", /You're booked/],
  ["thanks!", /See you on Thu 5 Mar at 10:00 AM/],
  ["can I move it to friday at 2?", /Shall I move your Boiler service from Thu 5 Mar at 10:00 AM to Fri 6 Mar at 2:00 PM/],
  ["yes", /moved to Fri 6 Mar at 2:00 PM/],
  ["I can't make it on friday after all, can we do monday at 9?", /Mon 9 Mar at 9:00 AM/],
  ["perfect", /moved to Mon 9 Mar at 9:00 AM/],
], [{ service: "boiler", at: "2026-03-09T09:00Z" }]); // prettier-ignore

dialogue("make it later the same day", {}, [
  ["boiler service thursday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP"],
  ["yes"],
  ["can we change my appointment to 4pm?", /from Thu 5 Mar at 10:00 AM to Thu 5 Mar at 4:00 PM/],
  ["no, leave it", /stays as it is/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("cancel asks first", {}, [
  ["boiler service thursday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP"],
  ["yes"],
  ["I need to cancel my appointment", /Boiler service on Thu 5 Mar at 10:00 AM\. Shall I cancel it/],
  ["no wait, keep it", /stays as it is/],
  ["please cancel my appointment", /Shall I cancel it/],
  ["yes", /is cancelled/],
]); // prettier-ignore

dialogue("which of two", {}, [
  ["boiler service thursday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP"],
  ["yes"],
  ["also tap repair on friday at 11am", /Tap repair on Fri 6 Mar at 11:00 AM.*Shall I book it/],
  ["yes", /You're booked: Tap repair/],
  ["I want to cancel a booking", /Which one .*1\) Boiler service on Thu 5 Mar at 10:00 AM, 2\) Tap repair/],
  ["the second one", /Tap repair on Fri 6 Mar at 11:00 AM\. Shall I cancel it/],
  ["yes", /Tap repair .* is cancelled/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("asking about, and moving, what is booked in other words", {}, [
  ["boiler service thursday at noon, I'm Al, 12 Acacia Avenue, LS1 4AP", /Thu 5 Mar at 12:00 PM.*Shall I book it/],
  ["Yes. Can I pay by card?", /can't answer your question.*You're booked/],
  ["what time is my appointment?", /^You're booked for Boiler service on Thu 5 Mar at 12:00 PM\.$/],
  ["actually make it 1pm", /Shall I move .* to Thu 5 Mar at 1:00 PM/],
  ["yes", /moved to Thu 5 Mar at 1:00 PM/],
], [{ service: "boiler", at: "2026-03-05T13:00Z" }]); // prettier-ignore

dialogue("later, earlier, any", {}, [
  ["boiler service on thursday morning", /Thu 5 Mar at 8:00 AM/],
  ["anything later?", /Thu 5 Mar at 12:00 PM/],
  ["any", /Thu 5 Mar at 12:00 PM is free/],
]); // prettier-ignore

dialogue("a question it cannot answer does not lose the thread", {}, [
  ["boiler service on thursday at 10", /Thu 5 Mar at 10:00 AM is free\. What's your name/],
  ["who will come?", /can't answer your question here; Olive is the best to ask\. .*[Ww]hat's your name/],
  [details, /Shall I book it/],
  ["yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("for somebody else", {}, [
  ["can I book a boiler service for my mum, wed 2pm", /Wed 4 Mar at 2:00 PM is free/],
  ["her name is Rose Day, 22 Park Road LS8 1AA", /To confirm: .*for Rose Day at 22 Park Road, LS8 1AA/],
  ["yes thanks", /You're booked/],
], [{ service: "boiler", at: "2026-03-04T14:00Z" }]); // prettier-ignore

dialogue("nothing to cancel", {}, [
  ["I'd like to cancel my appointment", /can't find a coming booking/],
]); // prettier-ignore

dialogue("a salon asks for no address", { business: salon }, [
  ["hiya, can I get a haircut on saturday morning?", /Sat 7 Mar/],
  ["10am", /Sat 7 Mar at 10:00 AM is free\. What's your name\?/],
  ["Priya", /To confirm: Cut and blow dry on Sat 7 Mar at 10:00 AM for Priya\. Shall I book it/],
  ["perfect", /You're booked/],
], [{ service: "cut", at: "2026-03-07T10:00Z" }]); // prettier-ignore

dialogue("a salon: price, then colour, then another day", { business: salon }, [
  ["what do you charge for highlights", /Full colour is £85 to £140 per visit/],
  ["ok thursday at 2 please, it's for Mia Chen", /Thu 5 Mar at 2:00 PM/],
  ["my name is Mia Chen", /To confirm: Full colour on Thu 5 Mar at 2:00 PM for Mia Chen/],
  ["hmm can we do friday instead", /Fri 6 Mar at 2:00 PM.*Shall I book it/],
  ["yes book it", /You're booked: Full colour on Fri 6 Mar at 2:00 PM/],
], [{ service: "colour", at: "2026-03-06T14:00Z" }]); // prettier-ignore

dialogue("a clinic with one service, in its own zone", { business: clinic }, [
  ["my teeth are aching, can I come in on thursday at 11 in the morning", /Thu 5 Mar at 11:00 AM is free\. What's your name/],
  ["I'm Dana Scott", /To confirm: Dental check-up on Thu 5 Mar at 11:00 AM for Dana Scott/],
  ["sounds good", /You're booked/],
], [{ service: "checkup", at: "2026-03-05T19:00Z" }]); // prettier-ignore

dialogue("after the clocks change the wall time stays", { business: clinic }, [
  ["appointment on the 12th of march at 10am, my name is Dana Scott", /Thu 12 Mar at 10:00 AM/],
  ["yes", /You're booked/],
], [{ service: "checkup", at: "2026-03-12T17:00Z" }]); // prettier-ignore

dialogue("greetings, thanks and goodbyes", {}, [
  ["hello", /How can I help|Drain cleaning/i],
  ["thanks, that's all", /welcome/],
  ["bye", /welcome/],
]); // prettier-ignore

test("emergencies: a safety line and a person at once", async () => {
  for (const [said, line] of [
    ["I can smell gas in the hallway", /outside.*999/],
    ["a pipe burst and there's water everywhere", /stop tap/],
    ["there are sparks coming from the boiler", /switch the power off/],
  ] as [string, RegExp][]) {
    const { reply, escalate, urgent, intent } = await rehearse(respondLocally).say(said);
    assert.match(reply, line);
    assert.deepEqual([escalate, urgent, intent], [true, true, "ESCALATE"]);
  }
});

test("abuse: one calm line, then a person", async () => {
  const script = rehearse(respondLocally);
  const calm = await script.say("you are a bunch of useless idiots");
  assert.equal(calm.escalate, false);
  assert.match(calm.reply, /do my best/);
  const over = await script.say("fuck you");
  assert.equal(over.escalate, true);
});

test("asking for a person, and asking whether it is one", async () => {
  const person = await rehearse(respondLocally).say("can I speak to a real person please");
  assert.equal(person.escalate, true);
  assert.match(person.reply, /person will get back to you/);
  const robot = await rehearse(respondLocally).say("are you a bot?");
  assert.match(robot.reply, /AI assistant/);
  assert.equal(robot.escalate, false);
});

test("two turns that make no sense end with a person", async () => {
  const script = rehearse(respondLocally);
  assert.equal((await script.say("asdf ghjk")).escalate, false);
  assert.equal((await script.say("qwerty zxcv")).escalate, true);
});

test("it says it is an AI in its first message only", async () => {
  const script = rehearse(respondLocally, { disclose: true });
  assert.match((await script.say("hi")).reply, /^Hi, this is the AI assistant for Pipe Works\. /);
  assert.doesNotMatch((await script.say("boiler service thursday")).reply, /AI/);
});

test("a slot that goes while the customer thinks is not booked", async () => {
  const script = rehearse(respondLocally);
  await script.say("boiler service thursday at 10am, I'm Sam Jones, 12 Acacia Avenue, LS1 4AP");
  script.take("2026-03-05T10:00Z");
  const { reply, actions } = await script.say("yes");
  assert.deepEqual(actions, []);
  assert.match(reply, /Thu 5 Mar at 10:00 AM isn't free/);
});

test("card numbers are neither repeated nor kept", async () => {
  const script = rehearse(respondLocally);
  const { reply, memo, safety } = await script.say(
    "please book a boiler service thursday at 10, card 4242 4242 4242 4242",
  );
  assert.deepEqual(safety.redactions, ["card_number"]);
  assert.doesNotMatch(reply + JSON.stringify(memo), /4242/);
});

test("from the messages alone it comes to the same end as with what it remembered", async () => {
  const lines = [
    "hi",
    "my sink is blocked, can someone come thursday at 3pm?",
    details,
    "yes but make it 4",
    "yes",
  ];
  const outcomes = [];
  for (const stateless of [false, true]) {
    const script = rehearse(respondLocally, { stateless, disclose: true });
    const replies = [];
    for (const line of lines) replies.push((await script.say(line)).reply);
    outcomes.push({ replies, bookings: script.bookings.map(({ startsAt }) => startsAt) });
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  assert.equal(outcomes[0]?.bookings.length, 1);
});

test("every time it names is a real slot, a booking or an opening hour; every price an end of a range", async () => {
  const openings = [
    "how much and when can you come for a blocked drain",
    "boiler service on the 14th at 12",
    "tap repair saturday evening",
    "drain cleaning at 3am tomorrow",
    "boiler tomorrow between 2 and 4",
  ];
  for (const opening of openings) {
    const { reply, suggestedSlots } = await rehearse(respondLocally).say(opening);
    for (const amount of reply.match(/£[\d.]+/g) ?? [])
      assert.ok(["£95", "£180", "£80", "£120"].includes(amount.replace(/\.$/, "")), reply);
    for (const { startsAt } of suggestedSlots) {
      const hour = startsAt.getUTCHours();
      assert.ok(hour >= 8 && hour < 18 && startsAt.getUTCDay() !== 0, reply);
    }
    const offered = reply.replace(/Sorry,[^.]*\./, "").match(/\d{1,2}:\d{2} [AP]M/g) ?? [];
    assert.equal(offered.length, suggestedSlots.length, reply);
  }
  assert.equal(plumber.services.length, 3);
});
