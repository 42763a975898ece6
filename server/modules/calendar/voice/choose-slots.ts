import type { Ctx } from "../../../kernel/context.ts";
import { openSlotsFor, slotsAround } from "../bookings/slots-for.ts";
import type { Service } from "../services/service.ts";
import { DAY_MS, dayBounds, wallTimeAt } from "../slots/wall-clock.ts";
import type { WallTime } from "../slots/wall-clock.ts";
import { wallInstants } from "../wall-input.ts";
import type { Wish } from "./wish.ts";

/** An open slot on the wall of the caller's zone. */
export type Opening = { at: number; wall: WallTime };

/** What is open when the caller would like to come; `missed`: nothing is, and these are the nearest times instead. */
export type Choice = { openings: Opening[]; missed: boolean };

const usualMs = 14 * DAY_MS;
const nearestCount = 5;
/** "Around two" is up to this far from two, and the closest few of a day. */
const aroundMinutes = 90;
const aroundCount = 3;

/** One look at the calendar as a rule, a second when nothing fits. */
export async function chooseSlots(ctx: Ctx, service: Service, wish: Wish, zone: string): Promise<Choice> {
  const { dates } = wish;
  const from = dates[0] === undefined ? ctx.now : new Date(dayBounds(dates[0], zone)[0]);
  const last = dates.at(-1);
  const to = last === undefined ? new Date(ctx.now.getTime() + usualMs) : new Date(dayBounds(last, zone)[1]);
  const open = (await openSlotsFor(ctx, { service, from, to })).map(({ startsAt }) =>
    opening(startsAt, zone),
  );
  const onDays = dates.length === 0 ? open : open.filter(({ wall }) => dates.includes(wall.date));
  const fitting = inHours(onDays, wish);
  if (fitting.length > 0) return { openings: oncePerKey(fitting), missed: false };
  const around = wantedInstant(wish, ctx.now.getTime(), zone);
  if (onDays.length > 0) return { openings: oncePerKey(closest(onDays, around)), missed: true };
  const found = await slotsAround(ctx, { service, around: new Date(around), count: nearestCount });
  const nearest = found.nearest.map(({ startsAt }) => opening(startsAt, zone));
  return { openings: oncePerKey(nearest.toSorted((a, b) => a.at - b.at)), missed: true };
}

function opening(startsAt: Date, zone: string): Opening {
  return { at: startsAt.getTime(), wall: wallTimeAt(startsAt.getTime(), zone) };
}

function inHours(open: Opening[], { window, time }: Wish): Opening[] {
  if (window) {
    return open.filter(({ wall }) => wall.minuteOfDay >= window.from && wall.minuteOfDay < window.to);
  }
  if (time === undefined) return open;
  const distance = ({ wall }: Opening) => Math.abs(wall.minuteOfDay - time);
  const near = open.filter((one) => distance(one) <= aroundMinutes);
  return [...Map.groupBy(near, ({ wall }) => wall.date).values()].flatMap((ofDay) =>
    ofDay
      .toSorted((a, b) => distance(a) - distance(b))
      .slice(0, aroundCount)
      .toSorted((a, b) => a.at - b.at),
  );
}

/** The instant whose neighbours are offered when nothing fits: the first day's, at the time or in the middle of the part wished for. */
function wantedInstant({ dates, window, time }: Wish, now: number, zone: string): number {
  if (dates[0] === undefined) return now;
  const middle = window ? (window.from + window.to) / 2 : 12 * 60;
  const { nearby } = wallInstants(dates[0], "00:00", zone);
  return Math.max(now, nearby + Math.floor(time ?? middle) * 60_000);
}

function closest(open: Opening[], wanted: number): Opening[] {
  return open
    .toSorted((a, b) => Math.abs(a.at - wanted) - Math.abs(b.at - wanted))
    .slice(0, nearestCount)
    .toSorted((a, b) => a.at - b.at);
}

// In the hour that comes twice two slots have one key: the agent can name only the first.
function oncePerKey(openings: Opening[]): Opening[] {
  const seen = new Set<string>();
  return openings.filter(({ wall }) => {
    const key = `${wall.date} ${wall.minuteOfDay}`;
    return !seen.has(key) && seen.add(key);
  });
}
