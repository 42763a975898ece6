import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import type { CalendarCredentials, RemoteCalendar } from "../../../providers/calendar/port.ts";
import type { Connection } from "./connection.ts";
import { changeConnection, insertConnection, scheduleSync } from "./connections.store.ts";
import { sealCredentials } from "./credentials.ts";
import { enqueueSync } from "./sync-calendar.job.ts";

type Consented = { memberId: string; calendar: RemoteCalendar; credentials: CalendarCredentials };

/** Connects what its owner has just let us into; a calendar that was connected before goes on with the new credentials. */
export async function connectGoogle(ctx: Ctx, consented: Consented): Promise<void> {
  const { memberId, calendar, credentials } = consented;
  const member = isId(memberId)
    ? await ctx.db
        .from("members")
        .select("id")
        .where("id", "=", memberId)
        .where("status", "<>", "removed")
        .executeTakeFirst()
    : undefined;
  if (!member) throw missing("member", memberId);
  const others = await ctx.db
    .from("calendar_connections")
    .selectAll()
    .where("member_id", "=", memberId)
    .where("is_removed", "=", false)
    .forNoKeyUpdate()
    .execute();
  const known = others.find((one) => one.provider === "google" && one.calendar_id === calendar.id);
  const connection = known
    ? await renew(ctx, known, credentials)
    : await insertConnection(ctx, {
        member_id: memberId,
        provider: "google",
        calendar_id: calendar.id,
        name: calendar.name,
        reads_busy: true,
        writes_bookings: calendar.canWrite && !others.some((one) => one.writes_bookings),
        credentials,
      });
  enqueueSync(ctx, connection.id, { asked: true });
}

async function renew(ctx: Ctx, known: Connection, credentials: CalendarCredentials): Promise<Connection> {
  const after = await changeConnection(ctx, known, {
    credentials: sealCredentials(ctx.app, known, credentials),
    status: "connecting",
    last_error: null,
    failures: 0,
    next_attempt_at: null,
  });
  await scheduleSync(ctx, after);
  return after;
}
