import { quietUntil } from "../../messaging/messages/business-hours.ts";
import type { WorkspaceSettings } from "../../workspace/settings/settings.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";

/** So long before the appointment a reminder is still of use. */
const usefulMs = 30 * MINUTE_MS;
/** So long before quiet hours begin what would fall into them is sent. */
const aheadMs = 30 * MINUTE_MS;
const stepMs = 5 * MINUTE_MS;
const dayMs = 24 * 60 * MINUTE_MS;

/**
 * When a text that is wished for at some time is sent so that it wakes nobody: then, when the quiet hours around it end, or half an
 * hour before they begin where their end is too close to the appointment. Undefined where quiet hours leave no time, and for what is
 * meant for the start itself.
 */
export function wakingTime(
  quiet: WorkspaceSettings["quiet_hours"],
  timeZone: string,
  { wished, startsAt }: { wished: Date; startsAt: Date },
): Date | undefined {
  const end = quietUntil(quiet, timeZone, wished);
  if (!end) return wished;
  if (end.getTime() + usefulMs <= startsAt.getTime()) return end;
  if (wished >= startsAt) return undefined;
  // Backwards by the clock's own account of what is quiet, whatever it does that night.
  const from = Math.floor(wished.getTime() / stepMs) * stepMs;
  for (let at = from; at > from - dayMs; at -= stepMs) {
    if (!quietUntil(quiet, timeZone, new Date(at))) return new Date(at + stepMs - aheadMs);
  }
  return undefined;
}
