import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { readWish } from "./wish.ts";
import type { Wish } from "./wish.ts";

const now = { date: "2026-03-02", minutes: 9 * 60, country: "AU" };
const wish = (day: string, time = "") => readWish(day, time, now);
const hour = (from: number, to: number) => ({ from: from * 60, to: to * 60 });

test("a day, a time, both in one phrase, or a part of the day alone", () => {
  const cases: [string, string, Partial<Wish>][] = [
    ["tomorrow", "", { dates: ["2026-03-03"] }],
    ["tomorrow at 2pm", "", { dates: ["2026-03-03"], time: 14 * 60 }],
    ["tomorrow morning", "", { dates: ["2026-03-03"], window: hour(0, 12) }],
    ["tomorrow morning", "after 3", { dates: ["2026-03-03"], window: hour(15, 24) }],
    ["tonight", "", { dates: ["2026-03-02"], window: hour(17, 24) }],
    ["evening", "", { dates: [], window: hour(17, 24) }],
    ["wed or thu", "", { dates: ["2026-03-04", "2026-03-05"] }],
    ["not tuesday, wednesday", "", { dates: ["2026-03-04"] }],
    ["monday to wednesday", "", { dates: ["2026-03-09", "2026-03-10", "2026-03-11"] }],
    ["the weekend", "", { dates: ["2026-03-07", "2026-03-08"] }],
    ["next weekend", "", { dates: ["2026-03-14", "2026-03-15"] }],
    ["3/5", "", { dates: ["2026-05-03"] }],
    ["2026-03-05T00:00:00Z", "", { dates: ["2026-03-05"] }],
    ["asap", "in an hour", { dates: ["2026-03-02"], time: 10 * 60 }],
    ["asap", "noon", { dates: [], time: 12 * 60 }],
    ["any day", "no preference", { dates: [] }],
    ["next available", "", { dates: [] }],
  ];
  for (const [day, time, expected] of cases) {
    assert.deepEqual(wish(day, time), { unclear: {}, moved: false, ...expected }, `${day} / ${time}`);
  }
});

test("a weekday said on that very day may be today or in a week; with next or a date it is one day", () => {
  assert.deepEqual(wish("Monday").dates, ["2026-03-02", "2026-03-09"]);
  assert.deepEqual(wish("next monday").dates, ["2026-03-09"]);
  assert.deepEqual(wish("monday the 9th").dates, ["2026-03-09"]);
});

test("a date that is over is taken for the next one of its weekday, today included", () => {
  for (const [over, next] of [
    ["2026-03-01", "2026-03-08"],
    ["2026-02-28", "2026-03-07"],
    ["2026-02-24", "2026-03-03"],
    ["2026-02-23", "2026-03-02"],
    ["2024-02-29", "2026-03-05"],
  ] as const) {
    assert.deepEqual(wish(over), { dates: [next], unclear: {}, moved: true });
  }
});

test("what is no day or time is told apart from a caller who does not mind", () => {
  for (const day of ["blue moon", "2026-02-30", "2026-13-01", "yesterday", "???"]) {
    assert.deepEqual(wish(day).unclear, { day }, day);
  }
  assert.deepEqual(wish("asap", "purple").unclear, { time: "purple" });
  assert.deepEqual(wish("first available", "any").unclear, {});
});

const dialogues = new URL("../../../../../shared/data/appointment-dialogues.json", import.meta.url);
type Said = { speaker: string; text: string; slots?: Phrases; canonical?: Record<string, string> };
type Phrases = Record<string, string[]>;

test(
  "the days and times of real conversations mean what their annotators say",
  {
    skip: !existsSync(dialogues) && "the data is not at hand",
  },
  () => {
    const turns = (JSON.parse(readFileSync(dialogues, "utf8")) as { turns: Said[] }[]).flatMap(
      (one) => one.turns,
    );
    const then = { date: "2019-03-01", minutes: 9 * 60, country: "US" };
    const missed: string[] = [];
    let read = 0;
    for (const { speaker, text, slots = {}, canonical = {} } of turns) {
      if (speaker !== "user") continue;
      const said = (name: string) => slots[name]?.filter((phrase) => text.includes(phrase)).at(-1);
      const [day, time] = [said("appointment_date"), said("appointment_time")];
      const { appointment_date: date, appointment_time: clock } = canonical;
      if (day && date) {
        read += 1;
        if (!readWish(day, "", then).dates.includes(date)) missed.push(`${day}: ${date}`);
      }
      if (time && clock) {
        read += 1;
        const minutes = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
        if (readWish("asap", time, then).time !== minutes) missed.push(`${time}: ${clock}`);
      }
    }
    assert.ok(read > 400, `${read} phrases`);
    assert.deepEqual(missed, []);
  },
);
