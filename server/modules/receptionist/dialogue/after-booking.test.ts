/** What customers say once a visit is booked: questions about it, moving it, a second one, calling it off. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { respondLocally } from "./local/local.ts";
import { clinic, plumber, rehearse, salon } from "./rehearsal.ts";
import { details, dialogue } from "./scripted.ts";

type Line = [string, RegExp?];
const boiler: Line[] = [[`boiler service thursday at 10am, I'm ${details}`, /Shall I book it/], ["yes", /booked|All set/]]; // prettier-ignore
const tap: Line[] = [
  ["also tap repair on friday at 11am", /Shall I book it/],
  ["yes", /booked/],
];

for (const confirms of [false, true]) {
  const way = confirms ? "with confirmations" : "without confirmations";

  dialogue(`a price, then another time, ${way}`, { confirms }, [
    ...boiler,
    ["how much will it be?", /^Boiler service is £80 to £120 per visit\.$/],
    ["actually can we make it friday at 2 instead", /Shall I move your Boiler service from Thu 5 Mar at 10:00 AM to Fri 6 Mar at 2:00 PM\?/],
    ["yes", /moved to Fri 6 Mar at 2:00 PM/],
    ["thanks!", /See you on Fri 6 Mar at 2:00 PM/],
  ], [{ service: "boiler", at: "2026-03-06T14:00Z" }]); // prettier-ignore

  dialogue(`just another time, ${way}`, { confirms }, [
    ...boiler,
    ["can you do friday at 2?", /Shall I move your Boiler service from Thu 5 Mar at 10:00 AM to Fri 6 Mar at 2:00 PM\?/],
    ["no", /stays as it is/],
    ["can we make it another time?", /I have .*Which suits you/],
    ["wed 9am", /from Thu 5 Mar at 10:00 AM to Wed 4 Mar at 9:00 AM/],
    ["go ahead", /moved to Wed 4 Mar at 9:00 AM/],
  ], [{ service: "boiler", at: "2026-03-04T09:00Z" }]); // prettier-ignore
}

dialogue("the same service named while moving", {}, [
  ...boiler,
  ["actually can we make the boiler service friday at 2", /Shall I move your Boiler service/],
  ["yes", /is moved/],
], [{ service: "boiler", at: "2026-03-06T14:00Z" }]); // prettier-ignore

dialogue("earlier and later than what is booked", {}, [
  ...boiler,
  ["what time are you coming?", /You're booked for Boiler service on Thu 5 Mar at 10:00 AM/],
  ["can you come earlier?", /I have Thu 5 Mar at 8:00 AM/],
  ["9", /from Thu 5 Mar at 10:00 AM to Thu 5 Mar at 9:00 AM/],
  ["yes", /moved to Thu 5 Mar at 9:00 AM/],
  ["could you make it a bit later", /I have Thu 5 Mar at (?!9:00 AM)/],
  ["leave it", /stays as it is/],
  ["same time next day please", /to Fri 6 Mar at 9:00 AM/],
  ["yep", /moved to Fri 6 Mar at 9:00 AM/],
], [{ service: "boiler", at: "2026-03-06T09:00Z" }]); // prettier-ignore

dialogue("anything sooner, the first one", {}, [
  ...boiler,
  ["do you have anything sooner?", /I have Thu 5 Mar at 8:00 AM/],
  ["the first one", /from Thu 5 Mar at 10:00 AM to Thu 5 Mar at 8:00 AM/],
  ["ok", /moved to Thu 5 Mar at 8:00 AM/],
  ["is it still ok for thursday?", /You're booked for Boiler service on Thu 5 Mar at 8:00 AM/],
  ["can you push it back a week", /Thu 12 Mar/],
  ["8 ok?", /to Thu 12 Mar at 8:00 AM/],
  ["yes", /moved to Thu 12 Mar at 8:00 AM/],
], [{ service: "boiler", at: "2026-03-12T08:00Z" }]); // prettier-ignore

dialogue("another day said to the question whether to cancel moves it", {}, [
  ...boiler,
  ["I can't do thursday anymore", /Shall I (?:cancel|move)|I have/],
  ["next week", /Mon 9 Mar/],
  ["tuesday 9", /Shall I move your Boiler service from Thu 5 Mar at 10:00 AM to Tue 10 Mar at 9:00 AM/],
  ["ok", /moved to Tue 10 Mar/],
], [{ service: "boiler", at: "2026-03-10T09:00Z" }]); // prettier-ignore

dialogue("one more for somebody else", { business: clinic }, [
  ["can my daughter come in on wednesday at 3:30", /What's your name/],
  ["Lily Ruiz", /for Lily Ruiz/],
  ["yes", /You're booked/],
  ["and me too at 4", /I have .*4:00 PM|at 4:00 PM/],
  ["wednesday", /Dental check-up on Wed 4 Mar at 4:00 PM|isn't free/],
], [{ service: "checkup", at: "2026-03-04T23:30Z" }]); // prettier-ignore

dialogue("the same thing again, without saying what for", {}, [
  ...boiler,
  ["I need a boiler service", /^You have Boiler service booked on Thu 5 Mar at 10:00 AM\. Would you like another time for it, or another visit\?$/],
  ["another visit please", /Which one do you need|I have .* for Boiler service/],
  ["the first one", /Shall I book it|free/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("the price of another thing", {}, [
  ...boiler,
  ["what's the price again", /^Boiler service is £80 to £120 per visit\.$/],
  ["and for a drain?", /^Drain cleaning is £95 to £180 per job\. Would you like me to find you a time\?$/],
  ["yes please", /I have .* for Drain cleaning/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

dialogue("no, a second one", {}, [
  ...boiler,
  ["boiler service friday 2pm", /Shall I move/],
  ["no I mean a second one", /To confirm: Boiler service on Fri 6 Mar at 2:00 PM/],
  ["yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }, { service: "boiler", at: "2026-03-06T14:00Z" }]); // prettier-ignore

test("what it cannot change about a booking goes to a person", async () => {
  for (const said of ["actually can i do tap repair instead", "i need to change the address"]) {
    const script = rehearse(respondLocally);
    for (const [line] of boiler) await script.say(line);
    const { reply, escalate, actions } = await script.say(said);
    assert.match(reply, /can't change that part of a booking here/);
    assert.deepEqual([escalate, actions], [true, []]);
  }
});

dialogue("a different service is a new visit", {}, [
  ...boiler,
  ["and my drain is blocked too, can someone look at it friday 9am", /To confirm: Drain cleaning on Fri 6 Mar at 9:00 AM/],
  ["yes", /You're booked: Drain cleaning/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }, { service: "drain", at: "2026-03-06T09:00Z" }]); // prettier-ignore

dialogue("a second visit is a new visit", {}, [
  ...boiler,
  ["can I book another boiler service as well, friday at 1pm", /To confirm: Boiler service on Fri 6 Mar at 1:00 PM/],
  ["yes", /You're booked/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }, { service: "boiler", at: "2026-03-06T13:00Z" }]); // prettier-ignore

dialogue("in the middle of a new visit, another time changes the new one", {}, [
  ...boiler,
  ["also tap repair on friday at 11am", /Tap repair on Fri 6 Mar at 11:00 AM.*Shall I book it/],
  ["actually make it 3pm instead", /Tap repair on Fri 6 Mar at 3:00 PM.*Shall I book it/],
  ["yes", /You're booked: Tap repair/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }, { service: "tap", at: "2026-03-06T15:00Z" }]); // prettier-ignore

dialogue("pleasantries move nothing", {}, [
  ...boiler,
  ["great, see you thursday at 10", /See you on Thu 5 Mar/],
  ["are you open on saturday?", /^We're open [^.]*\.$/],
  ["how long will it take?", /^We set aside 1 hour for Boiler service\.$/],
  ["do i need to bring anything?", /can't answer(?!.*I have)/],
  ["👍", /See you on Thu 5 Mar/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

const which =
  /Which one would you like to cancel: 1\) Boiler service on Thu 5 Mar at 10:00 AM, 2\) Tap repair/;
for (const [said, name] of [
  ["the first", "Boiler service"],
  ["1", "Boiler service"],
  ["2 please", "Tap repair"],
  ["friday's", "Tap repair"],
  ["the tap one", "Tap repair"],
  ["the 11am", "Tap repair"],
] as const) {
  test(`which of two: ${said}`, async () => {
    const script = rehearse(respondLocally);
    for (const [line] of [...boiler, ...tap]) await script.say(line);
    assert.match((await script.say("cancel please")).reply, which);
    assert.match((await script.say("yes")).reply, /Reply 1 or 2: 1\) Boiler/);
    const { reply } = await script.say(said);
    assert.match(reply, new RegExp(`your ${name} on .* Shall I cancel it`));
    assert.deepEqual(
      (await script.say("yes")).actions.map(({ kind }) => kind),
      ["cancel"],
    );
    assert.notEqual(script.bookings[0]?.title, name);
    assert.equal(script.bookings.length, 1);
  });
}

dialogue("both of two", {}, [
  ...boiler, ...tap,
  ["cancel please", which],
  ["both", /Boiler service on Thu 5 Mar at 10:00 AM and Tap repair on Fri 6 Mar at 11:00 AM\. Shall I cancel both/],
  ["yes", /are cancelled/],
]); // prettier-ignore

dialogue("neither of two", {}, [
  ...boiler, ...tap,
  ["cancel please", which],
  ["no, leave them", /stay as they are/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }, { service: "tap", at: "2026-03-06T11:00Z" }]); // prettier-ignore

dialogue("a confirmation that comes anyway is not said twice", { confirms: true }, [
  [`boiler service thursday at 10am, I'm ${details}`, /Shall I book it/],
  ["yes", /^All set, thank you Sam\. A confirmation is on its way\. Is there anything else\?$/],
  ["no that's all", /You're welcome|Great/],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore

test("somebody late is passed on, and nothing moves", async () => {
  for (const [business, wish] of [
    [plumber, `boiler service thursday at 10am, I'm ${details}`],
    [salon, "haircut thursday at 10am, my name is Ann Lee"],
    [clinic, "appointment thursday at 10am, my name is Ann Lee"],
  ] as const) {
    const script = rehearse(respondLocally, { business });
    for (const line of [wish, "yes"]) await script.say(line);
    const { reply, escalate, actions } = await script.say("I'm running 10 mins late");
    assert.match(reply, /letting us know/);
    assert.equal(escalate, true);
    assert.deepEqual(actions, []);
    assert.equal(script.bookings.length, 1);
  }
});

for (const hesitant of ["yes maybe", "yes I guess", "ok, hang on", "sure, if you can do it cheaper"]) {
  dialogue(`not a clear yes: ${hesitant}`, {}, [
    [`boiler service thursday at 10am, I'm ${details}`, /Shall I book it/],
    [hesitant, /./],
  ], []); // prettier-ignore
}

dialogue("asked whether to cancel, they would rather move or keep it", {}, [
  ...boiler,
  ["I need to cancel my appointment", /Shall I cancel it/],
  ["rather than cancel, can we reschedule it to friday at 2?", /Shall I move/],
  ["no, leave it", /./],
  ["I need to cancel my appointment", /Shall I cancel it/],
  ["no, don't cancel", /stays as it is|./],
], [{ service: "boiler", at: "2026-03-05T10:00Z" }]); // prettier-ignore
