import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ConnectionRecord, connectionNoun, presentConnection } from "./connection.ts";
import { lockConnection } from "./connections.store.ts";
import { enqueueSync } from "./sync-calendar.job.ts";

export const syncCalendarConnection = operation({
  name: "sync_calendar_connection",
  surface: workspaceApi,
  section: "Calendar Connections",
  route: "POST /calendar-connections/:id/sync",
  scopes: ["company:write"],
  effect: "write",
  noun: connectionNoun,
  status: 202,
  summary: "Read a calendar now instead of at its next turn.",
  description: "Answers at once; synced_at moves when it was read.",
  errors: [conflict],
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: ConnectionRecord,
  async run(ctx, { id }) {
    const connection = await lockConnection(ctx, id);
    if (connection.status === "revoked") {
      throw conflict("Access to this calendar was withdrawn.", {
        fix: "Connect it again: update the connection with new credentials.",
      });
    }
    enqueueSync(ctx, id, { asked: true });
    return presentConnection(connection, ctx.now);
  },
});
