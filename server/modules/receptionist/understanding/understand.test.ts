import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type Dialogue, evaluate } from "./evaluation.ts";
import { understand } from "./understand.ts";

const context = { now: new Date("2025-09-10T09:00:00Z"), timeZone: "Europe/London", country: "GB" };
const SERVICES = [
  { id: "boiler", name: "Boiler service", keywords: ["boiler", "heating", "annual service"] },
  {
    id: "drain",
    name: "Drain unblocking",
    keywords: ["blocked drain", "blocked sink", "clogged", "toilet blocked"],
  },
  { id: "tap", name: "Tap repair", keywords: ["dripping tap", "leaking faucet", "tap"] },
  { id: "heater", name: "Water heater installation", keywords: ["hot water", "water heater"] },
];

test("the slot picked among those offered", () => {
  const previousAssistantText = "I have Thursday at 9:00, Thursday at 11:30 or Friday at 2 pm.";
  const rows: [string, number | undefined][] = [
    ["the second one", 2],
    ["the first one please", 1],
    ["the first", 1],
    ["second please", 2],
    ["option 2", 2],
    ["number 3", 3],
    ["#1", 1],
    ["I'll take the third", 3],
    ["the last one", 3],
    ["the 2nd one works", 2],
    ["first option", 1],
    ["the latter", 3],
    ["the earlier one", 1],
    ["the 2nd of October", undefined],
    ["middle one", 2],
    ["the last one's fine", 3],
    ["none of them", undefined],
    ["can you give me a second", undefined],
    ["yes", undefined],
  ];
  for (const [phrase, choice] of rows)
    assert.deepEqual(
      [phrase, understand(phrase, { ...context, previousAssistantText }).choice],
      [phrase, choice],
    );
  const numbered = "1) Thu 9:00 2) Thu 11:30 3) Fri 14:00";
  assert.equal(understand("2", { ...context, previousAssistantText: numbered }).choice, 2);
  assert.equal(understand("2", { ...context, previousAssistantText: numbered }).time, undefined);
  assert.equal(understand("the 2 o'clock", { ...context, previousAssistantText }).time?.time, "14:00");
});

test("services by their words", () => {
  const rows: [string, string | undefined][] = [
    ["my boiler needs a service", "boiler"],
    ["boilr servicing please", "boiler"],
    ["the sink is blocked", "drain"],
    ["I've got a clogged drain", "drain"],
    ["dripping taps in the bathroom", "tap"],
    ["leaky faucet", "tap"],
    ["we have no hot water", "heater"],
    ["want a new water heater installed", "heater"],
    ["what time do you open", undefined],
    ["yes please", undefined],
  ];
  for (const [phrase, id] of rows)
    assert.deepEqual(
      [phrase, understand(phrase, { ...context, services: SERVICES }).service?.id],
      [phrase, id],
    );
});

test("names", () => {
  const rows: [string, string | undefined, string?][] = [
    ["I'm Sam", "Sam"],
    ["Hi, my name is Priya Patel and I need a plumber", "Priya Patel"],
    ["It's Jo here", "Jo"],
    ["this is Dave from number 12", "Dave"],
    ["my name's Liam O'Connor", "Liam O'Connor"],
    ["name is Ana", "Ana"],
    ["i'm sam", "Sam"],
    ["my name is maria gomez", "Maria Gomez"],
    ["Jo here, the tap is dripping", "Jo"],
    ["call me Ken", "Ken"],
    ["Sam Jones", "Sam Jones", "Who am I speaking with?"],
    ["it's Li Wei", "Li Wei", "Could I take your name please?"],
    ["I'm looking for a plumber", undefined],
    ["I'm free on Friday", undefined],
    ["it's urgent", undefined],
    ["This is ridiculous", undefined],
    ["I'm not sure", undefined],
    ["I'm Very Annoyed", undefined],
    ["yes", undefined, "Could I take your name please?"],
    ["how much is it?", undefined],
    ["It's Mrs Brown here", "Mrs Brown"],
    ["hey its dave again", "Dave"],
    ["I'm Tom's wife", undefined],
    ["this is hopeless, get me a person", undefined],
    ["It's Friday", undefined],
  ];
  for (const [phrase, name, previousAssistantText] of rows)
    assert.deepEqual(
      [phrase, understand(phrase, { ...context, previousAssistantText }).name],
      [phrase, name],
    );
});

test("a name among other words", () => {
  const asked = { ...context, previousAssistantText: "What is your name?" };
  assert.equal(understand("Bob, and my number is 0400 111 222", asked).name, "Bob");
  assert.equal(understand("it's bob mate", asked).name, "Bob");
  assert.equal(understand("I'd rather not say", asked).name, undefined);
  assert.equal(understand("why do you need that?", asked).name, undefined);
});

test("e-mail addresses", () => {
  assert.equal(understand("it's Jo.Smith+x@Example.co.uk thanks", context).email, "jo.smith+x@example.co.uk");
  assert.equal(understand("jo at example dot com", context).email, "jo@example.com");
  assert.equal(understand("meet me at 5", context).email, undefined);
  assert.equal(understand("it's jo..smith@example.com", context).email, undefined, "no mail goes there");
});

test("addresses and postcodes", () => {
  const rows: [string, string, string | undefined, string | undefined, string?][] = [
    ["12 Acacia Avenue", "GB", "12 Acacia Avenue", undefined],
    ["I'm at Flat 3, 12 High Street, Leeds LS1 4AB", "GB", "Flat 3, 12 High Street, Leeds", "LS1 4AB"],
    ["postcode is sw1a 1aa", "GB", undefined, "SW1A 1AA"],
    ["350 Fifth Avenue, New York, NY 10118", "US", "350 Fifth Avenue, New York", "10118"],
    ["zip 94110", "US", undefined, "94110"],
    ["94110", "US", undefined, "94110", "What's your zip code?"],
    ["14 Smith Street, Fitzroy VIC 3065", "AU", "14 Smith Street, Fitzroy", "3065"],
    ["2/45 ocean parade", "AU", "2/45 ocean parade", undefined],
    ["2026", "AU", undefined, "2026", "What's the postcode?"],
    ["unit 5, 88 George St", "AU", "unit 5, 88 George St", undefined],
    ["it's 7 the mews", "GB", "7 the mews", undefined, "What's the address?"],
    ["at 5 on Friday", "GB", undefined, undefined],
    ["0412 000 111, 5 King St", "AU", "5 King St", undefined],
    ["We're at 5 Main St Apt 4B", "US", "5 Main St Apt 4B", undefined],
    ["do you service 94110?", "US", undefined, "94110"],
    ["make it 10 that way I can sleep in", "GB", undefined, undefined],
    ["2 pm works, see you at the park", "GB", undefined, undefined],
  ];
  for (const [phrase, country, address, postcode, previousAssistantText] of rows) {
    const heard = understand(phrase, { ...context, country, previousAssistantText });
    assert.deepEqual([phrase, heard.address, heard.postcode], [phrase, address, postcode]);
  }
});

test("the assistant's question decides what a short answer means", () => {
  const asked = (previousAssistantText: string) => ({ ...context, previousAssistantText });
  assert.equal(understand("2", asked("How many taps are leaking?")).time, undefined);
  assert.equal(understand("about 10 years", asked("How old is the boiler?")).time, undefined);
  assert.equal(understand("2", asked("What time suits you?")).time?.time, "14:00");
  assert.deepEqual(understand("no", asked("Anything else I can help with?")).intents, ["decline", "goodbye"]);
  assert.deepEqual(understand("no", asked("Shall I book that?")).intents, ["decline"]);
});

test("one message with everything in it", () => {
  const heard = understand(
    "Hi, it's Sam Reed here, my kitchen sink is blocked at 14 Mill Lane, SE15 2AA. Could someone come tomorrow after lunch, say half 2? sam@reed.example",
    { ...context, services: SERVICES },
  );
  assert.equal(heard.name, "Sam Reed");
  assert.equal(heard.service?.id, "drain");
  assert.equal(heard.address, "14 Mill Lane");
  assert.equal(heard.postcode, "SE15 2AA");
  assert.equal(heard.email, "sam@reed.example");
  assert.equal(heard.date?.date, "2025-09-11");
  assert.equal(heard.time?.time, "14:30");
  assert.deepEqual([heard.window?.from, heard.window?.to], ["13:00", "18:00"]);
  assert.ok(heard.intents.includes("book"));
  assert.ok(heard.confidence > 0.8);
});

test("never throws on random text", () => {
  const words =
    "at for the 2nd monday 3 half past quarter to next week in 10 · morning or , not 14:30 2/45 street @ dot £ from between and".split(
      " ",
    );
  const texts = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(" ")),
  );
  understand("warm up tomorrow at 3", context);
  fc.assert(
    fc.property(texts, texts, (text, previousAssistantText) => {
      const heard = understand(text, {
        ...context,
        previousAssistantText,
        services: SERVICES,
        mentioned: { date: "2025-09-12", time: "15:00" },
      });
      assert.ok(heard.intents.length > 0 && heard.confidence >= 0 && heard.confidence <= 1);
      for (const { date } of heard.dates) assert.match(date, /^\d{4}-\d\d-\d\d$/);
      for (const { time } of heard.times) assert.match(time, /^([01]\d|2[0-3]):[0-5]\d$/);
    }),
    { numRuns: 300 },
  );
});

test("long and hostile texts come to an end", () => {
  const hostile = [
    "a".repeat(100_000),
    "1 ".repeat(50_000),
    "at 3 or ".repeat(10_000),
    "·".repeat(5_000),
    "next ".repeat(9_000),
    "12 a ".repeat(9_000),
    "1".repeat(9_000),
  ];
  for (const text of hostile) {
    const started = performance.now();
    understand(text, { ...context, previousAssistantText: text });
    const took = performance.now() - started;
    // Far more than it takes; what grows with the square of the length would take minutes.
    assert.ok(took < 20_000, `${text.slice(0, 12)} took ${took} ms`);
  }
});

const dialogues = new URL("../../../../../shared/data/appointment-dialogues.json", import.meta.url);

test("labelled dialogues: dates and times at least 97 %", { skip: !existsSync(dialogues) }, () => {
  const report = evaluate(JSON.parse(readFileSync(dialogues, "utf8")) as Dialogue[], understand);
  const missed = JSON.stringify(report.misses.slice(0, 5));
  assert.ok(report.date_right / report.date_turns >= 0.97, missed);
  assert.ok(report.time_right / report.time_turns >= 0.97, missed);
  assert.ok(report.book_right / report.book_turns >= 0.97, missed);
});
