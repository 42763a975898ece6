import type { Ctx } from "../../../kernel/context.ts";
import { usualHours } from "../../calendar/availability/availability.ts";
import { openSlots } from "../../calendar/slots/slots.ts";
import { MINUTE_MS, instantOf, minuteOfDay, wallTimeAt, dateOf } from "../../calendar/slots/wall-clock.ts";
import type { WorkspaceRow, WorkspaceSettings } from "../../workspace/settings/settings.ts";

/** Whether the business is open at this instant, by the company's own hours. */
export async function isOpen(ctx: Ctx, workspace: WorkspaceRow): Promise<boolean> {
  const row = await ctx.db
    .from("scheduling_availability")
    .selectAll()
    .where("member_id", "is", null)
    .executeTakeFirst();
  const hours = {
    weeklyHours: row?.weekly_hours ?? usualHours,
    dateOverrides: row?.date_overrides ?? [],
    timeZone: row?.timezone ?? workspace.timeZone,
  };
  const minute = Math.floor(ctx.now.getTime() / MINUTE_MS) * MINUTE_MS;
  const slots = openSlots({
    hosts: [{ id: "business", hours, busy: [] }],
    rules: {
      durationMinutes: 1,
      slotIntervalMinutes: 1,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      minNoticeMinutes: 0,
      maxAdvanceDays: 1,
    },
    from: minute,
    to: minute + MINUTE_MS,
    now: minute,
  });
  return slots.length > 0;
}

type QuietHours = WorkspaceSettings["quiet_hours"];

/**
 * When the quiet hours that cover an instant end, or undefined outside them. Start and end are wall times ("21:00") of
 * the business' zone; a start after the end spans midnight.
 */
export function quietUntil(quiet: QuietHours, timeZone: string, at: Date): Date | undefined {
  if (!quiet.enabled) return undefined;
  const [start, end] = [minuteOfDay(quiet.start), minuteOfDay(quiet.end)];
  const { epochDay, minuteOfDay: minute } = wallTimeAt(at.getTime(), timeZone);
  const overnight = start > end;
  const inside = overnight ? minute >= start || minute < end : minute >= start && minute < end;
  if (!inside) return undefined;
  const endDay = overnight && minute >= start ? epochDay + 1 : epochDay;
  // An end in the hour the clock skips is over when the clock has gone forward.
  for (let late = end; late < end + 180; late += 15) {
    const date = dateOf(endDay + Math.floor(late / 1440));
    const instant = instantOf(date, clock(late % 1440), timeZone);
    if (instant !== undefined && instant > at.getTime()) return new Date(instant);
  }
  return new Date(at.getTime() + 60 * MINUTE_MS);
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
