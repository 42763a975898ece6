import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";
import { nullableText, optionalText } from "../party.ts";

export const activityTypes = ["call", "meeting", "note"] as const;
export type ActivityType = (typeof activityTypes)[number];

export interface ActivitiesTable {
  workspace_id: string;
  id: string;
  activity_type: string;
  subject: string;
  description: string | null;
  contact_id: string | null;
  opportunity_id: string | null;
  company_id: string | null;
  /** Who wrote it down, by name. */
  created_by: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    activities: ActivitiesTable;
  }
}

export type Activity = Selectable<ActivitiesTable>;

const ActivityTypeField = Type.Union(
  activityTypes.map((type) => Type.Literal(type)),
  { description: "call, meeting or note." },
);

/** Something that was done or said, as the workspace API shows it. */
export const ActivityRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  activity_type: ActivityTypeField,
  subject: Type.String(),
  description: nullableText(),
  contact_id: nullableText(),
  deal_id: nullableText("An opportunity."),
  customer_id: nullableText("A company."),
  created_by: nullableText("Who wrote it down, by name."),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

const link = (description: string) => Type.Union([Type.String({ format: "uuid", description }), Type.Null()]);

export const activityFields = {
  activity_type: ActivityTypeField,
  subject: Type.String({ minLength: 1, maxLength: 500, description: "What it was about." }),
  description: optionalText("What was said or done.", 50_000),
  contact_id: link("The contact it was with."),
  deal_id: link("The opportunity it belongs to."),
  customer_id: link("The company it was with."),
};

export type ActivityFields = Partial<Static<TObject<typeof activityFields>>>;

/** A row as callers see it. */
export function presentActivity(row: Activity): Static<typeof ActivityRecord> {
  const { workspace_id: _w, opportunity_id: dealId, company_id: customerId, ...shown } = row;
  return { ...shown, deal_id: dealId, customer_id: customerId } as never;
}
