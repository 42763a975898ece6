import { randomUUID } from "node:crypto";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { CalendarChanges } from "../../../providers/calendar/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { DAY_MS, MINUTE_MS } from "../slots/wall-clock.ts";
import { storeChanges } from "./busy.store.ts";
import { reconcileConflicts } from "./conflicts.ts";
import type { Connection } from "./connection.ts";
import { accountIn, changeConnection, findLocked, updateConnection } from "./connections.store.ts";
import { markRevoked, nextAttempt, toldOf } from "./failures.ts";
import { planUpcomingWrites } from "./plan-writes.ts";
import { keepWatching } from "./watch.ts";

type Payload = { connectionId: string; asked?: boolean };

const claimMs = 5 * MINUTE_MS;
/** Bookings may run into today from yesterday. */
const backMs = DAY_MS;
const spareDays = 30;
const usualHorizonDays = 100;

/**
 * Reads what changed in a connected calendar. One at a time for each connection: whoever comes meanwhile leaves word and it is
 * read once more. The sync token is kept in the transaction that keeps what came with it, so a crash in between only means
 * that the same changes are read again.
 */
export const syncCalendar = job<Payload>({
  name: "sync-calendar",
  expireSeconds: 240,
  async run(one, { connectionId, asked = false }) {
    const turn = await one.transaction((ctx) => takeTurn(ctx, connectionId, asked));
    if (!turn) return;
    try {
      const changes = await read(one, turn);
      await one.transaction((ctx) => keep(ctx, turn, changes));
    } catch (error) {
      await one.transaction((ctx) => noteFailure(ctx, turn, error));
      if (error instanceof ProviderError) return;
      throw error;
    }
    await keepWatching(one, connectionId);
  },
});

/** `asked`: somebody wants to know now, whatever went wrong before. */
export function enqueueSync(
  ctx: Ctx,
  connectionId: string,
  options: { asked?: boolean; at?: Date } = {},
): void {
  const { asked = false, at } = options;
  ctx.enqueue(
    syncCalendar,
    { connectionId, asked },
    {
      key: `${connectionId} ${at ? "later" : "now"}${asked ? " asked" : ""}`,
      ...(at ? { startAt: at } : {}),
    },
  );
}

type Turn = {
  connection: Connection;
  claim: string;
  range: { from: Date; to: Date };
  syncToken: string | undefined;
  timeZone: string;
};

async function takeTurn(ctx: Ctx, connectionId: string, asked: boolean): Promise<Turn | undefined> {
  const connection = await findLocked(ctx, connectionId);
  if (!connection || connection.is_removed || connection.status === "revoked") return undefined;
  const { sync_claimed_until: busyUntil, next_attempt_at: notBefore } = connection;
  if (connection.sync_claim !== null && busyUntil && busyUntil > ctx.now) {
    await updateConnection(ctx, connectionId, { sync_wanted: true });
    // Whoever holds the claim may have died with it: somebody has to look when it ends.
    enqueueSync(ctx, connectionId, { at: busyUntil });
    return undefined;
  }
  if (!asked && notBefore && notBefore > ctx.now) return undefined;
  const claim = randomUUID();
  await updateConnection(ctx, connectionId, {
    sync_claim: claim,
    sync_claimed_until: new Date(ctx.now.getTime() + claimMs),
    sync_wanted: false,
  });
  const needed = ctx.now.getTime() + (await horizonDays(ctx)) * DAY_MS;
  const { sync_token: syncToken, synced_until: syncedUntil } = connection;
  // A token goes on telling of the range it was given for; when that no longer reaches far enough, all is read anew.
  const reachesFarEnough = syncedUntil !== null && syncedUntil.getTime() >= needed;
  return {
    connection,
    claim,
    range: {
      from: new Date(ctx.now.getTime() - backMs),
      to: reachesFarEnough ? syncedUntil : new Date(needed + spareDays * DAY_MS),
    },
    syncToken: reachesFarEnough ? (syncToken ?? undefined) : undefined,
    timeZone: (await workspaceOf(ctx)).timeZone,
  };
}

/** As far ahead as anything here can be booked. */
async function horizonDays(ctx: Ctx): Promise<number> {
  const row = await ctx.db
    .from("scheduled_event_types")
    .select((eb) => eb.fn.max("max_advance_days").as("furthest"))
    .executeTakeFirst();
  return Math.max(Number(row?.furthest ?? 0), usualHorizonDays) + 1;
}

/** A calendar that is only written to has nothing to tell; that it lets us in is worth knowing all the same. */
async function read(one: JobCtx, turn: Turn): Promise<CalendarChanges> {
  const { connection, range, syncToken, timeZone } = turn;
  const provider = one.app.ports.calendars[connection.provider];
  const account = { ...accountIn(one, connection), timeZone };
  if (connection.reads_busy) return provider.changes(account, range, syncToken);
  await provider.listCalendars(account.credentials);
  return { full: true, changes: [] };
}

async function keep(ctx: Ctx, turn: Turn, changes: CalendarChanges): Promise<void> {
  const connection = await lockTurn(ctx, turn);
  if (!connection) return;
  await storeChanges(ctx, connection, changes);
  const values = {
    status: "active" as const,
    last_error: null,
    failures: 0,
    next_attempt_at: null,
    sync_token: changes.syncToken ?? null,
    synced_until: turn.range.to,
    synced_at: ctx.now,
    ...released,
  };
  if (connection.status === "active") await updateConnection(ctx, connection.id, values);
  else await changeConnection(ctx, connection, values);
  await reconcileConflicts(ctx, [connection.member_id]);
  if (connection.status !== "active" && connection.writes_bookings) {
    await planUpcomingWrites(ctx, connection);
  }
  if (connection.sync_wanted) enqueueSync(ctx, connection.id);
}

async function noteFailure(ctx: Ctx, turn: Turn, error: unknown): Promise<void> {
  const connection = await lockTurn(ctx, turn);
  if (!connection) return;
  if (!(error instanceof ProviderError)) {
    await updateConnection(ctx, connection.id, released);
    return;
  }
  ctx.log.warn({ connectionId: connection.id, code: error.code }, "a calendar could not be read");
  if (error.code === "revoked") return markRevoked(ctx, connection, error);
  const failures = connection.failures + 1;
  const at = nextAttempt(ctx.now, failures, error);
  const values = { failures, last_error: toldOf(error), next_attempt_at: at, ...released };
  if (connection.status === "failing") await updateConnection(ctx, connection.id, values);
  else await changeConnection(ctx, connection, { ...values, status: "failing" });
  enqueueSync(ctx, connection.id, { at });
}

const released = { sync_claim: null, sync_claimed_until: null };

/** The connection, if the turn is still ours: whoever came too late keeps nothing. */
async function lockTurn(ctx: Ctx, { connection, claim }: Turn): Promise<Connection | undefined> {
  const now = await findLocked(ctx, connection.id);
  return now?.sync_claim === claim && !now.is_removed ? now : undefined;
}
