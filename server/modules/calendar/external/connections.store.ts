import type { Ctx } from "../../../kernel/context.ts";
import { removeCron, setCron } from "../../../kernel/cron.ts";
import { conflict, missing } from "../../../kernel/errors.ts";
import { followFromHere } from "../../../kernel/followers.ts";
import { newId } from "../../../kernel/ids.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import type { CalendarAccount, CalendarCredentials } from "../../../providers/calendar/port.ts";
import { connectionNoun, recordedConnection, syncEveryMinutes } from "./connection.ts";
import type { Connection, ConnectionProvider } from "./connection.ts";
import { accountOf, sealCredentials } from "./credentials.ts";

/** The name of its place in the event feed. */
export const followerName = "external-calendars";

export type NewConnection = {
  member_id: string;
  provider: ConnectionProvider;
  calendar_id: string;
  name: string;
  reads_busy: boolean;
  writes_bookings: boolean;
  credentials: CalendarCredentials;
};

/** A connection that has been asked for; it is read for the first time by a job. Throws CONFLICT for one there is. */
export async function insertConnection(ctx: Ctx, wanted: NewConnection): Promise<Connection> {
  const { credentials, ...columns } = wanted;
  await refuseTaken(ctx, wanted);
  const id = newId(ctx.now);
  const row = await ctx.db
    .insert("calendar_connections", {
      ...columns,
      id,
      credentials: sealCredentials(ctx.app, { workspace_id: ctx.workspaceId, id }, credentials),
      status: "connecting",
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await followFromHere(ctx, followerName);
  await scheduleSync(ctx, row);
  recordCreated(ctx, connectionNoun, recordedConnection(row));
  return row;
}

/** Refuses a calendar that is connected already, and a second one to write a member's bookings into. */
export async function refuseTaken(
  ctx: Ctx,
  wanted: Pick<NewConnection, "member_id" | "provider" | "calendar_id" | "writes_bookings">,
  except?: string,
): Promise<void> {
  const others = (await connectionsOf(ctx, wanted.member_id)).filter(({ id }) => id !== except);
  const same = others.find(
    ({ provider, calendar_id }) => provider === wanted.provider && calendar_id === wanted.calendar_id,
  );
  if (same) {
    throw conflict("This calendar is connected for this member already.", {
      fix: `Change the connection ${same.id}, or delete it first.`,
    });
  }
  const written = wanted.writes_bookings ? others.find((one) => one.writes_bookings) : undefined;
  if (written) {
    throw conflict("This member's bookings are written into another calendar already.", {
      fix: `Set writes_bookings to false on the connection ${written.id} first.`,
    });
  }
}

/** A member's connected calendars. */
export function connectionsOf(ctx: Ctx, memberId: string): Promise<Connection[]> {
  return ctx.db
    .from("calendar_connections")
    .selectAll()
    .where("member_id", "=", memberId)
    .where("is_removed", "=", false)
    .execute();
}

/** A connection callers may know of, locked until the transaction ends; 404 without one. */
export async function lockConnection(ctx: Ctx, id: string): Promise<Connection> {
  const row = await findLocked(ctx, id);
  if (!row || row.is_removed) throw missing("calendar connection", id);
  return row;
}

export function findLocked(ctx: Ctx, id: string): Promise<Connection | undefined> {
  return ctx.db
    .from("calendar_connections")
    .selectAll()
    .where("id", "=", id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export function updateConnection(ctx: Ctx, id: string, values: Partial<Connection>): Promise<Connection> {
  return ctx.db
    .update("calendar_connections")
    .set({ ...values, updated_at: ctx.now })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The same, and tells of what changed. */
export async function changeConnection(
  ctx: Ctx,
  before: Connection,
  values: Partial<Connection>,
): Promise<Connection> {
  const after = await updateConnection(ctx, before.id, values);
  recordUpdated(ctx, connectionNoun, recordedConnection(before), recordedConnection(after));
  return after;
}

/** Every connection at a minute of its own, so that they do not all come at once. */
export async function scheduleSync(ctx: Ctx, { id }: Connection): Promise<void> {
  const minute = Number.parseInt(id.slice(-2), 16) % syncEveryMinutes;
  await setCron(ctx, {
    key: cronKey(id),
    job: "sync-calendar",
    cron: `${minute}-59/${syncEveryMinutes} * * * *`,
    timeZone: "UTC",
    payload: { connectionId: id },
  });
}

export async function endSync(ctx: Ctx, { id }: Connection): Promise<void> {
  await removeCron(ctx, cronKey(id));
}

function cronKey(id: string): string {
  return `calendar-sync ${id}`;
}

/** The account for work in a job; renewed credentials are kept in a transaction of their own. */
export function accountIn(one: JobCtx, connection: Connection): CalendarAccount {
  return accountOf(one.app, connection, async (credentials) => {
    await one.transaction((ctx) =>
      updateConnection(ctx, connection.id, {
        credentials: sealCredentials(ctx.app, connection, credentials),
      }),
    );
  });
}
