import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import type { Lead, LeadEvent, LeadStatus } from "./lead.ts";

export function findLead(ctx: Ctx, id: string): Promise<Lead | undefined> {
  return ctx.db.from("leads").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockLead(ctx: Ctx, id: string): Promise<Lead | undefined> {
  return ctx.db.from("leads").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** The lead of a contact that is neither won nor lost; there is one at most. */
export function openLeadOf(ctx: Ctx, contactId: string): Promise<Lead | undefined> {
  return ctx.db
    .from("leads")
    .selectAll()
    .where("contact_id", "=", contactId)
    .where("status", "in", ["Active", "Booked"])
    .executeTakeFirst();
}

export function latestLeadOf(ctx: Ctx, contactId: string): Promise<Lead | undefined> {
  return ctx.db
    .from("leads")
    .selectAll()
    .where("contact_id", "=", contactId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Inserts unless the contact has an open lead meanwhile, when it answers undefined. */
export async function insertLead(
  ctx: Ctx,
  values: { contactId: string; phoneNumberId: string | null; customerE164: string; source: string },
): Promise<Lead | undefined> {
  const row = await ctx.db
    .insert("leads", {
      id: newId(ctx.now),
      public_id: sql`next_public_id(${ctx.workspaceId}, 'lead', 'L')`,
      contact_id: values.contactId,
      phone_number_id: values.phoneNumberId,
      customer_e164: values.customerE164,
      source: values.source,
      active_at: ctx.now,
      booked_at: null,
      won_at: null,
      lost_at: null,
      last_event_at: ctx.now,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    // Written out: the partial index is not recognised behind parameters once the statement has a generic plan.
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "contact_id"])
        .where(sql<boolean>`status in ('Active', 'Booked')`)
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  if (row) ctx.changed({ noun: "lead", id: row.id, after: row });
  return row;
}

export async function writeLeadStatus(ctx: Ctx, before: Lead, status: LeadStatus): Promise<Lead> {
  const stamp = { Active: undefined, Booked: "booked_at", Won: "won_at", Lost: "lost_at" }[status] as
    "booked_at" | "won_at" | "lost_at" | undefined;
  const row = await ctx.db
    .update("leads")
    .set({
      status,
      ...(stamp ? { [stamp]: before[stamp] ?? ctx.now } : {}),
      updated_at: ctx.now,
    } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "lead", id: row.id, before, after: row });
  return row;
}

/** Adds to the timeline; false when the same event (by its dedup key) is there already. */
export async function addLeadEvent(
  ctx: Ctx,
  leadId: string,
  event: { type: string; summary: string; details?: JsonObject; dedupKey?: string },
): Promise<boolean> {
  const row = await ctx.db
    .insert("lead_events", {
      id: newId(ctx.now),
      lead_id: leadId,
      type: event.type,
      summary: event.summary,
      details: JSON.stringify(event.details ?? {}),
      dedup_key: event.dedupKey ?? null,
      created_at: ctx.now,
    })
    .onConflict((conflict) =>
      conflict.columns(["workspace_id", "dedup_key"]).where("dedup_key", "is not", null).doNothing(),
    )
    .returning("id")
    .executeTakeFirst();
  if (!row) return false;
  await ctx.db.update("leads").set({ last_event_at: ctx.now }).where("id", "=", leadId).execute();
  return true;
}

export async function findLeadByEvent(ctx: Ctx, dedupKey: string): Promise<Lead | undefined> {
  const event = await ctx.db
    .from("lead_events")
    .select("lead_id")
    .where("dedup_key", "=", dedupKey)
    .executeTakeFirst();
  return event && findLead(ctx, event.lead_id);
}

/** What happened to a lead, oldest first. */
export function timelineOf(ctx: Ctx, leadId: string): Promise<LeadEvent[]> {
  return ctx.db.from("lead_events").selectAll().where("lead_id", "=", leadId).orderBy("position").execute();
}
