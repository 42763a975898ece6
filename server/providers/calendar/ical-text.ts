/**
 * Cuts an iCalendar file into its components before a parser sees it: one that is broken then costs only itself, and what
 * nobody asks for (descriptions, alarms, attachments) is never parsed.
 */
import ICAL from "ical.js";

const wanted = new Set([
  "BEGIN",
  "END",
  "UID",
  "SEQUENCE",
  "SUMMARY",
  "CLASS",
  "DTSTART",
  "DTEND",
  "DURATION",
  "RRULE",
  "RDATE",
  "EXDATE",
  "RECURRENCE-ID",
  "TRANSP",
  "STATUS",
  "ATTENDEE",
  "FREEBUSY",
  "TZID",
  "TZOFFSETFROM",
  "TZOFFSETTO",
  "X-LIC-LOCATION",
  "X-MICROSOFT-CDO-BUSYSTATUS",
]);
/** Lines whose loss leaves an event that still says when it begins. */
const dispensable = new Set([
  "RRULE",
  "RDATE",
  "EXDATE",
  "ATTENDEE",
  "SUMMARY",
  "SEQUENCE",
  "X-LIC-LOCATION",
]);
const components = new Set(["VEVENT", "VTIMEZONE", "VFREEBUSY"]);
/** An attachment may be a line of megabytes; nothing we read is longer than this. */
const longestLine = 20_000;

/** A file with more is not somebody's calendar. */
const mostComponents = 100_000;

export type CalendarParts = {
  events: ICAL.Component[];
  zones: ICAL.Component[];
  freeBusy: ICAL.Component[];
  /** X-WR-CALNAME and X-WR-TIMEZONE, as calendar programs name a calendar and its zone. */
  name?: string;
  timeZone?: string;
  /** Components that could not be read at all. */
  broken: number;
};

/** Whether a text is an iCalendar file, whatever state it is in. */
export function isCalendarText(text: string): boolean {
  return /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text.slice(0, 1_000));
}

/** Reads the parts of a file that say when somebody is busy, but for single events that are over before or begin after `days`. */
export function readParts(text: string, days: { from: string; to: string }): CalendarParts {
  const parts: CalendarParts = { events: [], zones: [], freeBusy: [], broken: 0 };
  const lists = { VEVENT: parts.events, VTIMEZONE: parts.zones, VFREEBUSY: parts.freeBusy };
  let block: string[] | undefined;
  let depth = 0;
  let read = 0;
  for (const line of contentLines(text)) {
    const name = nameOf(line);
    if (name === "BEGIN") {
      const kind = line.slice(6).trim().toUpperCase();
      if (components.has(kind)) {
        // One that was never closed ends where the next begins.
        if (block && depth > 0 && block[0]?.endsWith(kind)) parts.broken++;
        block = [`BEGIN:${kind}`];
        depth = 1;
      } else if (block) {
        depth++;
        if (block[0] === "BEGIN:VTIMEZONE") block.push(line);
      }
    } else if (name === "END" && block) {
      depth--;
      if (depth > 0 && block[0] === "BEGIN:VTIMEZONE") block.push(line);
      if (depth > 0) continue;
      const kind = block[0]!.slice(6) as keyof typeof lists;
      if (kind !== "VEVENT" || !isElsewhere(block, days)) {
        const component = ++read > mostComponents ? undefined : parsed([...block, `END:${kind}`]);
        if (component) lists[kind].push(component);
        else parts.broken++;
      }
      block = undefined;
    } else if (block && (depth === 1 || block[0] === "BEGIN:VTIMEZONE")) {
      if (wanted.has(name)) block.push(line);
    } else if (!block && name === "X-WR-CALNAME") parts.name = valueOf(line);
    else if (!block && name === "X-WR-TIMEZONE") parts.timeZone = valueOf(line);
  }
  if (block) parts.broken++;
  return parts;
}

/** Whether an event that does not repeat lies outside of the days (YYYYMMDD): most of a calendar kept for years does. */
function isElsewhere(lines: readonly string[], { from, to }: { from: string; to: string }): boolean {
  const dates = new Map<string, string>();
  for (const line of lines) {
    const name = nameOf(line);
    if (["RRULE", "RDATE", "RECURRENCE-ID", "DURATION"].includes(name)) return false;
    if (name === "DTSTART" || name === "DTEND") dates.set(name, /:(\d{8})(T|$)/.exec(line.trim())?.[1] ?? "");
  }
  const start = dates.get("DTSTART");
  const end = dates.get("DTEND") ?? start;
  return Boolean(start && end) && (start! > to || end! < from);
}

/** A component, if need be without the lines that keep it from being read; undefined when even that does not help. */
function parsed(lines: string[]): ICAL.Component | undefined {
  for (const attempt of [lines, lines.filter((line) => !dispensable.has(nameOf(line)))]) {
    try {
      const component = new ICAL.Component(ICAL.parse(attempt.join("\r\n")) as never);
      checkValues(component);
      return component;
    } catch {
      // The next attempt asks for less.
    }
  }
  return undefined;
}

// Values are decoded when they are first asked for, which is where a bad one is noticed.
function checkValues(component: ICAL.Component): void {
  for (const property of component.getAllProperties()) property.getValues();
  for (const part of component.getAllSubcomponents()) checkValues(part);
}

/** The lines of a file with what was folded put together again (RFC 5545, 3.1). */
function* contentLines(text: string): Generator<string> {
  let line = "";
  for (const raw of physicalLines(text)) {
    if (raw.startsWith(" ") || raw.startsWith("\t")) {
      if (line.length < longestLine) line += raw.slice(1);
      continue;
    }
    if (line.trim() !== "") yield line;
    line = raw.slice(0, longestLine);
  }
  if (line.trim() !== "") yield line;
}

function* physicalLines(text: string): Generator<string> {
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    yield text.slice(start, text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
}

function nameOf(line: string): string {
  return (/^[A-Za-z0-9-]+/.exec(line)?.[0] ?? "").toUpperCase();
}

function valueOf(line: string): string {
  return line
    .slice(line.indexOf(":") + 1)
    .replaceAll(/\\([\\;,])/g, "$1")
    .trim();
}
