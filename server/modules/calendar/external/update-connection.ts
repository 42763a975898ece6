import { Type } from "typebox";
import { conflict, forbidden, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ConnectionRecord, connectionNoun, presentConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { changeConnection, lockConnection, refuseTaken, scheduleSync } from "./connections.store.ts";
import { checkUse, connectionName, readsBusy, refuseHeld, writesBookings } from "./create-connection.ts";
import { CredentialsField, checkCredentials, refuseAddresses, sealCredentials } from "./credentials.ts";
import { planUpcomingWrites } from "./plan-writes.ts";
import { enqueueSync } from "./sync-calendar.job.ts";

export const updateCalendarConnection = operation({
  name: "update_calendar_connection",
  surface: workspaceApi,
  section: "Calendar Connections",
  route: "PATCH /calendar-connections/:id",
  scopes: ["company:write"],
  effect: "write",
  noun: connectionNoun,
  holdable: false,
  summary: "Change what a calendar is used for, or connect it again with new credentials.",
  description:
    "Credentials replace all there were. Switched off, reads_busy forgets the busy times; writes_bookings leaves what was written until the booking changes.",
  errors: [validationError, conflict, forbidden],
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      name: Type.Optional(connectionName),
      credentials: Type.Optional(CredentialsField),
      reads_busy: Type.Optional(readsBusy),
      writes_bookings: Type.Optional(writesBookings),
    },
    { additionalProperties: false },
  ),
  output: ConnectionRecord,
  example: { input: { name: "Olive's calendar" } },
  async run(ctx, { id, credentials, ...fields }) {
    refuseHeld(ctx);
    const before = await lockConnection(ctx, id);
    const wanted = { ...before, ...fields };
    const { writable } = ctx.app.ports.calendars[before.provider];
    checkUse(writable, wanted.reads_busy, wanted.writes_bookings);
    await refuseTaken(ctx, wanted, id);
    const changed: Partial<Connection> = { ...fields };
    if (credentials) {
      const checked = checkCredentials(before.provider, credentials);
      refuseAddresses(ctx.app, before.provider, { credentials: checked });
      Object.assign(changed, {
        credentials: sealCredentials(ctx.app, before, checked),
        status: "connecting",
        last_error: null,
        failures: 0,
        next_attempt_at: null,
      });
    }
    const startsReading = wanted.reads_busy && !before.reads_busy;
    // Read anew from the start: what happened while nobody looked is in no change.
    if (startsReading || credentials) changed.synced_until = null;
    const after = await changeConnection(ctx, before, changed);
    if (!after.reads_busy) await ctx.db.remove("external_busy").where("connection_id", "=", id).execute();
    if (credentials) await scheduleSync(ctx, after);
    if (credentials || startsReading) enqueueSync(ctx, id, { asked: true });
    if (after.status === "active" && after.writes_bookings && !before.writes_bookings) {
      await planUpcomingWrites(ctx, after);
    }
    return presentConnection(after, ctx.now);
  },
});
