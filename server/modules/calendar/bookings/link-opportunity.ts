import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { isId } from "../../../kernel/ids.ts";
import { defaultCurrency } from "../../crm/amounts.ts";
import { employ, insertCompany } from "../../crm/companies/companies.store.ts";
import { assignUsers } from "../../crm/opportunities/assigned-users.store.ts";
import { addLines, linesOf } from "../../crm/opportunities/lines.store.ts";
import {
  insertOpportunity,
  lockOpenOpportunityOf,
  updateOpportunity,
} from "../../crm/opportunities/opportunities.store.ts";
import type { Opportunity } from "../../crm/opportunities/opportunity.ts";
import type { Place } from "../../crm/opportunities/placements.store.ts";
import { keptTags } from "../../crm/opportunities/tags.ts";
import type { Product } from "../../crm/products/product.ts";
import { firstStageOf } from "../../crm/pipelines/stages.store.ts";
import type { Service } from "../services/service.ts";
import { formatDate, formatTime } from "../slots/wall-clock.ts";
import type { Booking } from "./booking.ts";

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
  return contactId === null ? undefined : lockOpenOpportunityOf(ctx, contactId);
}

async function open(
  ctx: Ctx,
  booking: Booking,
  service: Service,
  companyId: string | undefined,
): Promise<Opportunity> {
  const products = await productsOf(ctx, service);
  const place = await placeOf(ctx, service);
  const opportunity = await insertOpportunity(
    ctx,
    {
      name: opportunityName(booking, service),
      contact_id: booking.contact_id,
      company_id: companyId ?? null,
      lead_source: service.booking_lead_source,
      currency: products[0]?.product.currency ?? defaultCurrency,
      tags: keptTags(service.booking_default_tags),
    },
    { userIds: service.booking_assigned_user_ids, placements: place ? [place] : [] },
  );
  await addMissingLines(ctx, opportunity, products);
  return opportunity;
}

/** Adds what the service brings to an opportunity that was there; nothing it has is taken away. */
async function refresh(
  ctx: Ctx,
  before: Opportunity,
  service: Service,
  companyId: string | undefined,
): Promise<void> {
  await updateOpportunity(ctx, before, {
    company_id: before.company_id ?? companyId ?? null,
    tags: keptTags([...before.tags, ...service.booking_default_tags]),
  });
  await assignUsers(
    ctx,
    service.booking_assigned_user_ids.map((userId) => ({
      opportunity_id: before.id,
      user_id: userId,
      is_primary: false,
    })),
  );
  await addMissingLines(ctx, before, await productsOf(ctx, service));
}

/** Where the service puts what it opens; undefined when it says nothing, or what it says is gone. */
async function placeOf(ctx: Ctx, service: Service): Promise<Place | undefined> {
  const { booking_pipeline_id: pipelineId, booking_stage_id: stageId } = service;
  if (stageId !== null) {
    const stage = await ctx.db
      .from("pipeline_stages")
      .select(["id", "pipeline_id"])
      .where("id", "=", stageId)
      .executeTakeFirst();
    if (stage && (pipelineId ?? stage.pipeline_id) === stage.pipeline_id) {
      return { pipelineId: stage.pipeline_id, stageId };
    }
  }
  const first = pipelineId === null ? undefined : await firstStageOf(ctx, pipelineId);
  return first && { pipelineId: first.pipeline_id, stageId: first.id };
}

type Wanted = { product: Product; quantity: number };

/** What the service's bookings hold by default, in its order; products that are gone are left out. */
async function productsOf(ctx: Ctx, service: Service): Promise<Wanted[]> {
  const wanted = service.booking_default_products.filter((one) => isId(one.id));
  if (wanted.length === 0) return [];
  const ids = wanted.map((one) => one.id);
  const rows = await ctx.db.from("products").selectAll().where("id", "in", ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.flatMap(({ id, quantity }) => {
    const product = byId.get(id);
    return product ? [{ product, quantity }] : [];
  });
}

/** Lines for products the opportunity does not hold yet. One priced in another currency has no price here. */
async function addMissingLines(ctx: Ctx, opportunity: Opportunity, wanted: Wanted[]): Promise<void> {
  if (wanted.length === 0) return;
  const had = new Set((await linesOf(ctx, opportunity.id)).map((line) => line.product_id));
  const missing = wanted.filter(
    ({ product }) => product.currency === opportunity.currency && !had.has(product.id),
  );
  await addLines(ctx, opportunity, missing);
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
  const [found] = await ctx.db.raw(
    sql<{ id: string | null }>`select company_id_named(${ctx.workspaceId}, ${name}) as id`,
  );
  const id = found?.id ?? (await insertCompany(ctx, { name })).id;
  if (contactId !== null) await employ(ctx, contactId, id);
  return id;
}
