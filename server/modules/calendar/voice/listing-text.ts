import { durationOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { DAY_MS, dateOf, dayBounds, wallTimeAt } from "../slots/wall-clock.ts";
import type { Choice, Opening } from "./choose-slots.ts";
import type { Offering } from "./offering.ts";
import { keyedTime } from "./slot-key.ts";
import { spokenDay, spokenList, spokenTime, spokenZone } from "./spoken.ts";
import type { Wish } from "./wish.ts";

type Listing = {
  service: Service;
  hosts: Offering["hosts"];
  wish: Wish;
  choice: Choice;
  zone: string;
  /** What was said for a state and is none known here. */
  unknownState: string | undefined;
  now: number;
};

/** How much fits into one turn of a conversation: days, and times of each. */
const mostDays = { soonest: 3, asked: 5 };
const mostTimes = { oneDay: 8, manyDays: 4 };

/** What the agent reads out: the service, then open times day by day with their keys. */
export function listingText(listing: Listing): string {
  const { choice, wish } = listing;
  const remarks = [...misheard(listing), ...(choice.missed ? [missedText(listing)] : [])];
  const days = Map.groupBy(choice.openings, ({ wall }) => wall.date);
  const shown = [...days.values()].slice(0, wish.dates.length > 0 ? mostDays.asked : mostDays.soonest);
  const perDay = days.size === 1 ? mostTimes.oneDay : mostTimes.manyDays;
  return [
    ...headerOf(listing),
    "",
    ...remarks,
    ...shown.map((ofDay) => dayLine(ofDay, perDay, listing)),
    ...(days.size > shown.length ? ["There are more times on later days."] : []),
  ].join("\n");
}

function headerOf({ service, hosts, zone }: Listing): string[] {
  const names = hosts.map(({ name }) => name);
  return [
    `Offering: ${service.name} (${durationOf(service)} minutes)`,
    ...(names.length > 0 ? [`${names.length > 1 ? "Hosts" : "Host"}: ${spokenList(names, "and")}`] : []),
    ...(service.description?.trim() ? [`Description: ${service.description.trim()}`] : []),
    `Times are in ${spokenZone(zone)}.`,
  ];
}

function dayLine(openings: Opening[], most: number, { zone, now }: Listing): string {
  const times = openings.slice(0, most).map(({ at }) => keyedTime(at, zone));
  const more = openings.length > most ? ` (+${openings.length - most} more)` : "";
  return `${dayName(openings[0]!.at, zone, now)}: ${times.join(", ")}${more}`;
}

function dayName(at: number, zone: string, now: number): string {
  const ahead = wallTimeAt(at, zone).epochDay - wallTimeAt(now, zone).epochDay;
  const day = spokenDay(at, zone, now);
  return ahead === 0 ? `Today, ${day}` : ahead === 1 ? `Tomorrow, ${day}` : day;
}

function misheard({ wish: { unclear, moved, dates }, unknownState, zone, now }: Listing): string[] {
  return [
    ...(unknownState === undefined
      ? []
      : [`"${unknownState}" is no state known here, so these are ${spokenZone(zone)}.`]),
    ...(unclear.day === undefined
      ? []
      : [
          `"${unclear.day}" was not understood as a day; say as soon as possible, today, tomorrow, a weekday, this week, next week, the weekend or a date.`,
        ]),
    ...(unclear.time === undefined
      ? []
      : [
          `"${unclear.time}" was not understood as a time; say morning, afternoon, evening, or a time such as 2 PM.`,
        ]),
    ...dates
      .slice(0, moved ? 1 : 0)
      .map(
        (date) => `That date is over, so this is about ${spokenDay(dayBounds(date, zone)[0], zone, now)}.`,
      ),
  ];
}

/** What is not to be had, before what is. */
function missedText({ choice, wish, zone, now }: Listing): string {
  const when = [daysText(wish, zone, now), hoursText(wish)].filter(Boolean).join(" ");
  if (choice.openings.length === 0) {
    return `Nothing is open${when === "" ? "" : ` ${when}`}, and nothing else either at present. Shall somebody ring you back?`;
  }
  return `Nothing is open ${when || "in the next two weeks"}. The nearest times are:`;
}

function daysText({ dates }: Wish, zone: string, now: number): string {
  const name = (date: string) => spokenDay(dayBounds(date, zone)[0], zone, now);
  const [first] = dates;
  if (first === undefined) return "";
  if (dates.length < 3) return `on ${spokenList(dates.map(name), "or")}`;
  const last = dateOf(Date.parse(first) / DAY_MS + dates.length - 1);
  const isRun = dates.at(-1) === last;
  return isRun ? `from ${name(first)} to ${name(last)}` : `on ${spokenList(dates.map(name), "or")}`;
}

function hoursText({ window, time }: Wish): string {
  if (time !== undefined) return `around ${clockAt(time)}`;
  if (!window) return "";
  if (window.from === 0) return `before ${clockAt(window.to)}`;
  if (window.to === 24 * 60) return `from ${clockAt(window.from)} on`;
  return `between ${clockAt(window.from)} and ${clockAt(window.to)}`;
}

function clockAt(minutes: number): string {
  return spokenTime({ hour: Math.floor(minutes / 60) % 24, minute: minutes % 60 });
}
