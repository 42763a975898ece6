import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Database } from "../../../kernel/database.ts";
import type { Sweep } from "../../../kernel/sweep.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { longestBlockMs, readBusyTimes } from "./busy.store.ts";
import type { BusyTimes, BusyWindow } from "./busy.store.ts";

/*
 * A page of open times asks for the same thousands of busy times again and again, while a few of them change. So a process
 * keeps them, with the database's snapshot they are of, and each time asks only whose times were changed by a transaction
 * that snapshot did not see; of those people it reads everything anew, in the same statement. The answer is what the
 * asking transaction would have read itself (statements see what is committed when they begin, and their own changes).
 */

/** [from, until) epoch milliseconds; of a hold also when it expires. */
type BusyTime = [from: number, until: number, expiresAt?: number];

/** The busy times of a workspace that touch [from, to), as of one snapshot. Never changed, only replaced. */
type Remembered = {
  snapshot: string;
  /** When all of it was read, by the database's clock. */
  readAt: number;
  from: number;
  to: number;
  times: ReadonlyMap<string, readonly BusyTime[]>;
  count: number;
};

/** What is read beyond what was asked for, so that the next page, or the same one tomorrow, is there already. */
const beforeMs = DAY_MS;
const afterMs = 14 * DAY_MS;
/** A look at a single slot is cheaper than to read what to remember. */
const shortestMs = DAY_MS;
const longestMs = 200 * DAY_MS;
/** Far less than changes are kept, so that none of a transaction that took long is missed. */
const oldestMs = 60 * 60 * 1000;

const mostOfOne = 20_000;
const mostOfAll = 200_000;

/** What one process remembers: of the workspaces asked for last, as many busy times as `most`. */
export class BusyCache {
  readonly #workspaces = new Map<string, Remembered>();
  readonly #most: number;
  #count = 0;

  constructor(most = mostOfAll) {
    this.#most = most;
  }

  /** How many busy times are remembered. */
  get size(): number {
    return this.#count;
  }

  async busyTimesOf(ctx: Ctx, window: BusyWindow): Promise<BusyTimes> {
    const [from, to] = [window.from.getTime(), window.to.getTime()];
    // A booking that does not count is one that moves, which is too seldom to remember whose times are whose.
    if (window.excludeBookingId !== undefined) return readBusyTimes(ctx, window);
    const known = this.#workspaces.get(ctx.workspaceId);
    if (known && known.from <= from && to <= known.to) {
      const renewed = await renew(ctx, known);
      if (renewed) return this.#answer(ctx, renewed, from, to);
    } else if (to - from < shortestMs) {
      return readBusyTimes(ctx, window);
    }
    const wider = {
      from: Math.min(from - beforeMs, known?.from ?? Infinity),
      to: Math.max(to + afterMs, known?.to ?? -Infinity),
    };
    const range = wider.to - wider.from <= longestMs ? wider : { from, to };
    return this.#answer(ctx, await readAll(ctx, range), from, to);
  }

  #answer(ctx: Ctx, { seen, wrote }: Answer, from: number, to: number): BusyTimes {
    // Of a transaction that has written, nobody else may see what it saw.
    if (!wrote) this.#remember(ctx.workspaceId, seen);
    return inWindow(seen.times, from, to, ctx.now.getTime());
  }

  #remember(workspaceId: string, seen: Remembered): void {
    this.#forget(workspaceId);
    if (seen.count > Math.min(mostOfOne, this.#most)) return;
    this.#workspaces.set(workspaceId, seen);
    this.#count += seen.count;
    // A map keeps the order things were put in, so the first is the one that was not asked for the longest.
    for (const other of this.#workspaces.keys()) {
      if (this.#count <= this.#most) return;
      this.#forget(other);
    }
  }

  #forget(workspaceId: string): void {
    this.#count -= this.#workspaces.get(workspaceId)?.count ?? 0;
    this.#workspaces.delete(workspaceId);
  }
}

const caches = new WeakMap<Database, BusyCache>();

/** When members and resources are taken: as readBusyTimes answers, but most of it remembered. */
export function busyTimesOf(ctx: Ctx, window: BusyWindow): Promise<BusyTimes> {
  let cache = caches.get(ctx.app.database);
  if (!cache) caches.set(ctx.app.database, (cache = new BusyCache()));
  return cache.busyTimesOf(ctx, window);
}

/** By the database's clock: ours can be moved, and what is remembered must not outlive the changes. */
export const calendarChangesSweep: Sweep = {
  table: "calendar_changes",
  column: "noted_at",
  keepMs: 0,
  unless: sql<boolean>`noted_at > clock_timestamp() - interval '1 day'`,
};

/** What a transaction saw, and whether some of it may be its own and not yet committed. */
type Answer = { seen: Remembered; wrote: boolean };
type Row = {
  snapshot: string;
  asked_at: number;
  wrote: boolean;
  times: Record<string, BusyTime[]> | null;
  changed?: string[] | null;
};

const said = sql`pg_current_snapshot()::text as snapshot,
       (date_part('epoch', clock_timestamp()) * 1000)::float8 as asked_at,
       pg_current_xact_id_if_assigned() is not null as wrote`;

async function readAll(ctx: Ctx, range: { from: number; to: number }): Promise<Answer> {
  const [row] = await ctx.db.raw(sql<Row>`select ${said}, ${timesOf(ctx, range)} as times`);
  const times = new Map(Object.entries(row!.times ?? {}));
  return {
    seen: { ...range, snapshot: row!.snapshot, readAt: row!.asked_at, times, count: countOf(times) },
    wrote: row!.wrote,
  };
}

/** What is remembered, brought up to date; undefined when it must be read again. */
async function renew(ctx: Ctx, known: Remembered): Promise<Answer | undefined> {
  const changed = sql`select subject_id from changed`;
  const [row] = await ctx.db.raw(sql<Row>`
    with changed as materialized (
      select distinct subject_id from calendar_changes
       where workspace_id = ${ctx.workspaceId} and xid >= pg_snapshot_xmin(${known.snapshot}::pg_snapshot)
         and not pg_visible_in_snapshot(xid, ${known.snapshot}::pg_snapshot))
    select ${said}, (select json_agg(subject_id) from changed) as changed,
           case when exists (${changed}) then ${timesOf(ctx, known, changed)} end as times`);
  const { snapshot, asked_at: askedAt, wrote, changed: subjects, times: fresh } = row!;
  if (askedAt - known.readAt > oldestMs || !seesAll(snapshot, known.snapshot)) return undefined;
  if (!subjects) return { seen: { ...known, snapshot }, wrote };
  const times = new Map(known.times);
  for (const id of subjects) {
    const own = fresh?.[id];
    if (own) times.set(id, own);
    else times.delete(id);
  }
  return { seen: { ...known, snapshot, times, count: countOf(times) }, wrote };
}

/** A JSON object with the busy times of each subject (of some, if `only` names them), expired holds included. */
function timesOf(
  ctx: Ctx,
  range: { from: number; to: number },
  only?: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const [from, to] = [new Date(range.from), new Date(range.to)];
  const earliest = new Date(range.from - longestBlockMs);
  const claims = only ? sql`and subject_id = any (array(${only}))` : sql``;
  const elsewhere = only ? sql`and member_id = any (array(${only}))` : sql``;
  return sql`(
    select json_object_agg(subject_id, times) from (
      select subject_id, ('[[' || string_agg(${epochMs("busy_from")} || ',' || ${epochMs("busy_until")}
               || coalesce(',' || ${epochMs("expires_at")}, ''), '],[') || ']]')::json as times
        from (
          select subject_id, claimed_from as busy_from, claimed_until as busy_until, expires_at from slot_claims
           where workspace_id = ${ctx.workspaceId}
             and claimed_from > ${earliest} and claimed_from < ${to} and claimed_until > ${from} ${claims}
          union all
          select member_id, starts_at, ends_at, null from external_busy
           where workspace_id = ${ctx.workspaceId} and ends_at > ${from} and starts_at < ${to} ${elsewhere}) busy
       group by subject_id) subjects)`;
}

function epochMs(column: "busy_from" | "busy_until" | "expires_at"): RawBuilder<unknown> {
  return sql`(date_part('epoch', ${sql.ref(column)}) * 1000)::int8`;
}

function inWindow(times: Remembered["times"], from: number, to: number, now: number): BusyTimes {
  const found: BusyTimes = new Map();
  for (const [id, all] of times) {
    const near: [number, number][] = [];
    for (const [start, until, expiresAt] of all) {
      if (start < to && until > from && (expiresAt === undefined || expiresAt > now))
        near.push([start, until]);
    }
    if (near.length > 0) found.set(id, near);
  }
  return found;
}

function countOf(times: Remembered["times"]): number {
  let count = 0;
  for (const all of times.values()) count += all.length;
  return count;
}

/**
 * Whether one snapshot (xmin:xmax:running) sees every transaction that another did. It does not where somebody looked
 * later than a transaction that keeps one snapshot to its end, or at a database that was restored since.
 */
function seesAll(snapshot: string, other: string): boolean {
  const [, xmax = "", running = ""] = snapshot.split(":");
  const [, otherXmax = "", otherRunning = ""] = other.split(":");
  const hidden = new Set(otherRunning.split(","));
  const bound = BigInt(otherXmax);
  if (BigInt(xmax) < bound) return false;
  return running === "" || running.split(",").every((id) => BigInt(id) >= bound || hidden.has(id));
}
