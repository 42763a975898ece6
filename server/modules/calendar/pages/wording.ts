/** Days, times, zones and prices in the visitor's language and on the wall of their zone. */
import { fromMinor, isCurrency, moneyFormat } from "../../../money.ts";
import type { Service } from "../services/service.ts";
import { durationOf } from "../services/service.ts";
import { offsetAt, wallTimeAt } from "../slots/wall-clock.ts";
import type { Messages } from "./languages/en.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

// Making a format costs more than a hundred uses of it; there are few locales and zones at a time.
function formatOf(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    if (formats.size > 2000) formats.clear();
    formats.set(key, (format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options })));
  }
  return format;
}

/** "14:30" or "2:30 PM". */
export function timeText(locale: string, zone: string, at: Date): string {
  return formatOf(locale, zone, { timeStyle: "short" }).format(at);
}

/** "Thursday, 5 March 2026". */
export function dateText(locale: string, zone: string, at: Date): string {
  return formatOf(locale, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(
    at,
  );
}

/** "14:30–15:30". */
export function timesText(locale: string, zone: string, startsAt: Date, endsAt: Date): string {
  return formatOf(locale, zone, { timeStyle: "short" }).formatRange(startsAt, endsAt);
}

/** "Thursday, 5 March 2026, 14:30–15:30". */
export function periodText(locale: string, zone: string, startsAt: Date, endsAt: Date): string {
  const times = timesText(locale, zone, startsAt, endsAt);
  const sameDay = wallTimeAt(startsAt.getTime(), zone).date === wallTimeAt(endsAt.getTime(), zone).date;
  if (sameDay) return `${dateText(locale, zone, startsAt)}, ${times}`;
  return formatOf(locale, zone, { dateStyle: "full", timeStyle: "short" }).formatRange(startsAt, endsAt);
}

const noon = (date: string) => new Date(`${date}T12:00:00Z`);

/** "Thursday, 5 March" of a YYYY-MM-DD date. */
export function dayText(locale: string, date: string): string {
  return formatOf(locale, "UTC", { weekday: "long", day: "numeric", month: "long" }).format(noon(date));
}

/** "March 2026" of a YYYY-MM month. */
export function monthText(locale: string, month: string): string {
  return formatOf(locale, "UTC", { month: "long", year: "numeric" }).format(noon(`${month}-01`));
}

/** "Mon" and "Monday" of a weekday, 0 being Sunday. */
export function weekdayText(locale: string, weekday: number): { short: string; long: string } {
  // 1 March 2026 is a Sunday.
  const at = noon(`2026-03-0${weekday + 1}`);
  const named = (form: "short" | "long") => formatOf(locale, "UTC", { weekday: form }).format(at);
  return { short: named("short"), long: named("long") };
}

/** "Central European Time (Berlin)". */
export function zoneText(locale: string, zone: string, at: Date): string {
  const parts = formatOf(locale, zone, { timeZoneName: "longGeneric" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
  const city = cityOf(zone);
  return city === undefined || name.includes(city) ? name : `${name} (${city})`;
}

/** "New York" of "America/New_York"; undefined for zones that are no place. */
export function cityOf(zone: string): string | undefined {
  return zone.startsWith("Etc/") || !zone.includes("/")
    ? undefined
    : zone.split("/").at(-1)?.replaceAll("_", " ");
}

/** Whether two zones show the same wall clock at an instant. */
export function sameClock(zone: string, other: string, at: Date): boolean {
  return offsetAt(at.getTime(), zone) === offsetAt(at.getTime(), other);
}

/** "1 h 30 min". */
export function durationText(m: Messages, minutes: number): string {
  return minutes < 60 ? m.minutes(minutes) : m.hours(Math.floor(minutes / 60), minutes % 60);
}

/** "$99–$249 per visit"; undefined when the service names no price, or one without a currency. */
export function priceText(m: Messages, locale: string, service: Service): string | undefined {
  const { price_min_cents: min, price_max_cents: max, currency, price_unit: unit } = service;
  if (!currency || !isCurrency(currency) || (min === null && max === null)) return undefined;
  if (min === 0 && (max === null || max === 0)) return m.free;
  const whole = [min, max].every((cents) => cents === null || Number.isInteger(fromMinor(cents, currency)));
  const format = moneyFormat(currency, locale, whole);
  const shown = (cents: number) => format.format(fromMinor(cents, currency));
  const price =
    min === null || min === 0
      ? m.priceUpTo(shown(max ?? 0))
      : max === null
        ? m.priceFrom(shown(min))
        : min === max
          ? shown(min)
          : format.formatRange(fromMinor(min, currency), fromMinor(max, currency));
  return [price, unit ? m.per[unit] : ""].filter(Boolean).join(" ");
}

/** "1 h 30 min · $99–$249". */
export function factsText(m: Messages, locale: string, service: Service): string {
  return [durationText(m, durationOf(service)), priceText(m, locale, service)].filter(Boolean).join(" · ");
}
