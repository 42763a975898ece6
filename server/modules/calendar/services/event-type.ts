import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { nameField } from "../../../words.ts";
import { slugOf } from "../../../workspaces.ts";
import { checkRequirements } from "../resources/requirements.ts";
import { zoneField } from "../wall-input.ts";
import { checkedCurrency, keptMinor } from "../../crm/amounts.ts";
import { eventTypeFields, oneOf } from "./event-type-fields.ts";
import type { EventTypeFields } from "./event-type-fields.ts";
import { checkProducts } from "./deal-defaults.ts";
import { durationOf } from "./service.ts";
import type { BookingNotifications, Service } from "./service.ts";
import type { ServiceValues } from "./services.store.ts";

export const EventTypeRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  ...eventTypeFields,
  booking_form: Type.Object({
    kind: oneOf(["meeting", "standard"], "Which form books it."),
    fields: Type.Array(Type.String(), {
      description: "What the form asks for beside the time and the customer.",
    }),
  }),
  booking_duration_minutes: Type.Integer({ description: "How long a booking of this type takes." }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** A service as callers of the workspace API see it. */
export function presentEventType(row: Service): Record<string, unknown> {
  const { workspace_id: _workspace, min_notice_hours: notice, ...shown } = row;
  return {
    ...shown,
    min_notice_hours: notice === null ? null : Number(notice),
    booking_form: row.is_meeting
      ? { kind: "meeting", fields: ["duration", "invitees"] }
      : { kind: "standard", fields: [] },
    booking_duration_minutes: durationOf(row),
  };
}

/** What a caller sent as column values. Throws a 400 naming the field. */
export async function eventTypeValues(
  ctx: Ctx,
  fields: EventTypeFields,
  before?: Service,
): Promise<ServiceValues> {
  const {
    name,
    min_notice_hours,
    booking_default_tags,
    booking_default_products,
    booking_notifications,
    resource_requirements,
    ...same
  } = fields;
  const values: ServiceValues = { ...same } as ServiceValues;
  if (name !== undefined) values.name = nameField("name", name);
  if (same.slug !== undefined && same.slug !== slugOf(same.slug)) {
    throw invalidField(
      "slug",
      "takes lower-case letters, digits and hyphens",
      `Send ${slugOf(same.slug)} instead.`,
    );
  }
  if (min_notice_hours !== undefined) {
    values.min_notice_hours = min_notice_hours === null ? null : String(min_notice_hours);
  }
  if (booking_default_tags) values.booking_default_tags = JSON.stringify(booking_default_tags);
  if (booking_default_products) {
    await checkProducts(ctx, booking_default_products);
    values.booking_default_products = JSON.stringify(booking_default_products);
  }
  if (booking_notifications) {
    values.booking_notifications = JSON.stringify(completed(booking_notifications as BookingNotifications));
  }
  if (resource_requirements) {
    await checkRequirements(ctx, resource_requirements);
    values.resource_requirements = JSON.stringify(resource_requirements);
  }
  Object.assign(values, pricesIn(fields, before));
  checkEventQueue(fields.event_queue_id, before);
  if (same.timezone) values.timezone = zoneField("timezone", same.timezone);
  if (same.keywords) {
    values.keywords = [...new Set(same.keywords.map((word) => word.trim().toLowerCase()))].filter(Boolean);
  }
  if (same.booking_assigned_user_ids) await checkMembers(ctx, same.booking_assigned_user_ids);
  return values;
}

/** No event queues are kept here yet, so an id can only be one that names nothing; the one a type has already may stay. */
function checkEventQueue(id: string | null | undefined, before: Service | undefined): void {
  if (id == null || id.toLowerCase() === before?.event_queue_id) return;
  throw invalidField(
    "event_queue_id",
    `${id} names no event queue of this workspace`,
    "Leave event_queue_id out, or send null: there are no event queues here.",
  );
}

const prices = ["price_min_cents", "price_max_cents"] as const;

type Prices = { price_min_cents?: number | null; price_max_cents?: number | null };

/**
 * The prices that are kept while their currency is corrected: as amounts they stay what they were, so 12 AUD become 12 JPY. Throws
 * a 400 for a currency there is not, and for one that cannot express them.
 */
function pricesIn(fields: EventTypeFields, before: Service | undefined): Prices {
  if (fields.currency == null) return {};
  const next = checkedCurrency("currency", fields.currency);
  const from = before?.currency;
  if (!from || from === next) return {};
  const kept = prices.flatMap((name) => {
    const minor = before[name];
    return fields[name] === undefined && minor !== null ? [{ name, minor }] : [];
  });
  const minors = keptMinor(kept, from, next);
  return Object.fromEntries(kept.map(({ name }, index) => [name, minors[index]]));
}

export function checkPrices({ price_min_cents: min, price_max_cents: max }: Prices): void {
  if (min != null && max != null && max < min) {
    throw invalidField(
      "price_max_cents",
      "is lower than price_min_cents",
      "Send two prices in order, the lower one as price_min_cents.",
    );
  }
}

// Each notification says who gets it, so that no reader has to know the default.
function completed(notifications: BookingNotifications): BookingNotifications {
  return Object.fromEntries(
    Object.entries(notifications).map(([moment, list]) => [
      moment,
      list.map((one) => ({ ...one, recipients: one.recipients ?? "booker" })),
    ]),
  );
}

async function checkMembers(ctx: Ctx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await ctx.db
    .from("members")
    .select("id")
    .where("id", "in", ids)
    .where("status", "=", "active")
    .execute();
  const known = new Set(rows.map((row) => row.id));
  const stranger = ids.find((one) => !known.has(one.toLowerCase()));
  if (stranger !== undefined) {
    throw invalidField(
      "booking_assigned_user_ids",
      `${stranger} is no member of this workspace`,
      "GET /company/users lists the members.",
    );
  }
}
