/**
 * Recurrence rules (RFC 5545, 3.3.10) over wall times. Our own, because a rule comes from strangers: this one never loops
 * over a rule that matches nothing (30 February), starts beside the range asked for instead of decades before it, and counts
 * its steps. A wall time is the milliseconds since 1970 that UTC would need to show the same date and time.
 */
import { dictionary } from "../../kernel/dictionary.ts";
import type ICAL from "ical.js";

export const DAY_MS = 86_400_000;
const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const unitsMs: Record<string, number> = dictionary({ HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1_000 });

const mostSteps = 50_000;

type Rule = {
  freq: string;
  interval: number;
  count: number | undefined;
  weekStart: number;
  months: number[];
  weeks: number[];
  yearDays: number[];
  monthDays: number[];
  days: { weekday: number; nth: number }[];
  hours: number[];
  minutes: number[];
  seconds: number[];
  positions: number[];
};

/**
 * The wall times of a rule that begins at `start`, those in [from, to), in order; `start` itself is always one of them. Each
 * day, week, month or year looked at is a step; it ends early when `budget` has none left, or after very many of its own. UNTIL is
 * for the caller, who knows the zone.
 */
export function* occurrences(
  recur: ICAL.Recur,
  start: number,
  range: { from: number; to: number },
  budget: { steps: number } = { steps: mostSteps },
): Generator<number> {
  const rule = readRule(recur, start);
  let counted = 1;
  if (start >= range.from && start < range.to) yield start;
  for (const time of candidates(rule, start, range, budget)) {
    if (time <= start) continue;
    if (time >= range.to || (rule.count !== undefined && ++counted > rule.count)) return;
    if (time >= range.from) yield time;
  }
}

function* candidates(
  rule: Rule,
  start: number,
  { from, to }: { from: number; to: number },
  budget: { steps: number },
): Generator<number> {
  // Who counts has to begin at the beginning.
  const first = rule.count === undefined ? Math.max(0, stepsBefore(rule, start, from)) : 0;
  for (let step = first; step < first + mostSteps && budget.steps > 0; step++) {
    budget.steps--;
    const period = periodAt(rule, start, step * rule.interval);
    if (!(period.from < to)) return;
    const times = timesIn(rule, period);
    yield* rule.positions.length === 0 ? times : positioned(times, rule.positions);
  }
}

type Period = { from: number; to: number };

function periodAt({ freq, weekStart }: Rule, start: number, offset: number): Period {
  const unit = unitsMs[freq];
  if (unit !== undefined) {
    const from = Math.floor(start / unit) * unit + offset * unit;
    return { from, to: from + unit };
  }
  const date = new Date(start);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (freq === "YEARLY") return { from: dayAt(year + offset, 0), to: dayAt(year + offset + 1, 0) };
  if (freq === "MONTHLY") return { from: dayAt(year, month + offset), to: dayAt(year, month + offset + 1) };
  const day = Math.floor(start / DAY_MS);
  const length = freq === "WEEKLY" ? 7 : 1;
  const firstDay = (freq === "WEEKLY" ? weekOf(day, weekStart) : day) + offset * length;
  return { from: firstDay * DAY_MS, to: (firstDay + length) * DAY_MS };
}

/** How many whole steps lie before `from`, one or two fewer to be safe. */
function stepsBefore({ freq, interval }: Rule, start: number, from: number): number {
  const lengths: Record<string, number> = {
    YEARLY: 366 * DAY_MS,
    MONTHLY: 31 * DAY_MS,
    WEEKLY: 7 * DAY_MS,
    DAILY: DAY_MS,
  };
  return Math.floor((from - start) / ((unitsMs[freq] ?? lengths[freq]!) * interval)) - 2;
}

/** The first of a month, months counted from January as 0 and beyond the year's end. */
function dayAt(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime();
}

function timesIn(rule: Rule, period: Period): number[] {
  const unit = unitsMs[rule.freq];
  if (unit !== undefined) return timesWithinDay(rule, period, unit);
  const times: number[] = [];
  for (let day = period.from / DAY_MS; day < period.to / DAY_MS; day++) {
    if (!isDayOf(rule, day)) continue;
    for (const hour of rule.hours)
      for (const minute of rule.minutes)
        for (const second of rule.seconds)
          times.push(day * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000);
  }
  return times;
}

function timesWithinDay(rule: Rule, { from }: Period, unit: number): number[] {
  const date = new Date(from);
  if (!isDayOf(rule, Math.floor(from / DAY_MS))) return [];
  if (rule.hours.length > 0 && !rule.hours.includes(date.getUTCHours())) return [];
  if (unit === unitsMs["HOURLY"]) {
    return rule.minutes.flatMap((minute) =>
      rule.seconds.map((second) => from + (minute * 60 + second) * 1000),
    );
  }
  if (rule.minutes.length > 0 && !rule.minutes.includes(date.getUTCMinutes())) return [];
  if (unit === unitsMs["MINUTELY"]) return rule.seconds.map((second) => from + second * 1000);
  return rule.seconds.length > 0 && !rule.seconds.includes(date.getUTCSeconds()) ? [] : [from];
}

function positioned(times: number[], positions: number[]): number[] {
  const chosen = positions.map((position) => times.at(position > 0 ? position - 1 : position));
  return [...new Set(chosen)].filter((time) => time !== undefined).sort((a, b) => a - b);
}

function isDayOf(rule: Rule, day: number): boolean {
  const date = new Date(day * DAY_MS);
  const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (rule.months.length > 0 && !rule.months.includes(month + 1)) return false;
  const monthStart = dayAt(year, month) / DAY_MS;
  const monthLength = dayAt(year, month + 1) / DAY_MS - monthStart;
  if (!isOneOf(rule.monthDays, dayOfMonth, monthLength)) return false;
  const yearStart = dayAt(year, 0) / DAY_MS;
  const yearLength = dayAt(year + 1, 0) / DAY_MS - yearStart;
  if (!isOneOf(rule.yearDays, day - yearStart + 1, yearLength)) return false;
  if (rule.weeks.length > 0 && !isOneOf(rule.weeks, ...weekNumber(day, rule.weekStart))) return false;
  if (rule.days.length === 0) return true;
  const yearly = rule.freq === "YEARLY" && rule.months.length === 0;
  const [since, length] = yearly ? [yearStart, yearLength] : [monthStart, monthLength];
  return rule.days.some(
    ({ weekday, nth }) =>
      weekday === weekdayOf(day) &&
      (nth === 0 || nthOf(day - since) === nth || nthOf(length - 1 - (day - since)) === -nth),
  );
}

/** Whether a number counted from the front, or from the back as a negative one, is asked for; an empty list asks for all. */
function isOneOf(wanted: number[], number: number, total: number): boolean {
  return wanted.length === 0 || wanted.includes(number) || wanted.includes(number - total - 1);
}

function nthOf(daysBefore: number): number {
  return Math.floor(daysBefore / 7) + 1;
}

/** [number of the week, how many its year has]; a week belongs to the year that has most of its days. */
function weekNumber(day: number, weekStart: number): [number, number] {
  const week = weekOf(day, weekStart);
  const year = new Date((week + 3) * DAY_MS).getUTCFullYear();
  const firstOf = (of: number) => weekOf(dayAt(of, 0) / DAY_MS + 3, weekStart);
  return [(week - firstOf(year)) / 7 + 1, (firstOf(year + 1) - firstOf(year)) / 7];
}

function weekOf(day: number, weekStart: number): number {
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

/** 0 is Sunday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function readRule(recur: ICAL.Recur, start: number): Rule {
  const list = (name: string) => [...((recur.parts as Record<string, unknown[]>)[name] ?? [])].map(Number);
  const freq = String(recur.freq);
  const rule: Rule = {
    freq,
    interval: Math.max(1, recur.interval || 1),
    count: recur.count || undefined,
    weekStart: (recur.wkst || 2) - 1,
    months: list("BYMONTH"),
    weeks: list("BYWEEKNO"),
    yearDays: list("BYYEARDAY"),
    monthDays: list("BYMONTHDAY"),
    days: ((recur.parts as Record<string, string[]>)["BYDAY"] ?? []).map(readDay),
    hours: list("BYHOUR").sort((a, b) => a - b),
    minutes: list("BYMINUTE").sort((a, b) => a - b),
    seconds: list("BYSECOND").sort((a, b) => a - b),
    positions: list("BYSETPOS"),
  };
  if (!["YEARLY", "MONTHLY"].includes(freq)) rule.days = rule.days.map((day) => ({ ...day, nth: 0 }));
  takeFromStart(rule, new Date(start));
  return rule;
}

function readDay(text: string): Rule["days"][number] {
  return { weekday: weekdays.indexOf(text.slice(-2)), nth: Number(text.slice(0, -2)) || 0 };
}

/** What a rule leaves open its start says: the same day of the week, the month or the year, the same time. */
function takeFromStart(rule: Rule, start: Date): void {
  const { freq } = rule;
  if (rule.hours.length === 0 && !unitsMs[freq]) rule.hours = [start.getUTCHours()];
  if (rule.minutes.length === 0 && !["MINUTELY", "SECONDLY"].includes(freq))
    rule.minutes = [start.getUTCMinutes()];
  if (rule.seconds.length === 0 && freq !== "SECONDLY") rule.seconds = [start.getUTCSeconds()];
  if (rule.days.length + rule.monthDays.length + rule.yearDays.length > 0) return;
  const sameWeekday = [{ weekday: start.getUTCDay(), nth: 0 }];
  if (freq === "WEEKLY" || (freq === "YEARLY" && rule.weeks.length > 0)) rule.days = sameWeekday;
  else if (freq === "MONTHLY" || freq === "YEARLY") rule.monthDays = [start.getUTCDate()];
  if (freq === "YEARLY" && rule.months.length + rule.weeks.length === 0)
    rule.months = [start.getUTCMonth() + 1];
}
