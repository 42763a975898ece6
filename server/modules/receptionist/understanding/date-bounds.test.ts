import assert from "node:assert/strict";
import { test } from "node:test";
import { understand } from "./understand.ts";

/** Wednesday 2025-09-10, ten in the morning in London. */
const context = { now: new Date("2025-09-10T09:00:00Z"), timeZone: "Europe/London", country: "GB" };

type Row = [phrase: string, from: string | undefined, to?: string];

test("deadlines and beginnings are spans", () => {
  const rows: Row[] = [
    ["any time before Monday", "2025-09-10", "2025-09-14"],
    ["before Friday please", "2025-09-10", "2025-09-11"],
    ["sometime before the weekend", "2025-09-10", "2025-09-12"],
    ["by the 20th", "2025-09-10", "2025-09-20"],
    ["by Friday at the latest", "2025-09-10", "2025-09-12"],
    ["no later than Monday", "2025-09-10", "2025-09-15"],
    ["not after the 15th", "2025-09-10", "2025-09-15"],
    ["until Friday", "2025-09-10", "2025-09-12"],
    ["after the 25th", "2025-09-26", "2025-10-09"],
    ["any day after Monday", "2025-09-16", "2025-09-29"],
    ["not before Monday", "2025-09-15", "2025-09-28"],
    ["from the 20th onwards", "2025-09-20", "2025-10-03"],
    ["Monday or later", "2025-09-15", "2025-09-28"],
    ["after the weekend", "2025-09-15", "2025-09-28"],
    ["before tomorrow", "2025-09-10", "2025-09-10"],
    // a single day all the same
    ["before 11 on Friday", undefined],
    ["Friday by 3pm", undefined],
    ["Friday after lunch", undefined],
    ["by the way, Friday works", undefined],
    ["after work on Monday", undefined],
    ["the day before Friday, please", undefined],
  ];
  const wrong = rows
    .map(([phrase, from, to]) => ({ phrase, from, to, got: understand(phrase, context).date }))
    .filter(({ from, to, got }) => !got || got.from !== from || got.to !== to);
  assert.deepEqual(wrong, []);
});

test("a bound keeps the time that is said with it", () => {
  const { date, time } = understand("any day after Monday at 3pm", context);
  assert.deepEqual([date?.from, time?.time], ["2025-09-16", "15:00"]);
});

test("a corrected weekday belongs to the week being talked about", () => {
  const rows: [spoken: string | undefined, phrase: string, date: string][] = [
    // Thursday the 18th is on the table
    ["2025-09-18", "not Thursday, the Friday", "2025-09-19"],
    ["2025-09-18", "actually friday", "2025-09-19"],
    ["2025-09-18", "can we make it wednesday instead", "2025-09-17"],
    ["2025-09-18", "not thursday the tuesday", "2025-09-16"],
    ["2025-09-18", "sorry I meant saturday", "2025-09-20"],
    // Friday the 19th: the Monday after it is nearer than the one before
    ["2025-09-19", "not Friday, the Monday", "2025-09-22"],
    ["2025-09-19", "not friday, the thursday", "2025-09-18"],
    // Friday the 12th of this week: nothing in the past
    ["2025-09-12", "not Friday, the Monday", "2025-09-15"],
    ["2025-09-12", "not Friday, the Wednesday", "2025-09-17"],
    // nothing on the table
    [undefined, "not Friday, the Monday", "2025-09-15"],
    [undefined, "not thursday, the friday", "2025-09-12"],
    // no correction: the coming one
    ["2025-09-18", "do you have friday?", "2025-09-12"],
  ];
  const wrong = rows
    .map(([spoken, phrase, date]) => ({
      spoken,
      phrase,
      date,
      got: understand(phrase, { ...context, ...(spoken ? { mentioned: { date: spoken } } : {}) }).date?.date,
    }))
    .filter(({ date, got }) => date !== got);
  assert.deepEqual(wrong, []);
  const { dates } = understand("not Thursday, the Friday", {
    ...context,
    mentioned: { date: "2025-09-18" },
  });
  assert.deepEqual(dates.find(({ negated }) => negated)?.date, "2025-09-18");
});

test("a number before a day is a time, also when an address was asked for", () => {
  const previousAssistantText =
    "Thu 11 Sep at 10:00 AM is free. What's your name, and the address with postcode?";
  for (const [phrase, date, time] of [
    ["9 on wednesday", "2025-09-17", "09:00"],
    ["3 on friday", "2025-09-12", "15:00"],
    ["10 on the 15th", "2025-09-15", "10:00"],
  ] as const) {
    for (const extra of [{}, { previousAssistantText }]) {
      const heard = understand(phrase, { ...context, ...extra });
      assert.deepEqual([heard.date?.date, heard.time?.time, heard.address], [date, time, undefined], phrase);
    }
  }
});

test("am and pm beside a day are its halves", () => {
  assert.equal(understand("wed am please", context).window?.to, "12:00");
  assert.equal(understand("friday pm", context).window?.from, "12:00");
  assert.equal(understand("my name is Sam Jones, I am in on friday", context).window, undefined);
});
