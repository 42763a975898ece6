import { moneyText } from "../../../money.ts";
import { clockText, listText } from "./moments.ts";
import type { Business, OfferedService } from "./turn.ts";

const UNITS = { PER_JOB: "per job", PER_HOUR: "per hour", PER_VISIT: "per visit" } as const;
const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** "Drain cleaning is £95 to £180 per job", or undefined for a service without a range. */
export function priceText({ name, price }: OfferedService, usual: string): string | undefined {
  if (!price) return undefined;
  const currency = price.currency ?? usual;
  const range =
    price.minCents === price.maxCents
      ? moneyText(price.minCents, currency)
      : `${moneyText(price.minCents, currency)} to ${moneyText(price.maxCents, currency)}`;
  return `${name} is ${range} ${UNITS[price.unit]}`;
}

/** "Mon to Fri 8:00 AM to 6:00 PM, Sat 9:00 AM to 1:00 PM"; "" when unknown. */
export function hoursText(hours: Business["hours"]): string {
  const byDay = [1, 2, 3, 4, 5, 6, 0].map((day) => ({
    day,
    text: hours
      .filter((entry) => entry.day === day)
      .toSorted((a, b) => a.start.localeCompare(b.start))
      .map(({ start, end }) => `${clockText(start)} to ${clockText(end)}`)
      .join(" and "),
  }));
  const runs: { first: number; last: number; text: string }[] = [];
  for (const { day, text } of byDay) {
    if (text === "") continue;
    const run = runs.at(-1);
    const previous = (day + 6) % 7;
    if (run?.text === text && run.last === previous) run.last = day;
    else runs.push({ first: day, last: day, text });
  }
  return runs
    .map(({ first, last, text }) => {
      const days = first === last ? DAY_NAMES[first] : `${DAY_NAMES[first]} to ${DAY_NAMES[last]}`;
      return `${days} ${text}`;
    })
    .join(", ");
}

/** "45 minutes", "1 hour", "1 hour 30 minutes" */
export function durationText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [
    hours > 0 ? `${hours} hour${hours > 1 ? "s" : ""}` : "",
    rest > 0 ? `${rest} minute${rest > 1 ? "s" : ""}` : "",
  ];
  return parts.filter(Boolean).join(" ");
}

/** The services by name, at most five of them. */
export function servicesText(services: OfferedService[], joint: "and" | "or" = "and"): string {
  return listText(
    services.slice(0, 5).map(({ name }) => name),
    joint,
  );
}

/** What people there call the code in an address. */
export function postcodeWord(country: string): string {
  return country === "US" ? "zip code" : "postcode";
}
