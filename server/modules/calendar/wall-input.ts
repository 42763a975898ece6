import { invalidField } from "../../kernel/errors.ts";
import { epochDayOf, instantsOf, MINUTE_MS, offsetAt, resolveZone } from "./slots/wall-clock.ts";

/** The IANA zone a caller named. Throws a 400 naming the field. */
export function zoneField(field: string, text: string): string {
  const zone = resolveZone(text);
  if (zone === undefined) {
    throw invalidField(
      field,
      `${text} is no time zone`,
      "Send an IANA name such as Australia/Perth, or a short one such as Perth, AWST or WA.",
    );
  }
  return zone;
}

/** A YYYY-MM-DD date of the calendar. Throws a 400 naming the field. */
export function dateField(field: string, text: string): string {
  try {
    epochDayOf(text);
    return text;
  } catch {
    throw invalidField(field, `${text} is not a date`, "Write it as YYYY-MM-DD, such as 2026-04-01.");
  }
}

const timeForm = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A time of day, HH:MM on the 24-hour clock. Throws a 400 naming the field. */
export function timeField(field: string, text: string): string {
  if (timeForm.test(text)) return text;
  throw invalidField(
    field,
    `${text} is not a time`,
    "Write it as HH:MM on the 24-hour clock, such as 09:30.",
  );
}

/**
 * The instants a wall clock shows a date and time: one as a rule, two when the clock goes back. A time the clock skips
 * gives none, and `nearby` is then the same moment by the clock before it changed.
 */
export function wallInstants(
  date: string,
  time: string,
  zone: string,
): { instants: number[]; nearby: number } {
  const instants = instantsOf(date, time, zone);
  if (instants[0] !== undefined) return { instants, nearby: instants[0] };
  const wall = Date.parse(`${date}T${time}:00Z`);
  return { instants, nearby: wall - offsetAt(wall - 24 * 60 * MINUTE_MS, zone) };
}
