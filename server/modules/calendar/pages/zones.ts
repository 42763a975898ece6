/** The zones a visitor may choose from without a script: one for every clock people live by. */
import { MINUTE_MS, offsetAt } from "../slots/wall-clock.ts";
import { cityOf } from "./wording.ts";

const offered = (
  "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Phoenix America/Denver America/Chicago " +
  "America/Mexico_City America/Regina America/New_York America/Toronto America/Bogota America/Lima America/Caracas " +
  "America/Halifax America/Puerto_Rico America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires " +
  "Atlantic/Azores Atlantic/Reykjavik Europe/London Europe/Dublin Europe/Lisbon Atlantic/Canary Africa/Casablanca " +
  "Africa/Lagos Europe/Berlin Europe/Madrid Europe/Paris Europe/Rome Europe/Vienna Europe/Zurich Europe/Warsaw " +
  "Africa/Johannesburg Africa/Cairo Europe/Athens Europe/Helsinki Europe/Kyiv Asia/Jerusalem Europe/Istanbul " +
  "Europe/Moscow Africa/Nairobi Asia/Riyadh Asia/Tehran Asia/Dubai Asia/Kabul Asia/Karachi Asia/Kolkata " +
  "Asia/Kathmandu Asia/Dhaka Asia/Yangon Asia/Bangkok Asia/Jakarta Asia/Singapore Asia/Hong_Kong Asia/Shanghai " +
  "Asia/Manila Australia/Perth Asia/Seoul Asia/Tokyo Australia/Darwin Australia/Adelaide Australia/Brisbane " +
  "Australia/Sydney Australia/Melbourne Australia/Hobart Pacific/Noumea Pacific/Auckland Pacific/Fiji " +
  "Pacific/Tongatapu Etc/UTC"
).split(" ");

export type ZoneChoice = { zone: string; label: string };

/** Zones from west to east, with `wanted` among them: "GMT+1 Berlin". */
export function zoneChoices(at: Date, wanted: readonly string[]): ZoneChoice[] {
  const zones = [...new Set([...offered, ...wanted])];
  return zones
    .map((zone) => ({
      zone,
      offset: offsetAt(at.getTime(), zone),
      city: cityOf(zone) ?? zone.replace("Etc/", ""),
    }))
    .toSorted((a, b) => a.offset - b.offset || (a.city < b.city ? -1 : 1))
    .map(({ zone, offset, city }) => ({ zone, label: `${offsetText(offset)} ${city}` }));
}

/** "GMT+5:30". */
function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const clock =
    minutes % 60 === 0
      ? `${minutes / 60}`
      : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  return `GMT${offsetMs < 0 ? "−" : "+"}${clock}`;
}
