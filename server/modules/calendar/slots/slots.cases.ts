import assert from "node:assert/strict";
import { type DateOverride, type Hours, openSlots, type SlotRules, type WeeklyHours } from "./slots.ts";
import { DAY_MS, dayBounds, instantOf, wallTimeAt } from "./wall-clock.ts";

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
export const daily = (...windows: string[]): WeeklyHours =>
  EVERY_DAY.flatMap((day) =>
    windows.map((text) => ({ day, start: text.split("-")[0]!, end: text.split("-")[1]! })),
  );

export const RULES: SlotRules = {
  durationMinutes: 60,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minNoticeMinutes: 0,
  maxAdvanceDays: 10_000,
  slotIntervalMinutes: 60,
};
export const ZONE = "Australia/Perth";

export type Case = {
  date?: string;
  days?: number;
  zone?: string;
  weekly?: WeeklyHours;
  overrides?: DateOverride[];
  /** Wall times "HH:MM-HH:MM" on the case's date. */
  busy?: string[];
  rules?: Partial<SlotRules>;
  now?: string;
};

/** Wall times of the starts on a date (a Wednesday by default) for one host, "dHH:MM" when on a later date. */
export function startsOf(test: Case): string {
  const { date = "2026-06-10", zone = ZONE, days = 1 } = test;
  const at = (time: string) => instantOf(date, time, zone)!;
  const hours: Hours = {
    weeklyHours: test.weekly ?? daily("09:00-12:00"),
    dateOverrides: test.overrides ?? [],
    timeZone: zone,
  };
  const busy = (test.busy ?? []).map((text): [number, number] => [
    at(text.split("-")[0]!),
    at(text.split("-")[1]!),
  ]);
  const [from, dayEnd] = dayBounds(date, zone);
  const slots = openSlots({
    hosts: [{ id: "a", hours, busy }],
    rules: { ...RULES, ...test.rules },
    from,
    to: dayEnd + (days - 1) * DAY_MS,
    now: test.now ? at(test.now) : from - DAY_MS,
  });
  const { durationMinutes } = { ...RULES, ...test.rules };
  return slots
    .map((slot, i) => {
      assert.equal(slot.end - slot.start, durationMinutes * 60_000);
      assert.deepEqual(slot.hostIds, ["a"]);
      assert.ok(i === 0 || slots[i - 1]!.start < slot.start);
      const wall = wallTimeAt(slot.start, zone);
      const time = `${wall.hour}:${String(wall.minute).padStart(2, "0")}`;
      return wall.date === date ? time : `${wall.day}/${time}`;
    })
    .join(" ");
}
