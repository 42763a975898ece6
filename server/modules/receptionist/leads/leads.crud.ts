import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { missing, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { LeadRecord, LeadStatusSchema, LeadWithTimeline, presentLead, presentLeadEvent } from "./lead.ts";
import { findLead, timelineOf } from "./leads.store.ts";

export const leadsCrud = crud({
  noun: "lead",
  plural: "leads",
  table: "leads",
  surface: workspaceApi,
  section: "Leads",
  path: "/leads",
  scopes: { read: ["leads:read"], write: ["leads:write"] },
  record: LeadRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentLead),
  summaries: { list: "List leads, newest first, a page at a time." },
  filters: {
    status: {
      schema: LeadStatusSchema,
      where: (query, value: string) => query.where("status", "=", value as never),
    },
    contact_id: {
      schema: Type.String({ format: "uuid" }),
      where: (query, value: string) => query.where("contact_id", "=", value),
    },
  },
});

export const getLead = operation({
  name: "get_lead",
  surface: workspaceApi,
  section: "Leads",
  route: "GET /leads/:id",
  scopes: ["leads:read"],
  effect: "read",
  noun: "lead",
  summary: "Get one lead with its timeline.",
  errors: [notFound],
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: LeadWithTimeline,
  async run(ctx, { id }) {
    const lead = await findLead(ctx, id);
    if (!lead) throw missing("lead", id);
    const timeline = (await timelineOf(ctx, id)).map(presentLeadEvent);
    return { ...presentLead(lead), timeline };
  },
});
