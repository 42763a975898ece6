import { Type } from "typebox";
import type { Static } from "typebox";
import type { Selectable } from "kysely";
import type { App } from "../../../kernel/app.ts";
import { shownOnce } from "../../../kernel/guarded-fields.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { SetUpBy } from "../../../makers.ts";

type FeedDetail = "everything" | "titles" | "busy";

export interface CalendarFeedsTable extends SetUpBy {
  workspace_id: string;
  id: string;
  member_id: string;
  shows: FeedDetail;
  token_hash: string;
  last_read_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    calendar_feeds: CalendarFeedsTable;
  }
}

export type CalendarFeed = Selectable<CalendarFeedsTable>;

/** What it is called in the audit trail and in events. */
export const feedNoun = "calendar_feed";

export const shows = Type.Union([Type.Literal("everything"), Type.Literal("titles"), Type.Literal("busy")], {
  description:
    "everything: who, where, their number and notes. titles: what and when. busy: when only, for calendars others see.",
});

export const FeedRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  member_id: Type.String({ format: "uuid" }),
  shows,
  url: Type.Union([Type.String(), Type.Null()], {
    ...shownOnce,
    description:
      "What calendar programs subscribe to. Only in the answer that makes the address: whoever has it reads the calendar.",
  }),
  last_read_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
    description: "When a program last read it, within an hour.",
  }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** A row as callers see it; with the token where its address is told. */
export function presentFeed(app: App, row: CalendarFeed, token?: string): Static<typeof FeedRecord> {
  return {
    id: row.id,
    member_id: row.member_id,
    shows: row.shows,
    url: token === undefined ? null : `${app.baseUrl}/calendar/${token}.ics`,
    last_read_at: row.last_read_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** A row without its secret: what the audit tells. */
export function recordedFeed(row: CalendarFeed) {
  const { workspace_id: _w, token_hash: _t, last_read_at: _r, ...rest } = row;
  const { set_up_by_kind: _kind, set_up_by: _by, ...recorded } = rest;
  return recorded;
}
