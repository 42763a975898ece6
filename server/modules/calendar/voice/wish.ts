import { readInTime, warmUp } from "../../receptionist/understanding/attention.ts";
import { dictionary } from "../../../kernel/dictionary.ts";
import { parseDay } from "../../receptionist/understanding/calendar.ts";
import { readDates } from "../../receptionist/understanding/dates.ts";
import { normalise } from "../../receptionist/understanding/normalise.ts";
import { readTimes } from "../../receptionist/understanding/times.ts";
import type { TimesRead } from "../../receptionist/understanding/times.ts";
import type { DateMention } from "../../receptionist/understanding/understanding.ts";
import { DAY_END, DAY_START } from "../../receptionist/understanding/windows.ts";
import { dateOf, epochDayOf, minuteOfDay, weekdayOf } from "../slots/wall-clock.ts";

/** When a caller would like to come. */
export type Wish = {
  /** YYYY-MM-DD, earliest first; none means any day, the sooner the better. */
  dates: string[];
  /** Minutes after midnight, from included, to excluded. */
  window?: { from: number; to: number };
  /** Minutes after midnight: at or around this time. */
  time?: number;
  /** What was not understood, as it was said. */
  unclear: { day?: string; time?: string };
  /** A date that is over was asked for, and its weekday taken. */
  moved: boolean;
};

type Now = { date: string; minutes: number; country: string };

const anyDay =
  /\b(?:asap|as soon as possible|soon(?:est)?|earliest|first|next (?:available|possible|one|slot|opening|free)|any|any ?day|whenever|whatever|flexible|no preference|don't mind|doesn't matter|urgent(?:ly)?|emergency|immediately|straight away|right away|now|none|null)\b/;
const anyTime = /\b(?:any|asap|soon(?:est)?|earliest|first available|no preference|none|null|all)\b/;
const halfDays: Record<string, string> = dictionary({
  am: "morning",
  pm: "afternoon",
  early: "early morning",
});

/** Reads what an agent heard of a day and a time, in the words people use for them. */
export function readWish(day: string, time: string, now: Now): Wish {
  warmUp("readWish", () => understood("tomorrow", "at 10", now));
  const unread = { dates: [], unclear: { day, ...(time === "" ? {} : { time }) }, moved: false };
  return readInTime(() => understood(day, time, now), unread);
}

function understood(day: string, time: string, now: Now): Wish {
  const plain = normalise(day);
  const said = readDates(plain, { today: parseDay(now.date)!, country: now.country });
  const ofDay = readTimes(said.rest, { minutesNow: now.minutes, offered: [] });
  const mentions = said.dates.filter((mention) => !mention.negated);
  const spoken = mentions.flatMap((mention) => datesOf(mention, now.date));
  const clock = time === "" ? ofDay : clockOf(time, now.minutes);
  const isToday = clock.today && spoken.length === 0 ? [now.date] : [];
  const dates = [...new Set([...spoken.map(({ date }) => date), ...isToday])].toSorted();
  const dayMissed = plain !== "" && dates.length === 0 && !saysWhen(ofDay) && !anyDay.test(plain);
  const timeMissed = time !== "" && !saysWhen(clock) && !anyTime.test(normalise(time));
  return {
    dates,
    ...hoursOf(clock),
    unclear: { ...(dayMissed ? { day } : {}), ...(timeMissed ? { time } : {}) },
    moved: spoken.some(({ moved }) => moved),
  };
}

function clockOf(time: string, minutesNow: number): TimesRead {
  const plain = normalise(time);
  return readTimes(halfDays[plain] ?? plain, { minutesNow, offered: [] });
}

function saysWhen({ time, window }: TimesRead): boolean {
  return time !== undefined || window !== undefined;
}

/** The days of a mention. A day that is over is taken for the next one of its weekday. */
function datesOf({ date, from, to, text }: DateMention, today: string): { date: string; moved: boolean }[] {
  const now = epochDayOf(today);
  if (from && to) {
    const first = Math.max(epochDayOf(from), now);
    const days = Math.max(0, epochDayOf(to) - first + 1);
    return Array.from({ length: days }, (_, index) => ({ date: dateOf(first + index), moved: false }));
  }
  const day = epochDayOf(date);
  if (day < now) return [{ date: dateOf(day + 7 * Math.ceil((now - day) / 7)), moved: true }];
  // Said on a Monday, "Monday" may be today or the next one: both are told, each with its date.
  const isThisWeekday = day === now + 7 && text === weekdays[weekdayOf(now)];
  return [...(isThisWeekday ? [{ date: today, moved: false }] : []), { date, moved: false }];
}

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function hoursOf({ time, window }: TimesRead): Pick<Wish, "window" | "time"> {
  if (!window) return time ? { time: minuteOfDay(time.time) } : {};
  // The first and the last part of the day are open-ended: an early bird's 6:30 is in the morning too.
  const from = window.from === DAY_START ? 0 : minuteOfDay(window.from);
  const to = window.to === DAY_END ? 24 * 60 : minuteOfDay(window.to);
  return from === 0 && to === 24 * 60 ? {} : { window: { from, to } };
}
