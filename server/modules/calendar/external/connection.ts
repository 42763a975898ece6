import type { Generated, Selectable } from "kysely";
import { Type } from "typebox";
import type { Timestamp } from "../../../kernel/tables.ts";

export type ConnectionProvider = "local" | "google" | "caldav" | "ics";
type ConnectionStatus = "connecting" | "active" | "failing" | "revoked";

export interface CalendarConnectionsTable {
  workspace_id: string;
  id: string;
  member_id: string;
  provider: ConnectionProvider;
  calendar_id: string;
  name: string;
  /** Sealed; see credentials.ts. */
  credentials: string;
  reads_busy: boolean;
  writes_bookings: boolean;
  status: ConnectionStatus;
  is_removed: Generated<boolean>;
  last_error: string | null;
  failures: Generated<number>;
  next_attempt_at: Timestamp | null;
  sync_token: string | null;
  synced_until: Timestamp | null;
  synced_at: Timestamp | null;
  sync_claim: string | null;
  sync_claimed_until: Timestamp | null;
  sync_wanted: Generated<boolean>;
  channel_id: string | null;
  channel_resource_id: string | null;
  channel_expires_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    calendar_connections: CalendarConnectionsTable;
  }
}

export type Connection = Selectable<CalendarConnectionsTable>;

/** What it is called in the audit trail, in events and in the feed. */
export const connectionNoun = "calendar_connection";

/** How often a calendar is read when nobody tells us of changes; after twice as long it counts as stale. */
export const syncEveryMinutes = 10;
const staleAfterMs = 3 * syncEveryMinutes * 60_000;

const instant = (description: string) =>
  Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description });

export const ConnectionRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  member_id: Type.String({ format: "uuid" }),
  provider: Type.String({ description: "local, google, caldav or ics." }),
  calendar_id: Type.String(),
  name: Type.String(),
  reads_busy: Type.Boolean(),
  writes_bookings: Type.Boolean(),
  status: Type.String({
    description:
      "connecting until it was read once, then active; failing while it does not answer; revoked when its owner has to connect it again.",
  }),
  last_error: Type.Union([Type.String(), Type.Null()]),
  synced_at: instant("When it was last read."),
  stale_since: instant("Set when what is known of it is old; its busy times still count."),
  next_attempt_at: instant("While failing: when it is tried again."),
  watched_until: instant("Until when the provider tells us of changes at once."),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export function presentConnection(row: Connection, now: Date) {
  const text = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    member_id: row.member_id,
    provider: row.provider,
    calendar_id: shownAddress(row),
    name: row.name,
    reads_busy: row.reads_busy,
    writes_bookings: row.writes_bookings,
    status: row.status,
    last_error: row.last_error,
    synced_at: text(row.synced_at),
    stale_since: text(staleSince(row, now)),
    next_attempt_at: text(row.next_attempt_at),
    watched_until: text(row.channel_expires_at),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function staleSince(row: Connection, now: Date): Date | null {
  const lastKnown = row.synced_at ?? row.created_at;
  const old = now.getTime() - lastKnown.getTime() > staleAfterMs;
  return old || row.status === "revoked" ? lastKnown : null;
}

/** The address of a calendar file is its password: whoever has it reads the calendar. */
function shownAddress({ provider, calendar_id: id }: Connection): string {
  return provider === "ics" ? (URL.parse(id)?.host ?? "") : id;
}

/** The row for the audit trail and the events: what its owner sees, no secrets and nothing that moves by itself. */
export function recordedConnection(row: Connection): Record<string, unknown> & { id: string } {
  const { id, member_id, provider, name, reads_busy, writes_bookings, status, last_error } = row;
  const calendar_id = shownAddress(row);
  return { id, member_id, provider, calendar_id, name, reads_busy, writes_bookings, status, last_error };
}
