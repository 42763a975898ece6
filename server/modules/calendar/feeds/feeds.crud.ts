import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { FeedRecord, feedNoun, presentFeed, recordedFeed } from "./feed.ts";

export const feedsCrud = crud({
  noun: feedNoun,
  plural: "calendar_feeds",
  table: "calendar_feeds",
  surface: workspaceApi,
  section: "Calendar Connections",
  path: "/calendar-feeds",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: FeedRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows) => rows.map((row) => presentFeed(ctx.app, row)),
  recorded: recordedFeed,
  summaries: {
    list: "List the calendars of bookings that members subscribe to.",
    delete: "Revoke a calendar of bookings; its address leads nowhere from then on.",
  },
  filters: {
    member_id: {
      schema: Type.String({ format: "uuid", description: "Of this member." }),
      where: (query, value: string) => query.where("member_id", "=", value),
    },
  },
});
