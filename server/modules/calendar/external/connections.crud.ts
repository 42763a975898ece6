import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ConnectionRecord, presentConnection } from "./connection.ts";
import type { Conflict } from "./conflicts.ts";

const id = (description: string) => Type.String({ format: "uuid", description });
const instant = () => Type.String({ format: "date-time" });

export const connectionsCrud = crud({
  noun: "calendar_connection",
  plural: "calendar_connections",
  table: "calendar_connections",
  surface: workspaceApi,
  section: "Calendar Connections",
  path: "/calendar-connections",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: ConnectionRecord,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
  // On its way out it is shown to nobody.
  only: { column: "is_removed", value: false },
  present: (ctx, rows) => rows.map((row) => presentConnection(row, ctx.now)),
  filters: {
    member_id: {
      schema: id("Of this member."),
      where: (query, value: string) => query.where("member_id", "=", value),
    },
    status: {
      schema: Type.Union(
        ["connecting", "active", "failing", "revoked"].map((status) => Type.Literal(status)),
      ),
      where: (query, value: "active") => query.where("status", "=", value),
    },
  },
  summaries: { list: "List the calendars members keep elsewhere, and how current what is known of them is." },
});

export const conflictsCrud = crud({
  noun: "calendar_conflict",
  plural: "calendar_conflicts",
  table: "calendar_conflicts",
  surface: workspaceApi,
  section: "Calendar Connections",
  path: "/calendar-conflicts",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: Type.Object({
    id: Type.String({ format: "uuid" }),
    booking_id: Type.String({ format: "uuid" }),
    member_id: Type.String({ format: "uuid" }),
    kind: Type.Union([Type.Literal("busy_elsewhere"), Type.Literal("host_left")], {
      description:
        "busy_elsewhere: a calendar says that the host has something else. host_left: the host is not on the team any more, and nobody gives the booking until it is moved to somebody who is.",
    }),
    connection_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
      description: "The calendar that says so; null for host_left.",
    }),
    title: Type.Union([Type.String(), Type.Null()]),
    busy_from: instant(),
    busy_until: instant(),
    status: Type.String({ description: "open, or resolved when either of the two moved." }),
    found_at: instant(),
    resolved_at: Type.Union([instant(), Type.Null()]),
  }),
  sort: { column: "found_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentConflict),
  filters: {
    status: {
      schema: Type.Union([Type.Literal("open"), Type.Literal("resolved")]),
      where: (query, value: "open") => query.where("status", "=", value),
    },
    kind: {
      schema: Type.Union([Type.Literal("busy_elsewhere"), Type.Literal("host_left")]),
      where: (query, value: "host_left") => query.where("kind", "=", value),
    },
    booking_id: {
      schema: id("Of this booking."),
      where: (query, value: string) => query.where("booking_id", "=", value),
    },
    member_id: {
      schema: id("Of this member."),
      where: (query, value: string) => query.where("member_id", "=", value),
    },
  },
  summaries: {
    list: "List bookings whose host turned out to be busy elsewhere or has left the team, newest first.",
  },
});

function presentConflict({ workspace_id: _workspace, external_id: _entry, ...row }: Conflict) {
  return {
    ...row,
    busy_from: row.busy_from.toISOString(),
    busy_until: row.busy_until.toISOString(),
    found_at: row.found_at.toISOString(),
    resolved_at: row.resolved_at?.toISOString() ?? null,
  };
}
