import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { isId, newId } from "../../../kernel/ids.ts";
import { slugOf } from "../../../workspaces.ts";
import type { Service } from "./service.ts";

export type ServiceValues = Partial<
  Omit<
    Service,
    | "workspace_id"
    | "id"
    | "booking_default_tags"
    | "booking_default_products"
    | "booking_notifications"
    | "resource_requirements"
    | "created_at"
    | "updated_at"
  >
> & {
  booking_default_tags?: string;
  booking_default_products?: string;
  booking_notifications?: string;
  resource_requirements?: string;
};

/** The workspace's services in the order it shows them; bookableOnly leaves what customers may not book themselves. */
export function listServices(ctx: Ctx, options: { bookableOnly?: boolean } = {}): Promise<Service[]> {
  let query = ctx.db.from("scheduled_event_types").selectAll();
  if (options.bookableOnly) query = query.where("is_bookable", "=", true).where("is_active", "=", true);
  return query.orderBy("sort_order").orderBy("id").execute();
}

/**
 * One service by id, slug or name; an id that is no UUID is tried as slug, then as name. Names match exactly, then by
 * keyword, then by likeness, among the active ones.
 */
export async function findService(
  ctx: Ctx,
  ref: { id?: string; slug?: string; name?: string },
): Promise<Service | undefined> {
  const { id, slug, name } = ref;
  if (id !== undefined) {
    if (isId(id)) return one(ctx).where("id", "=", id).executeTakeFirst();
    return (await one(ctx).where("slug", "=", id).executeTakeFirst()) ?? (await findByName(ctx, id));
  }
  if (slug !== undefined) return one(ctx).where("slug", "=", slug).executeTakeFirst();
  return name === undefined ? undefined : findByName(ctx, name);
}

export function lockService(ctx: Ctx, id: string): Promise<Service | undefined> {
  return one(ctx).where("id", "=", id).forUpdate().executeTakeFirst();
}

function one(ctx: Ctx) {
  return ctx.db.from("scheduled_event_types").selectAll();
}

// A workspace has a handful of services: reading them in order of likeness costs nothing.
async function findByName(ctx: Ctx, name: string): Promise<Service | undefined> {
  const wanted = name.trim().toLowerCase();
  if (wanted === "") return undefined;
  const likeness = sql<number>`greatest(
    similarity(lower(name), ${wanted}), word_similarity(${wanted}, lower(name)) * 0.9,
    case when lower(name) = ${wanted} or slug = ${wanted} then 2 when ${wanted} = any(keywords) then 1.5 else 0 end)`;
  const row = await one(ctx)
    .select(likeness.as("likeness"))
    .where("is_active", "=", true)
    .orderBy(likeness, "desc")
    .orderBy("sort_order")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  if (!row || row.likeness < 0.3) return undefined;
  const { likeness: _likeness, ...service } = row;
  return service;
}

/** Inserts a service with its audit entry. Without a slug it takes a free one made from the name. */
export async function insertService(ctx: Ctx, values: ServiceValues & { name: string }): Promise<Service> {
  const row = await ctx.db
    .insert("scheduled_event_types", {
      booking_default_tags: "[]",
      booking_default_products: "[]",
      booking_notifications: "{}",
      resource_requirements: "[]",
      ...values,
      slug: values.slug ?? (await freeSlug(ctx, values.name)),
      id: newId(ctx.now),
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "scheduled_event_type", id: row.id, after: row });
  return row;
}

export async function updateService(ctx: Ctx, before: Service, values: ServiceValues): Promise<Service> {
  const row = await ctx.db
    .update("scheduled_event_types")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "scheduled_event_type", id: row.id, before, after: row });
  return row;
}

/** "Boiler service" → "boiler-service", or with -2, -3 … when that is taken. */
export async function freeSlug(ctx: Ctx, name: string): Promise<string> {
  const wanted = slugOf(name);
  const rows = await ctx.db.from("scheduled_event_types").select("slug").execute();
  const taken = new Set(rows.map((row) => row.slug));
  for (let attempt = 1; ; attempt += 1) {
    const slug = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    if (!taken.has(slug)) return slug;
  }
}
