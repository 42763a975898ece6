import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { notFound, validationError } from "../../../kernel/errors.ts";
import type { Service } from "../services/service.ts";
import { findService, listServices } from "../services/services.store.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { durationOf } from "../services/service.ts";
import { dateField, timeField, wallInstants, zoneField } from "../wall-input.ts";
import { choicesAt } from "./choices.ts";
import { unavailableAt } from "./slot-unavailable.ts";
import type { SlotsQuery } from "./slots-for.ts";

/** The zone of callers that name none. */
export const defaultZone = "Australia/Sydney";

export const eventTypeInput = {
  event_type_id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "Id; a slug or name works too." }),
  ),
  event_type_slug: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "Slug." })),
  event_type_name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "Name; the closest one is taken." }),
  ),
};

export const zoneInput = Type.Optional(
  Type.String({
    description: `Zone of date and time: an IANA name, or a short one such as Perth, AWST or WA. The event type's own by default, else ${defaultZone}.`,
  }),
);

export const wallInput = {
  date: Type.String({ description: "YYYY-MM-DD" }),
  time: Type.String({ description: "HH:MM on the 24-hour clock" }),
  timezone: zoneInput,
};

export const postalCodeInput = Type.Optional(
  Type.String({
    maxLength: 20,
    description: "Where the visit would be; event types with travel_minutes leave time for the way there.",
  }),
);

type EventTypeRef = { event_type_id?: string; event_type_slug?: string; event_type_name?: string };

/** The event type a caller means. Throws a 400 when none was named, a 404 that lists those there are. */
export async function wantedService(ctx: Ctx, ref: EventTypeRef): Promise<Service> {
  const { event_type_id: id, event_type_slug: slug, event_type_name: name } = ref;
  if (id === undefined && slug === undefined && name === undefined) {
    throw validationError("One of event_type_id, event_type_slug and event_type_name is required.", {
      fix: "Send one of them; GET /scheduled-event-types lists what there is.",
      details: {
        fields: ["event_type_id", "event_type_slug", "event_type_name"].map((field) => ({
          field,
          message: "one of these is required",
        })),
      },
    });
  }
  const service = await findService(ctx, {
    ...(id === undefined ? {} : { id }),
    ...(slug === undefined ? {} : { slug }),
    ...(name === undefined ? {} : { name }),
  });
  if (service) return service;
  const known = (await listServices(ctx))
    .filter((one) => one.is_active)
    .map((one) => `${one.name} (${one.slug})`);
  throw notFound(`No event type matches ${id ?? slug ?? name}.`, {
    fix: known.length > 0 ? `Use one of: ${known.slice(0, 20).join(", ")}.` : "Create an event type first.",
  });
}

export type WantedTime = {
  zone: string;
  startsAt: Date;
  /** False for a time the clock of that zone skips on that day. */
  exists: boolean;
};

/** The instant a caller's wall clock means; of the two in an hour that comes twice, the first that is free. */
export async function wantedTime(
  ctx: Ctx,
  service: Service,
  input: { date: string; time: string; timezone?: string; postal_code?: string },
): Promise<WantedTime> {
  const zone = zoneField("timezone", input.timezone ?? service.timezone ?? defaultZone);
  const { instants, nearby } = wallInstants(
    dateField("date", input.date),
    timeField("time", input.time),
    zone,
  );
  let startsAt = new Date(nearby);
  if (instants.length > 1 && !(await isOpen(ctx, service, startsAt, input.postal_code))) {
    const second = new Date(instants[1]!);
    if (await isOpen(ctx, service, second, input.postal_code)) startsAt = second;
  }
  return { zone, startsAt, exists: instants.length > 0 };
}

/** Throws SLOT_UNAVAILABLE with the nearest times for a time that the clock skips. */
export async function refuseSkipped(
  ctx: Ctx,
  { zone, startsAt, exists }: WantedTime,
  search: Pick<SlotsQuery, "service" | "postalCode">,
  input: { date: string; time: string },
): Promise<void> {
  if (exists) return;
  const message = `The clock of ${zone} skips ${input.time} on ${input.date}.`;
  throw await unavailableAt(ctx, { ...search, around: startsAt, zone, message });
}

/** Whether anybody can take the service at an instant. */
export async function isOpen(
  ctx: Ctx,
  service: Service,
  startsAt: Date,
  postalCode?: string,
): Promise<boolean> {
  const endsAt = new Date(startsAt.getTime() + durationOf(service) * MINUTE_MS);
  return (await choicesAt(ctx, { service, postalCode, startsAt, endsAt, offGrid: false })).length > 0;
}
