import assert from "node:assert/strict";
import { test } from "node:test";
import { understand } from "./understand.ts";

const context = { now: new Date("2025-09-10T09:00:00Z"), timeZone: "Europe/London", country: "GB" };

function check(rows: [phrase: string, time: string | undefined][], extra: object = {}): void {
  const wrong = rows
    .map(([phrase, time]) => ({ phrase, time, got: understand(phrase, { ...context, ...extra }).time?.time }))
    .filter(({ time, got }) => time !== got);
  assert.deepEqual(wrong, []);
}

test("clock times written out", () => {
  check([
    ["half past 3 next Thursday", "15:30"],
    ["tomorrow arvo at half past 4", "16:30"],
    ["half past eleven in the morning", "11:30"],
    ["quarter past 1 in the afternoon", "13:15"],
    ["quarter to 5 in the evening", "16:45"],
    ["a quarter to nine in the morning", "08:45"],
    ["quarter to 13 in the afternoon", "12:45"],
    ["quarter to one", "12:45"],
    ["quarter to 12 in the morning", "11:45"],
    ["quarter past 12 in the afternoon", "12:15"],
    ["quarter after two", "14:15"],
    ["12 o'clock in the afternoon", "12:00"],
    ['4 o"clock in the evening', "16:00"],
    ["nine oclock", "09:00"],
    ["ten past 3", "15:10"],
    ["twenty to four", "15:40"],
    ["20 past 9", "09:20"],
    ["five to five", "16:55"],
    ["twenty five past two", "14:25"],
    ["half 5", "17:30"],
    ["half ten", "10:30"],
    ["noon", "12:00"],
    ["around midday", "12:00"],
    ["two thirty", "14:30"],
    ["eleven fifteen", "11:15"],
    ["three forty five pm", "15:45"],
    ["ten oh five", "10:05"],
    ["8 fifteen", "08:15"],
    ["3 p m", "15:00"],
    ["five pm", "17:00"],
    ["one in the afternoon", "13:00"],
    ["is one pm open?", "13:00"],
    ["eleven in the morning", "11:00"],
    ["twelve in the afternoon", "12:00"],
    ["six at night", "18:00"],
  ]);
});

test("clock times in digits", () => {
  check([
    ["14:30", "14:30"],
    ["1:15 in the afternoon", "13:15"],
    ["evening 5:30", "17:30"],
    ["in the evening 6:45", "18:45"],
    ["morning 10", "10:00"],
    ["afternoon 12", "12:00"],
    ["afternoon 2", "14:00"],
    ["this Saturday afternoon 1:30", "13:30"],
    ["930", "09:30"],
    ["at 930", "09:30"],
    ["at 1430", "14:30"],
    ["after 330", "15:30"],
    ["Friday 230", "14:30"],
    ["around 0930", "09:30"],
    ["around 1:20", "13:20"],
    ["around 120pm", "13:20"],
    ["330pm", "15:30"],
    ["10ish", "10:00"],
    ["tenish", "10:00"],
    ["around 4-ish", "16:00"],
    ["5p.m.", "17:00"],
    ["11a", "11:00"],
    ["9 A.M.", "09:00"],
    ["3.30pm", "15:30"],
    ["at 3.30", "15:30"],
    ["8:15", "08:15"],
    ["09:00", "09:00"],
    ["16h30", "16:30"],
    ["12pm", "12:00"],
    ["12:30 pm", "12:30"],
    ["at 3 tomorrow afternoon", "15:00"],
    ["3 tomorrow afternoon", "15:00"],
    ["at 7 tonight", "19:00"],
    ["8 in the morning", "08:00"],
    ["7:30 in the evening", "19:30"],
  ]);
});

test("bare hours fall into business hours", () => {
  check([
    ["2", "14:00"],
    ["2?", "14:00"],
    ["at 9", "09:00"],
    ["4 please", "16:00"],
    ["make it 5 instead", "17:00"],
    ["no wait, 4", "16:00"],
    ["no, 11", "11:00"],
    ["ok 10", "10:00"],
    ["how about 3?", "15:00"],
    ["could we do 1?", "13:00"],
    ["around 12", "12:00"],
    ["8 works", "08:00"],
    ["Tuesday at 4 would be good", "16:00"],
    ["Friday 3", "15:00"],
    ["on the 12th at 6", "18:00"],
    ["let's say 2 then", "14:00"],
    ["2 or 3 would be ok", "14:00"],
    ["10 is good", "10:00"],
    ["Yes. 10.", "10:00"],
    ["nope, 10", "10:00"],
    ["how about the 30th? 11 if you can", "11:00"],
    ["is 7 too early?", "07:00"],
    ["2moro @ 3", "15:00"],
    ["the 11 one", "11:00"],
    ["12 tomorrow", "12:00"],
    ["tomorrow 1", "13:00"],
    ["about 3 or 3:30", "15:00"],
    ["I need it for half past 4.", "16:30"],
  ]);
});

test("the last time counts, ruled out times do not", () => {
  check([
    ["3, no wait, 4", "16:00"],
    ["at 10, actually make that 11", "11:00"],
    ["not 3, 4", "16:00"],
    ["5 is too late, can we say 2", "14:00"],
    ["I can't do 9 but 10 is fine", "10:00"],
    ["4 instead of 3", "16:00"],
    ["move it from 2 to 3", "15:00"],
    ["change my 3pm to 5pm", "17:00"],
    ["12 is a bit too early. Make it 5:30 pm instead.", "17:30"],
    ["9 doesn't work, 11?", "11:00"],
    ["2:30 not 3:30", "14:30"],
    ["rather than 3 could we do 5", "17:00"],
    ["what about 11 instead of 12?", "11:00"],
    ["can I push my 3 o'clock to half four?", "16:30"],
    ["I already have tomorrow at 3, can we make it 4?", "16:00"],
  ]);
});

test("the assistant's turn and the table settle hours", () => {
  check(
    [
      ["make it 5 instead", "17:00"],
      ["6?", "18:00"],
    ],
    { previousAssistantText: "How about 5:30 pm?" },
  );
  check(
    [
      ["the 7 o'clock", "19:00"],
      ["7 please", "19:00"],
    ],
    { previousAssistantText: "I have 6 pm or 7 pm." },
  );
  check([["8?", "20:00"]], { previousAssistantText: "Would 7:30 pm suit?", mentioned: { time: "19:30" } });
  check(
    [
      ["an hour later", "16:00"],
      ["half an hour earlier please", "14:30"],
      ["push it back 2 hours", "17:00"],
      ["same time on Friday", "15:00"],
    ],
    {
      mentioned: { date: "2025-09-12", time: "15:00" },
    },
  );
});

test("times counted from now", () => {
  check([
    ["in an hour", "11:00"],
    ["in half an hour", "10:30"],
    ["in 2 hours", "12:00"],
    ["can someone come in 45 minutes", "10:45"],
  ]);
  assert.equal(understand("in an hour", context).date?.date, "2025-09-10");
});

test("parts of the day", () => {
  const cases: [string, string, string][] = [
    ["any time after lunch tomorrow", "13:00", "18:00"],
    ["in the morning", "07:00", "12:00"],
    ["Thursday morning", "07:00", "12:00"],
    ["tomorrow arvo", "12:00", "18:00"],
    ["late afternoon would be best", "15:00", "18:00"],
    ["first thing on Monday", "07:00", "10:00"],
    ["after work", "17:00", "21:00"],
    ["this evening", "17:00", "21:00"],
    ["lunchtime", "12:00", "14:00"],
    ["before 11", "07:00", "11:00"],
    ["no later than 3", "07:00", "15:00"],
    ["after 4", "16:00", "21:00"],
    ["from 3 onwards", "15:00", "21:00"],
    ["not before 10", "10:00", "21:00"],
    ["between 2 and 4", "14:00", "16:00"],
    ["from 9 to 12", "09:00", "12:00"],
    ["2-4pm", "14:00", "16:00"],
    ["between 10 and 1", "10:00", "13:00"],
    ["any time", "07:00", "21:00"],
    ["whenever suits", "07:00", "21:00"],
    ["I'm home all day Friday", "07:00", "21:00"],
    ["not the morning, the afternoon", "12:00", "18:00"],
    ["I can't do mornings", "12:00", "21:00"],
    ["mornings don't work for me", "12:00", "21:00"],
    ["I'll be out until 4", "16:00", "21:00"],
    ["I finish work at 5:30, anything after that?", "17:30", "21:00"],
    ["between noon and 2", "12:00", "14:00"],
    ["early tomorrow", "07:00", "10:00"],
    ["Monday arvo or Tuesday morning", "12:00", "18:00"],
    ["not after 4", "07:00", "16:00"],
    ["tomorrow 9-11am", "09:00", "11:00"],
    ["Fri 10 - 12", "10:00", "12:00"],
    ["9-5 any day", "09:00", "17:00"],
    ["around lunch on Friday", "12:00", "14:00"],
  ];
  for (const [phrase, from, to] of cases) {
    const { window } = understand(phrase, context);
    assert.deepEqual([phrase, window?.from, window?.to], [phrase, from, to]);
  }
  assert.equal(understand("between 2 and 4", context).time, undefined);
  assert.equal(understand("before 11", context).time, undefined);
  assert.equal(understand("Good morning, do you fix taps?", context).window, undefined);
  assert.equal(understand("Have a nice evening!", context).window, undefined);
  const earlier = understand("anything a bit earlier?", { ...context, mentioned: { time: "15:00" } });
  assert.equal(earlier.window?.to, "15:00");
});

test("times say whether am or pm was certain", () => {
  assert.equal(understand("at 2", context).time?.explicit, false);
  assert.equal(understand("at 2 pm", context).time?.explicit, true);
  assert.equal(understand("14:00", context).time?.explicit, true);
  assert.equal(understand("2 in the afternoon", context).time?.explicit, true);
});

test("numbers that are no times", () => {
  check([
    ["I have 2 taps that leak", undefined],
    ["there are 3 of us", undefined],
    ["it takes 2 hours", undefined],
    ["I live at 12 Acacia Avenue", undefined],
    ["a 4 bedroom house", undefined],
    ["is it $150?", undefined],
    // Three or four digits are as likely a price or a length: only "at", a bound, a day or a colon makes them a time.
    ["Friday is fine, around 120", undefined],
    ["It's about 130 for that", undefined],
    ["Roughly 145, I can come Friday", undefined],
    ["say 230", undefined],
    ["between 120 and 150", undefined],
    ["120 ok?", undefined],
    ["around 1200 for a new boiler", undefined],
    ["I paid 80 dollars for it", undefined],
    ["I booked at 1512 Barber Shop", undefined],
    ["my number is 0412 345 678", undefined],
    ["that one please", undefined],
    ["one of the taps is broken", undefined],
    ["can you do it for 100?", undefined],
    ["the boiler is 10 years old", undefined],
    ["option 2", undefined],
    ["can you do it for 150?", undefined],
    ["running 10 minutes late", undefined],
    ["my basement has 2 inches of water", undefined],
    ["the Thursday one please", undefined],
    ["it started about 3 days ago", undefined],
  ]);
});

test("am or pm said once is for both ends, unless they would be the wrong way round", () => {
  const window = (phrase: string) => {
    const { from, to } = understand(phrase, context).window ?? {};
    return [from, to];
  };
  assert.deepEqual(window("tomorrow between 2 and 4 pm"), ["14:00", "16:00"]);
  assert.deepEqual(window("tomorrow between 11 and 2 pm"), ["11:00", "14:00"]);
});
