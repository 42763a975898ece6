import type { Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import type { DateOverride, WeeklyHours } from "../slots/slots.ts";

export interface SchedulingAvailabilityTable {
  workspace_id: string;
  id: string;
  member_id: string | null;
  weekly_hours: Json<WeeklyHours> | null;
  timezone: string | null;
  date_overrides: Json<DateOverride[]> | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ExternalBusyTable {
  workspace_id: string;
  id: string;
  member_id: string;
  starts_at: Timestamp;
  ends_at: Timestamp;
  source: string;
  created_at: Timestamp;
  /** The connection it was read from, and the provider's name for the entry. */
  connection_id: string | null;
  external_id: string | null;
  title: string | null;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    scheduling_availability: SchedulingAvailabilityTable;
    external_busy: ExternalBusyTable;
  }
}

export type Availability = Selectable<SchedulingAvailabilityTable>;

/** The hours of a business that has set none: Monday to Friday, nine to five. */
export const usualHours: WeeklyHours = [1, 2, 3, 4, 5].map((day) => ({ day, start: "09:00", end: "17:00" }));

/**
 * The overrides that hold for a member: the company's where they have none of their own; else their own, and the dates the
 * company is closed on that they say nothing of.
 */
export function heldOverrides(
  own: readonly DateOverride[] | null | undefined,
  company: readonly DateOverride[] | null | undefined,
): DateOverride[] {
  if (!own) return [...(company ?? [])];
  const named = new Set(own.map(({ date }) => date));
  return [...own, ...(company ?? []).filter(({ date, type }) => type === "blocked" && !named.has(date))];
}
