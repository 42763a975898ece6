import { clockTime } from "../bookings/slot-unavailable.ts";
import { wallTimeAt } from "../slots/wall-clock.ts";
import { dateField, timeField, wallInstants } from "../wall-input.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { spokenTime } from "./spoken.ts";

/** What an agent sends to have a slot: "2026-03-03 09:00", the wall clock the times were read out by. */
export function slotKey(at: number, zone: string): string {
  const wall = wallTimeAt(at, zone);
  return `${wall.date} ${clockTime(wall)}`;
}

/** A time to read out with the key to send: 9 AM [slot:"2026-03-03 09:00"] */
export function keyedTime(at: number, zone: string): string {
  return `${spokenTime(wallTimeAt(at, zone))} [slot:"${slotKey(at, zone)}"]`;
}

// The key alone, or as the listing shows it.
const keyForm = /^\[?(?:slot:)?\s*["']?(\d{4}-\d\d-\d\d) (\d\d:\d\d)["']?\]?$/;

/** The instants a key means: one as a rule, two in the hour that comes twice. Throws a 400 naming the field. */
export function slotField(field: string, text: string, zone: string): number[] {
  const [, date, time] = keyForm.exec(text.trim()) ?? [];
  const advice = 'Send a value of the listing as it stands there, such as "2026-03-03 09:00".';
  if (!date || !time) throw invalidField(field, "is no slot of the listing", advice);
  const { instants } = wallInstants(dateField(field, date), timeField(field, time), zone);
  if (instants.length === 0) {
    throw invalidField(field, `the clock of ${zone} skips ${time} on ${date}`, advice);
  }
  return instants;
}
