/** Instants as the shop reads them off its own wall. Everything takes the shop's IANA zone. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

export function timeOf(at: string | Date, zone: string): string {
  return format(zone, "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
}

export function timeWithSeconds(at: Date, zone: string): string {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return format(zone, "seconds", options).format(at);
}

export function dayOf(at: string | Date, zone: string): string {
  return format(zone, "day", { weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
}

export function longDayOf(at: string | Date, zone: string): string {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  return format(zone, "long", options).format(new Date(at));
}

/** "14:05" today, "Tue 3 Mar, 14:05" on other days. */
export function whenOf(at: string | Date, zone: string, now: Date): string {
  const time = timeOf(at, zone);
  return dateKey(at, zone) === dateKey(now, zone) ? time : `${dayOf(at, zone)}, ${time}`;
}

/** YYYY-MM-DD on the shop's calendar. */
export function dateKey(at: string | Date, zone: string): string {
  const { year, month, day } = wallClock(new Date(at), zone);
  return `${year}-${pad(month)}-${pad(day)}`;
}

export function addDays(key: string, days: number): string {
  const date = new Date(`${key}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Minutes since the shop's midnight. */
export function minuteOfDay(at: string | Date, zone: string): number {
  const { hour, minute } = wallClock(new Date(at), zone);
  return hour * 60 + minute;
}

/** The wall clock as "YYYY-MM-DD HH:mm:ss", as date pickers write it. */
export function wallText(at: Date, zone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(at, zone);
  return `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`;
}

/** The instant at which the shop's wall clock shows `text`; in a repeated hour the earlier one. */
export function instantOf(text: string, zone: string): Date {
  const wall = Date.parse(`${text.replace(" ", "T")}Z`);
  let guess = wall;
  for (let round = 0; round < 2; round += 1) {
    const shown = Date.parse(`${wallText(new Date(guess), zone).replace(" ", "T")}Z`);
    guess += wall - shown;
  }
  return new Date(guess);
}

function wallClock(at: Date, zone: string) {
  const parts = format(zone, "parts", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(at);
  const number = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return {
    year: number("year"),
    month: number("month"),
    day: number("day"),
    hour: number("hour"),
    minute: number("minute"),
    second: number("second"),
  };
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** "+61 491 570 006", good enough to read aloud. */
export function readableNumber(e164: string): string {
  const digits = e164.replace(/^\+/, "");
  const code = /^(1|7|44|61|64|33|49|353|\d\d)/.exec(digits)?.[1] ?? "";
  const rest = digits.slice(code.length);
  return `+${code} ${rest.replaceAll(/(\d{3})(?=\d{3})/g, "$1 ")}`;
}
