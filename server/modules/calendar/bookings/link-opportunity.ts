import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Tables } from "../../../kernel/tables.ts";
import "../../crm/companies/company.ts";
import "../../crm/opportunities/opportunity.ts";
import type { Service } from "../services/service.ts";
import { formatDate, formatTime } from "../slots/wall-clock.ts";
import type { Booking } from "./booking.ts";

type Opportunity = Selectable<Tables["opportunities"]>;

const defaultName = "{event_type} - {customer_name}";

/**
 * The opportunity a booking belongs to, by the service's rules; undefined when there is none. `create` opens a new one,
 * `update_or_create` takes the contact's newest open one first, `never_create` only looks. Next actions are left alone.
 */
export async function linkOpportunity(
  ctx: Ctx,
  booking: Booking,
  service: Service | undefined,
  companyName: string | undefined,
): Promise<string | undefined> {
  const companyId = companyName?.trim()
    ? await companyFor(ctx, companyName.trim(), booking.contact_id)
    : undefined;
  if (!service) return undefined;
  const { booking_deal_behavior: behavior, booking_auto_create_deal: mayCreate } = service;
  const found = behavior === "create" ? undefined : await openOpportunityOf(ctx, booking.contact_id);
  if (found) {
    if (behavior === "update_or_create") await refresh(ctx, found, service, companyId);
    return found.id;
  }
  if (behavior === "never_create" || !mayCreate) return undefined;
  return (await open(ctx, booking, service, companyId)).id;
}

async function openOpportunityOf(ctx: Ctx, contactId: string | null): Promise<Opportunity | undefined> {
  if (contactId === null) return undefined;
  return ctx.db
    .from("opportunities")
    .selectAll()
    .where("contact_id", "=", contactId)
    .where("status", "=", "open")
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

async function open(
  ctx: Ctx,
  booking: Booking,
  service: Service,
  companyId: string | undefined,
): Promise<Opportunity> {
  const row = await ctx.db
    .insert("opportunities", {
      id: newId(ctx.now),
      public_id: sql<string>`next_public_id('opportunity', 'D')`,
      name: opportunityName(booking, service),
      contact_id: booking.contact_id,
      company_id: companyId ?? null,
      source: service.booking_lead_source,
      pipeline_id: service.booking_pipeline_id,
      stage_id: service.booking_stage_id,
      assigned_user_ids: service.booking_assigned_user_ids,
      tags: JSON.stringify(service.booking_default_tags),
      products: JSON.stringify(service.booking_default_products),
      next_action: null,
      next_action_date: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "opportunity", id: row.id, after: row });
  ctx.emit({ type: "opportunity.created", noun: "opportunity", recordId: row.id, payload: { id: row.id } });
  return row;
}

/** Adds what the service brings to an opportunity that was there; nothing it has is taken away. */
async function refresh(
  ctx: Ctx,
  before: Opportunity,
  service: Service,
  companyId: string | undefined,
): Promise<void> {
  const after = await ctx.db
    .update("opportunities")
    .set({
      company_id: before.company_id ?? companyId ?? null,
      assigned_user_ids: [...new Set([...before.assigned_user_ids, ...service.booking_assigned_user_ids])],
      tags: JSON.stringify(union(before.tags, service.booking_default_tags, (tag) => tag.name)),
      products: JSON.stringify(
        union(before.products, service.booking_default_products, (product) => product.id),
      ),
      updated_at: ctx.now,
    } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "opportunity", id: before.id, before, after });
  ctx.emit({
    type: "opportunity.updated",
    noun: "opportunity",
    recordId: before.id,
    payload: { id: before.id },
  });
}

function union<T>(had: T[], added: T[], keyOf: (one: T) => string): T[] {
  const known = new Set(had.map(keyOf));
  return [...had, ...added.filter((one) => !known.has(keyOf(one)))];
}

/** The name an opportunity gets: {event_type}, {customer_name}, {date} and {time} filled in, on the booker's wall clock. */
export function opportunityName(booking: Booking, service: Service): string {
  const at = booking.starts_at.getTime();
  const values: Record<string, string> = {
    event_type: service.name,
    customer_name: booking.booker_name ?? "",
    date: formatDate(at, booking.timezone),
    time: formatTime(at, booking.timezone),
  };
  return (service.booking_deal_name_template || defaultName)
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
    .trim();
}

/** The company of that name, made when there is none, with the contact as its employee. */
async function companyFor(ctx: Ctx, name: string, contactId: string | null): Promise<string> {
  const [found] = await ctx.db.raw(sql<{ id: string | null }>`select company_id_named(${name}) as id`);
  const id = found?.id ?? (await createCompany(ctx, name));
  if (contactId !== null) {
    await ctx.db
      .insert("contact_employers", { contact_id: contactId, company_id: id, created_at: ctx.now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return id;
}

async function createCompany(ctx: Ctx, name: string): Promise<string> {
  const row = await ctx.db
    .insert("companies", {
      id: newId(ctx.now),
      public_id: sql<string>`next_public_id('company', 'A')`,
      name,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "company", id: row.id, after: row });
  ctx.emit({ type: "company.created", noun: "company", recordId: row.id, payload: { id: row.id } });
  return row.id;
}
