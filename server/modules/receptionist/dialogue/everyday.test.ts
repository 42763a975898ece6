/** How people really text: corrections, deadlines, half sentences, questions besides the point. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { respondLocally } from "./local/local.ts";
import { clinic, plumber, rehearse, salon } from "./rehearsal.ts";
import { details, dialogue } from "./scripted.ts";

dialogue("not Thursday, the Friday of that week", {}, [
  ["tap repair", /Which suits you/],
  ["can u do half past 3 next thursday", /Thu 12 Mar at 3:30 PM is free/],
  ["not thursday, the friday", /Fri 13 Mar at 3:30 PM is free/],
  [details, /To confirm/],
  ["yes", /You're booked/],
], [{ service: "tap", at: "2026-03-13T15:30Z" }]); // prettier-ignore

dialogue("not Friday the 13th, the Monday after", {}, [
  ["tap repair on Friday the 13th", /Fri 13 Mar/],
  ["not friday the monday", /Mon 16 Mar/],
  ["sorry, i meant the friday", /Fri (?:13|20) Mar/],
]); // prettier-ignore

dialogue("a part of the day beats what was offered that day", {}, [
  ["tap repair", /Tue 3 Mar at 8:00 AM/],
  ["ok. could you come tomorrow after lunch?", /I have Tue 3 Mar at 1:00 PM(?!.*8:00 AM)/],
  ["9 on wednesday", /Wed 4 Mar at 9:00 AM is free/],
  ["3 on friday", /Fri 6 Mar at 3:00 PM is free/],
]); // prettier-ignore

test("deadlines and beginnings bound the offers", async () => {
  for (const [said, from, to] of [
    ["boiler service any time before Thursday", "2026-03-02", "2026-03-05"],
    ["boiler service by the 6th", "2026-03-02", "2026-03-07"],
    ["boiler service after the 10th", "2026-03-11", "2026-03-25"],
    ["boiler service, not before next wednesday", "2026-03-11", "2026-03-25"],
    ["boiler service after friday at 3pm", "2026-03-07", "2026-03-21"],
  ] as const) {
    const { suggestedSlots, reply } = await rehearse(respondLocally).say(said);
    assert.ok(suggestedSlots.length > 0, reply);
    for (const { startsAt } of suggestedSlots) {
      const iso = startsAt.toISOString();
      assert.ok(iso >= from && iso < to, `${said}: ${reply}`);
    }
  }
});

const late = { ...salon, hours: [1, 2, 3, 4, 5].map((day) => ({ day, start: "12:00", end: "21:00" })) };
const early = { ...salon, hours: [1, 2, 3, 4, 5].map((day) => ({ day, start: "06:00", end: "14:00" })) };
dialogue("seven is in the evening where evenings are worked", { business: late }, [
  ["haircut tomorrow at 7", /Tue 3 Mar at 7:00 PM is free/],
]); // prettier-ignore
dialogue("seven and six are in the morning where mornings are worked", { business: early }, [
  ["haircut tomorrow at 7", /Tue 3 Mar at 7:00 AM is free/],
  ["6:30?", /Tue 3 Mar at 6:30 AM is free/],
]); // prettier-ignore
dialogue("what was said with am or pm stays", { business: early }, [
  ["haircut tomorrow at 7pm", /7:00 PM isn't free/],
]); // prettier-ignore

dialogue("several questions in one text", { business: salon }, [
  ["hi can i get highlights sat and how much is it and how long does it take", /Full colour is £85 to £140 per visit\. We set aside 1 hour for Full colour\. I have Sat 7 Mar/],
  ["10am", /Sat 7 Mar at 10:00 AM is free\. What's your name\?/],
  ["actually just a cut", /Sat 7 Mar at 10:00 AM is free\. What's your name\?/],
  ["its mia", /To confirm: Cut and blow dry on Sat 7 Mar at 10:00 AM for Mia/],
  ["yeah go on", /You're booked/],
], [{ service: "cut", at: "2026-03-07T10:00Z" }]); // prettier-ignore

dialogue("questions in the middle of it", {}, [
  ["boiler service thurs 10am", /is free\. What's your name/],
  ["how long does it take?", /^We set aside 1 hour for Boiler service\. What's your name/],
  ["is that a fixed price", /only give a range/],
  ["can I get a discount?", /^I can't agree discounts here; Olive is the one to ask/],
  ["do you take cards?", /can't answer/],
  [details, /To confirm/],
  ["yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("you choose", { business: salon }, [
  ["haircut pls", /Which suits you/],
  ["whenever", /Which suits you/],
  ["you choose", /Mon 2 Mar at 10:00 AM is free/],
]); // prettier-ignore

dialogue("the earliest", { business: clinic }, [
  ["hi whats the earliest you can see me", /Mon 2 Mar at 9:00 AM/],
  ["the earliest", /Mon 2 Mar at 9:00 AM is free/],
  ["its ana ruiz", /for Ana Ruiz/],
  ["yea book it", /You're booked/],
], [{ service: "checkup", at: "2026-03-02T17:00Z" }]); // prettier-ignore

dialogue("another day, then a pause, then the first", {}, [
  ["drain cleaning thursday", /Thu 5 Mar/],
  ["any other day?", /I have (?!.*Thu 5)/],
  ["hmm let me check with my wife", /take your time\. Nothing is booked/],
  ["ok the first", /Mon 2 Mar at 10:00 AM is free/],
]); // prettier-ignore

dialogue("next week sometime, same time next day", {}, [
  ["boiler service next week sometime", /Mon 9 Mar/],
  ["the first one", /Mon 9 Mar at 8:00 AM is free/],
  ["same time next day?", /Tue 10 Mar at 8:00 AM is free/],
]); // prettier-ignore

dialogue("a weekday belongs to the span on the table", { business: clinic }, [
  ["appointment pls", /Which suits you/],
  ["not this week", /I have (?:Mon|Tue) (?:9|10) Mar/],
  ["next week then", /Mon 9 Mar/],
  ["friday", /Fri 13 Mar/],
  ["4 ok?", /Fri 13 Mar at 4:00 PM is free/],
]); // prettier-ignore

dialogue("the week of a day, and a range of hours before the day", {}, [
  ["the week of the 16th for a boiler service", /Mon 16 Mar/],
  ["weds at 1", /Wed 18 Mar at 1:00 PM is free/],
  ["9-11 on the 20th", /I have Fri 20 Mar at 9:00 AM(?!.*PM)/],
]); // prettier-ignore

dialogue("the time first, the job last", {}, [
  ["Can I book for Sunday at 8pm?", /Which one do you need/],
  ["what about saturday then", /^Noted\. And which one do you need/],
  ["yes 10am", /^Noted\. And which one do you need/],
  ["the drain", /Sat 7 Mar at 10:00 AM is free/],
  [details, /To confirm/],
  ["yes", /You're booked/],
], [{ service: "drain", at: "2026-03-07T10:00Z" }]); // prettier-ignore

dialogue("what was turned down can still be taken", {}, [
  ["tap repair asap", /Mon 2 Mar at 10:00 AM, 10:30 AM/],
  ["sooner?", /nothing is free then/],
  ["the 10:30 today", /Mon 2 Mar at 10:30 AM is free/],
  ["why do you need my address?", /know who and where to come to/],
]); // prettier-ignore

test("questions about a price there is none for name no price", async () => {
  for (const [business, said] of [
    [salon, "how much for a perm"],
    [plumber, "how much to fit a new bathroom?"],
    [plumber, "what's your call out fee"],
    [salon, "do i have to pay a deposit"],
    [clinic, "how much is a check up"],
    [plumber, "Can you quote me for a new boiler"],
  ] as const) {
    const { reply, escalate } = await rehearse(respondLocally, { business }).say(said);
    assert.match(reply, /don't have a price.*Olive/, said);
    assert.doesNotMatch(reply, /[£$]\d/);
    assert.equal(escalate, false);
  }
});

test("what it cannot know it does not make up", async () => {
  for (const [business, said, expected] of [
    [plumber, "do you take cards?", /^I can't answer your question here; Olive is the best to ask\. I can help/],
    [salon, "where are you based", /address.*Olive can tell you/],
    [salon, "do you do nails?", /can't see that on our list; Olive can tell you\. I can book Cut/],
    [plumber, "how long does it take", /depends on the job/],
    [plumber, "who is this?", /^This is the AI assistant for Pipe Works/],
    [plumber, "sorry wrong number mate", /^No problem, sorry to have troubled you\.$/],
    [clinic, "do you take new patients", /can't answer/],
    [salon, "are you open on saturday?", /^We're open .*PM\.$/],
    [salon, "is Jess working saturday?", /can't answer|We're open/],
    [plumber, "no", /^No problem/],
    [plumber, "😀😀", /didn't quite get that/],
    [salon, "can I have a cut with Jess on thursday?", /can't promise who it will be, but I've noted that you asked for Jess\. I have Thu 5 Mar/],
  ] as const) {
    const { reply, actions, escalate } = await rehearse(respondLocally, { business }).say(said);
    assert.match(reply, expected, said);
    assert.deepEqual([actions, escalate], [[], false], said);
  }
}); // prettier-ignore

test("the wish for somebody goes with the booking", async () => {
  const script = rehearse(respondLocally, { business: salon });
  await script.say("can I have a cut with Jess on thursday at 2pm, my name is Mia Chen");
  const { actions } = await script.say("yes");
  const [made] = actions;
  assert.ok(made?.kind === "book");
  assert.match(made.notes ?? "", /with Jess/);
});

test("another language, a complaint, somebody late: a person", async () => {
  for (const [said, expected] of [
    ["Bonjour, je voudrais un rendez-vous demain matin", /only read English/],
    ["Hola, necesito un plomero mañana por favor", /only read English/],
    ["Ich brauche bitte einen Termin", /only read English/],
    ["Здравствуйте, можно записаться?", /only read English/],
    ["I have a complaint about last week's visit", /sorry to hear that/],
    ["I want a refund", /sorry to hear that/],
    ["running a bit late sorry", /passed that on to Olive/],
  ] as const) {
    const { reply, escalate, actions } = await rehearse(respondLocally).say(said);
    assert.match(reply, expected, said);
    assert.deepEqual([escalate, actions], [true, []], said);
  }
});

test("English with a word of another language is English", async () => {
  for (const said of [
    "hola! can I get a boiler service on thursday",
    "Hi it's Maria de la Cruz, boiler service on thursday please",
    "merci, see you then",
  ]) {
    const { escalate } = await rehearse(respondLocally).say(said);
    assert.equal(escalate, false, said);
  }
});
