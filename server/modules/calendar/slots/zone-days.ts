export const DAY_MS = 86_400_000;

/**
 * One stretch of a local day with one offset from UTC: the wall times [fromMs, toMs) after local midnight exist
 * there, and the instant of a wall time w is `epochDay * DAY_MS + w - offsetMs`.
 */
export type DaySegment = { fromMs: number; toMs: number; offsetMs: number };

type ZoneTable = {
  format: Intl.DateTimeFormat;
  /** Offset at 00:00 UTC, by epoch day. */
  offsets: Map<number, number>;
  /** The instant of the change within a UTC day whose two ends differ in offset, by epoch day. */
  changes: Map<number, number>;
  segments: Map<number, readonly DaySegment[]>;
};

const tables = new Map<string, ZoneTable>();
/** About 55 years of days; a caller walking further only pays the look-ups again. */
const MAX_CACHED_DAYS = 20_000;

function tableOf(zone: string): ZoneTable {
  let table = tables.get(zone);
  if (!table) {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    table = { format, offsets: new Map(), changes: new Map(), segments: new Map() };
    tables.set(zone, table);
  } else if (table.offsets.size > MAX_CACHED_DAYS) {
    table.offsets.clear();
    table.changes.clear();
    table.segments.clear();
  }
  return table;
}

/** Asks Intl; a microsecond each, so only once per zone and day. */
function askOffset(table: ZoneTable, instant: number): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(table.format.format(instant));
  if (!match) throw new RangeError(`No offset from UTC at ${instant}`);
  if (!match[1]) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === "-" ? -seconds : seconds) * 1000;
}

function offsetAtUtcDay(table: ZoneTable, utcDay: number): number {
  let offset = table.offsets.get(utcDay);
  if (offset === undefined) {
    offset = askOffset(table, utcDay * DAY_MS);
    table.offsets.set(utcDay, offset);
  }
  return offset;
}

function changeInUtcDay(table: ZoneTable, utcDay: number): number {
  const known = table.changes.get(utcDay);
  if (known !== undefined) return known;
  const before = offsetAtUtcDay(table, utcDay);
  let low = (utcDay * DAY_MS) / 1000;
  let high = low + DAY_MS / 1000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (askOffset(table, middle * 1000) === before) low = middle;
    else high = middle;
  }
  table.changes.set(utcDay, high * 1000);
  return high * 1000;
}

/** Milliseconds to add to UTC for the wall clock of `zone` at `instant`. Throws RangeError on an unknown zone. */
export function offsetAt(instant: number, zone: string): number {
  const table = tableOf(zone);
  const utcDay = Math.floor(instant / DAY_MS);
  const before = offsetAtUtcDay(table, utcDay);
  const after = offsetAtUtcDay(table, utcDay + 1);
  if (before === after) return before;
  return instant < changeInUtcDay(table, utcDay) ? before : after;
}

/**
 * The stretches of a local day in order of time: one on most days; two with a hole between them when the clock
 * goes forward, two that overlap when it goes back; none when the zone skipped the date altogether.
 */
export function daySegments(epochDay: number, zone: string): readonly DaySegment[] {
  const table = tableOf(zone);
  let segments = table.segments.get(epochDay);
  if (!segments) {
    segments = findSegments(table, epochDay);
    table.segments.set(epochDay, segments);
  }
  return segments;
}

function findSegments(table: ZoneTable, epochDay: number): DaySegment[] {
  const midnight = epochDay * DAY_MS;
  const segments: DaySegment[] = [];
  // No offset reaches 24 hours, so the local day lies within the UTC day and its two neighbours.
  let since = -Infinity;
  for (let utcDay = epochDay - 1; utcDay <= epochDay + 1; utcDay++) {
    const offsetMs = offsetAtUtcDay(table, utcDay);
    const last = utcDay === epochDay + 1;
    const changes = offsetAtUtcDay(table, utcDay + 1) !== offsetMs;
    if (!changes && !last) continue;
    const until = changes ? changeInUtcDay(table, utcDay) : Infinity;
    add(since, until, offsetMs);
    since = until;
    if (changes && last) add(since, Infinity, offsetAtUtcDay(table, utcDay + 1));
  }
  return segments;

  function add(start: number, end: number, offsetMs: number): void {
    const fromMs = Math.max(0, start + offsetMs - midnight);
    const toMs = Math.min(DAY_MS, end + offsetMs - midnight);
    if (fromMs < toMs) segments.push({ fromMs, toMs, offsetMs });
  }
}
