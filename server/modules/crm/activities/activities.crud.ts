import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nameField } from "../party.ts";
import { ActivityRecord, activityFields, presentActivity } from "./activity.ts";
import type { ActivityFields } from "./activity.ts";

const byId = (description: string) => Type.String({ format: "uuid", description });

/** What happened stays with whom it happened: only the words can be changed. */
const writable = { subject: activityFields.subject, description: activityFields.description };

export const activitiesCrud = crud({
  noun: "activity",
  plural: "activities",
  table: "activities",
  surface: workspaceApi,
  section: "Activities",
  path: "/activities",
  scopes: { read: ["activities:read"], write: ["activities:write"] },
  record: ActivityRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentActivity),
  recorded: presentActivity,
  belongsTo: ["contact_id", "opportunity_id", "company_id"],
  fields: writable,
  values: (_ctx, { subject, description }: ActivityFields) => ({
    ...(subject === undefined ? {} : { subject: nameField("subject", subject) }),
    ...(description === undefined ? {} : { description: description?.trim() || null }),
  }),
  summaries: {
    list: "List what was done and said, the latest first.",
    update: "Change an activity's subject or description; whom it links to stays.",
  },
  examples: { update: { subject: "Called back" } },
  filters: {
    contact_id: {
      schema: byId("With this contact."),
      where: (query, value: string) => query.where("contact_id", "=", value),
    },
    deal_id: {
      schema: byId("On this opportunity."),
      where: (query, value: string) => query.where("opportunity_id", "=", value),
    },
    customer_id: {
      schema: byId("With this company."),
      where: (query, value: string) => query.where("company_id", "=", value),
    },
    activity_type: {
      schema: activityFields.activity_type,
      where: (query, value: string) => query.where("activity_type", "=", value),
    },
  },
});
