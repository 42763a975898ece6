import { Type } from "typebox";
import type { Static } from "typebox";
import { conflict, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { LeadStatusSchema, LeadWithTimeline, presentLead, presentLeadEvent } from "./lead.ts";
import { updateLeadStatus as move } from "./leads.ts";
import { timelineOf } from "./leads.store.ts";

export const updateLeadStatus = operation({
  name: "update_lead_status",
  surface: privateBookings,
  section: "Leads",
  scopes: [],
  effect: "write",
  noun: "lead",
  summary: "Move a lead through its life: Active, Booked, Won or Lost.",
  description:
    "The program's own step; people reach it through update_lead. Each status has a timestamp that is written once. Won and Lost are final and stop everything automatic.",
  errors: [notFound, conflict],
  input: Type.Object(
    { leadId: Type.String({ format: "uuid" }), status: LeadStatusSchema },
    { additionalProperties: false },
  ),
  output: Type.Object({ lead: LeadWithTimeline }),
  async run(ctx, { leadId, status }) {
    const lead = await move(ctx, leadId, status);
    const timeline = (await timelineOf(ctx, leadId)).map(presentLeadEvent);
    return { lead: { ...presentLead(lead), timeline } };
  },
});

export const updateLead = operation({
  name: "update_lead",
  surface: workspaceApi,
  section: "Leads",
  route: "POST /leads/:id/status",
  scopes: ["leads:write"],
  effect: "write",
  noun: "lead",
  summary: "Move a lead to another status.",
  description:
    "For the team: Active, Booked, Won or Lost. Repeating a status changes nothing. Won and Lost are final: the receptionist writes nothing more to this customer.",
  errors: [notFound, conflict],
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), status: LeadStatusSchema },
    { additionalProperties: false },
  ),
  output: LeadWithTimeline,
  example: { input: { status: "Won" } },
  async run(ctx, { id, status }) {
    const { output } = await ctx.run(updateLeadStatus, { leadId: id, status });
    return (output as { lead: Static<typeof LeadWithTimeline> }).lead;
  },
});
