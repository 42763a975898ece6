import { Type } from "typebox";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { connectionNoun, recordedConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { accountIn, endSync, lockConnection, updateConnection } from "./connections.store.ts";

export const deleteCalendarConnection = operation({
  name: "delete_calendar_connection",
  surface: workspaceApi,
  section: "Calendar Connections",
  route: "DELETE /calendar-connections/:id",
  scopes: ["company:write"],
  effect: "destructive",
  noun: connectionNoun,
  shape: "empty",
  summary: "Disconnect a calendar: its busy times keep nobody out any more.",
  description:
    "remove_events takes the bookings to come out of it as well; without it they stay there as they are.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      remove_events: Type.Optional(Type.Boolean({ description: "false by default." })),
    },
    { additionalProperties: false },
  ),
  output: Type.Null(),
  async run(ctx, { id, remove_events: removeEvents = false }) {
    await disconnect(ctx, await lockConnection(ctx, id), { removeEvents });
    return null;
  },
});

/** Disconnects a calendar at once for everybody who looks; leave of its provider is taken afterwards. */
export async function disconnect(
  ctx: Ctx,
  connection: Connection,
  { removeEvents }: { removeEvents: boolean },
): Promise<void> {
  const { id } = connection;
  await updateConnection(ctx, id, { is_removed: true });
  await endSync(ctx, connection);
  await ctx.db.remove("external_busy").where("connection_id", "=", id).execute();
  await ctx.db.remove("calendar_conflicts").where("connection_id", "=", id).execute();
  ctx.enqueue(removeConnection, { connectionId: id, removeEvents });
  recordDeleted(ctx, connectionNoun, recordedConnection(connection));
}

type Payload = { connectionId: string; removeEvents: boolean };

/** Takes leave of the provider, as far as it still listens, and forgets the connection with its credentials. */
export const removeConnection = job<Payload>({
  name: "remove-calendar-connection",
  retryDelaySeconds: 60,
  async run(one, { connectionId, removeEvents }) {
    const found = await one.transaction(async (ctx) => ({
      connection: await ctx.db
        .from("calendar_connections")
        .selectAll()
        .where("id", "=", connectionId)
        .executeTakeFirst(),
      events: await ctx.db.raw(sql<{ external_id: string }>`
        select e.external_id from booking_calendar_events e
          join bookings b on b.workspace_id = e.workspace_id and b.id = e.booking_id
         where e.workspace_id = ${ctx.workspaceId} and e.connection_id = ${connectionId}
           and e.external_id is not null and b.starts_at > ${ctx.now}`),
    }));
    if (!found.connection) return;
    try {
      const gone = removeEvents ? found.events.map((event) => event.external_id) : [];
      await takeLeave(one, found.connection, gone);
    } catch (error) {
      const hopeless = error instanceof ProviderError && !error.retryable;
      if (!hopeless && !one.lastAttempt) throw error;
      one.log.warn({ connectionId }, "a calendar was left without taking leave");
    }
    await one.transaction((ctx) =>
      ctx.db.remove("calendar_connections").where("id", "=", connectionId).execute(),
    );
  },
});

async function takeLeave(one: JobCtx, connection: Connection, events: readonly string[]): Promise<void> {
  const provider = one.app.ports.calendars[connection.provider];
  const account = accountIn(one, connection);
  for (const externalId of events) await provider.deleteEvent(account, externalId);
  const { channel_id: channelId, channel_resource_id: resourceId } = connection;
  if (channelId && resourceId) await provider.unwatch?.(account, { channelId, resourceId });
}
