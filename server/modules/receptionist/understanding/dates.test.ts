import assert from "node:assert/strict";
import { test } from "node:test";
import { understand } from "./understand.ts";

type Row = [phrase: string, date: string | undefined, country?: string];

/** Wednesday 2025-09-10, ten in the morning in London. */
const WEDNESDAY = { now: new Date("2025-09-10T09:00:00Z"), timeZone: "Europe/London", country: "GB" };
/** Friday 2019-03-01, nine in the morning in San Francisco. */
const FRIDAY = { now: new Date("2019-03-01T17:00:00Z"), timeZone: "America/Los_Angeles", country: "US" };
/** Sunday 2026-01-04, noon in Sydney. */
const SUNDAY = { now: new Date("2026-01-04T01:00:00Z"), timeZone: "Australia/Sydney", country: "AU" };

function check(context: typeof WEDNESDAY, rows: Row[], extra: object = {}): void {
  const wrong = rows
    .map(([phrase, date]) => ({ phrase, date, got: understand(phrase, { ...context, ...extra }).date?.date }))
    .filter(({ date, got }) => date !== got);
  assert.deepEqual(wrong, []);
}

test("a Wednesday: days near by", () => {
  check(WEDNESDAY, [
    ["could someone pop round today?", "2025-09-10"],
    ["later today if you can", "2025-09-10"],
    ["this arvo would be grand", "2025-09-10"],
    ["tonight please", "2025-09-10"],
    ["tomorrow", "2025-09-11"],
    ["tmrw works", "2025-09-11"],
    ["tommorow morning", "2025-09-11"],
    ["the day after tomorrow", "2025-09-12"],
    ["day after tomorrow at 3", "2025-09-12"],
    ["in three days", "2025-09-13"],
    ["in a couple of days", "2025-09-12"],
    ["5 days from now", "2025-09-15"],
    ["in two weeks' time", "2025-09-24"],
    ["in a week", "2025-09-17"],
    ["in a fortnight", "2025-09-24"],
    ["a week today", "2025-09-17"],
    ["a week from tomorrow", "2025-09-18"],
    ["tomorrow week", "2025-09-18"],
    ["in a month", "2025-10-10"],
    ["a month from now", "2025-10-10"],
    ["3 days from tomorrow", "2025-09-14"],
    ["tomorrow or the day after", "2025-09-11"],
    ["2moro please", "2025-09-11"],
    ["half past 6 day after tomorrow", "2025-09-12"],
  ]);
});

test("a Wednesday: weekdays", () => {
  check(WEDNESDAY, [
    ["Friday", "2025-09-12"],
    ["can you do Fri?", "2025-09-12"],
    ["thurs arvo", "2025-09-11"],
    ["this Friday", "2025-09-12"],
    ["this coming Monday", "2025-09-15"],
    ["next Monday", "2025-09-15"],
    ["next Friday", "2025-09-19"],
    ["Friday next week", "2025-09-19"],
    ["Tuesday of next week", "2025-09-16"],
    ["next week on Tuesday", "2025-09-16"],
    ["next week, ideally the Thursday", "2025-09-18"],
    ["Saturday this week", "2025-09-13"],
    ["Monday week", "2025-09-22"],
    ["a week on Friday", "2025-09-19"],
    ["a week from Tuesday", "2025-09-23"],
    ["two weeks on Monday", "2025-09-29"],
    ["Monday after next", "2025-09-22"],
    ["the Tuesday after next", "2025-09-23"],
    ["wensday next week", "2025-09-17"],
    ["how's thrusday", "2025-09-11"],
    ["this wednesday", "2025-09-10"],
    ["Wednesday", "2025-09-17"],
    ["upcoming Sunday", "2025-09-14"],
    ["Monday's good for me", "2025-09-15"],
    ["a week Friday", "2025-09-19"],
    ["not this Thursday but next", "2025-09-18"],
    ["this Friday coming", "2025-09-12"],
    ["Thurs 18/9 @ 2pm", "2025-09-18"],
  ]);
});

test("a Wednesday: days of the month", () => {
  check(WEDNESDAY, [
    ["the 12th", "2025-09-12"],
    ["the 2nd", "2025-10-02"],
    ["the second of October", "2025-10-02"],
    ["the 15th of this month", "2025-09-15"],
    ["the fifteenth", "2025-09-15"],
    ["the twenty-first", "2025-09-21"],
    ["the twenty second of september", "2025-09-22"],
    ["on the thirtieth", "2025-09-30"],
    ["on the 18", "2025-09-18"],
    ["the 5th of next month", "2025-10-05"],
    ["September 20", "2025-09-20"],
    ["Sept 20th", "2025-09-20"],
    ["20 sep", "2025-09-20"],
    ["October the 3rd", "2025-10-03"],
    ["the 9th of march", "2026-03-09"],
    ["March 8th", "2026-03-08"],
    ["8 March 2026", "2026-03-08"],
    ["March 8, 2027", "2027-03-08"],
    ["May 5th", "2026-05-05"],
    ["fifth of may", "2026-05-05"],
    ["march twelfth visit please", "2026-03-12"],
    ["Friday the 19th", "2025-09-19"],
    ["Friday 19 September", "2025-09-19"],
    ["Tuesday, the 16th of September", "2025-09-16"],
    ["first Monday of next month", "2025-10-06"],
    ["last Friday of the month", "2025-09-26"],
    ["8/3", "2026-03-08"],
    ["8/10/25", "2025-10-08"],
    ["25/12/2025", "2025-12-25"],
    ["12.09.2025", "2025-09-12"],
    ["2025-11-03", "2025-11-03"],
    ["the 31st", "2025-10-31"],
    ["2025-09-23T15:00", "2025-09-23"],
    ["first Tuesday in October", "2025-10-07"],
    ["9th of Oct, 3pm", "2025-10-09"],
    ["the week of the 22nd", "2025-09-22"],
    ["Christmas Eve", "2025-12-24"],
  ]);
});

test("ranges keep their ends", () => {
  const cases: [string, string, string, string][] = [
    ["sometime next week", "2025-09-15", "2025-09-15", "2025-09-21"],
    ["this week please", "2025-09-10", "2025-09-10", "2025-09-14"],
    ["at the weekend", "2025-09-13", "2025-09-13", "2025-09-14"],
    ["next weekend", "2025-09-20", "2025-09-20", "2025-09-21"],
    ["end of the week", "2025-09-12", "2025-09-11", "2025-09-12"],
    ["early next week", "2025-09-15", "2025-09-15", "2025-09-16"],
    ["mid October", "2025-10-11", "2025-10-11", "2025-10-20"],
    ["the first week of October", "2025-10-01", "2025-10-01", "2025-10-07"],
    ["in 2 or 3 days", "2025-09-12", "2025-09-12", "2025-09-13"],
    ["in the next couple of days", "2025-09-11", "2025-09-11", "2025-09-12"],
    ["late next week", "2025-09-18", "2025-09-18", "2025-09-19"],
    ["the middle of next week", "2025-09-16", "2025-09-16", "2025-09-18"],
    ["next month", "2025-10-01", "2025-10-01", "2025-10-31"],
    ["in November", "2025-11-01", "2025-11-01", "2025-11-30"],
    ["the week after next", "2025-09-22", "2025-09-22", "2025-09-28"],
    ["between Monday and Wednesday", "2025-09-15", "2025-09-15", "2025-09-17"],
    ["Monday to Thursday is fine", "2025-09-15", "2025-09-15", "2025-09-18"],
    ["from the 16th to the 18th", "2025-09-16", "2025-09-16", "2025-09-18"],
  ];
  for (const [phrase, date, from, to] of cases) {
    const found = understand(phrase, WEDNESDAY).date;
    assert.deepEqual([phrase, found?.date, found?.from, found?.to], [phrase, date, from, to]);
  }
});

test("a Friday in America", () => {
  check(FRIDAY, [
    ["8/3", "2019-08-03"],
    ["3/8 please", "2019-03-08"],
    ["22/3", "2019-03-22"],
    ["next Monday", "2019-03-04"],
    ["next Friday", "2019-03-08"],
    ["this Friday", "2019-03-01"],
    ["Friday", "2019-03-08"],
    ["Sunday this week", "2019-03-03"],
    ["Thursday next week", "2019-03-07"],
    ["the first of March", "2019-03-01"],
    ["1st March", "2019-03-01"],
    ["the 28th of February", "2020-02-28"],
    ["this weekend", "2019-03-02"],
    ["march the eleventh", "2019-03-11"],
    ["on the thirteenth of this month", "2019-03-13"],
    ["The 9th, half past eleven in the morning", "2019-03-09"],
    ["book me for 10 am march 6", "2019-03-06"],
    ["6 march 10 am", "2019-03-06"],
  ]);
});

test("a Sunday in Sydney", () => {
  check(SUNDAY, [
    ["next Monday", "2026-01-12"],
    ["tomorrow arvo", "2026-01-05"],
    ["next week", "2026-01-05"],
    ["next Friday", "2026-01-09"],
    ["this weekend", "2026-01-04"],
    ["8/3", "2026-03-08"],
    ["Tuesday", "2026-01-06"],
  ]);
});

test("the last day counts, ruled out days do not", () => {
  check(WEDNESDAY, [
    ["not Friday, the Monday", "2025-09-15"],
    ["Monday, not Friday", "2025-09-15"],
    ["Friday is no good, could you do Monday", "2025-09-15"],
    ["Friday doesn't work for me. Thursday?", "2025-09-11"],
    ["Thursday instead of Friday", "2025-09-11"],
    ["I can't do tomorrow but Friday is fine", "2025-09-12"],
    ["any day except Thursday", undefined],
    ["Friday, no sorry, Saturday", "2025-09-13"],
    ["Tuesday or Thursday", "2025-09-16"],
    ["could you move it from Thursday to Friday", "2025-09-12"],
    ["it's been leaking since Monday, can you come Friday", "2025-09-12"],
    ["it broke last Tuesday", undefined],
    ["it started yesterday", undefined],
    ["anything but Friday, say the 16th", "2025-09-16"],
    ["why don't we do Friday", "2025-09-12"],
    ["can't do Thursday or Friday", undefined],
    ["we're away Thursday and Friday", undefined],
    ["any day but Thursday", undefined],
    ["Thursday's out, what about Friday?", "2025-09-12"],
    ["The 18th won't work, the 25th will", "2025-09-25"],
    ["today if possible, otherwise tomorrow", "2025-09-10"],
    ["preferably Thursday, otherwise Friday", "2025-09-11"],
    ["Thursday at 2 or Friday at 4", "2025-09-11"],
    ["I won't be home tomorrow", undefined],
    ["Thursday... actually no, Friday at 10", "2025-09-12"],
    ["change Thursday to Friday please", "2025-09-12"],
    ["the 12th, actually make that the 15th", "2025-09-15"],
  ]);
  assert.equal(understand("any day except Thursday", WEDNESDAY).dates[0]?.negated, true);
});

test("what is on the table settles a date", () => {
  const mentioned = { mentioned: { date: "2025-09-18" } };
  check(
    WEDNESDAY,
    [
      ["same day but at 4", "2025-09-18"],
      ["that day is fine", "2025-09-18"],
      ["the next day", "2025-09-19"],
      ["a day later", "2025-09-19"],
      ["the day before", "2025-09-17"],
      ["the week after", "2025-09-25"],
      ["the following Monday", "2025-09-22"],
      ["same day next week", "2025-09-25"],
      ["same time next week", "2025-09-25"],
    ],
    mentioned,
  );
  const offered = {
    previousAssistantText: "I have Thursday the 18th at 10 or Friday the 19th at 2. Which suits?",
  };
  check(
    WEDNESDAY,
    [
      ["Friday please", "2025-09-19"],
      ["the Thursday", "2025-09-18"],
    ],
    offered,
  );
});

test("numbers that are no dates", () => {
  check(WEDNESDAY, [
    ["a 3/4 inch pipe is leaking", undefined],
    ["are you open 24/7?", undefined],
    ["I live at 12 March Street", undefined],
    ["it may need replacing", undefined],
    ["I sat on the sink and it cracked", undefined],
    ["call me on 07700 900123", undefined],
    ["it's on the 2nd floor", undefined],
    ["That's all for today, thanks", undefined],
    ["my son will be in", undefined],
    ["give me a second", undefined],
    ["8:30/9", undefined],
    ["we moved in 2 weeks ago", undefined],
    ["book me at 18/8 Fine Men's Salons", undefined],
    ["I like 20Th Salon And Barber", undefined],
    ["on second thoughts leave it", undefined],
  ]);
});

test("a weekday with a day of the month is never one that is over", () => {
  check(WEDNESDAY, [
    ["monday the 8th", "2025-10-08"],
    ["friday the 12th", "2025-09-12"],
  ]);
});

test("what is proposed with a negative word is proposed", () => {
  check(WEDNESDAY, [
    ["can't you come while my boss is away friday?", "2025-09-12"],
    ["why don't we do friday", "2025-09-12"],
    ["my boss is away friday", undefined],
  ]);
});
