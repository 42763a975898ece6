import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkPrices, EventTypeRecord, eventTypeValues, presentEventType } from "./event-type.ts";
import { optionalFields } from "./event-type-fields.ts";
import { checkPlacement } from "./deal-defaults.ts";
import { findService, insertService } from "./services.store.ts";

export const createEventType = operation({
  name: "create_scheduled_event_type",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduled-event-types",
  scopes: ["company:write"],
  effect: "write",
  noun: "scheduled_event_type",
  summary: "Create something that can be booked.",
  description:
    "Only name is required. Without a slug one is made from the name. duration_minutes is how long a booking takes for any type; default_duration_minutes counts only for meetings; without either a booking takes 60 minutes.",
  input: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200, description: "Site visit, Boiler service, Demo." }),
      ...optionalFields,
    },
    { additionalProperties: false },
  ),
  output: EventTypeRecord,
  errors: [conflict],
  example: { input: { name: "Site visit", icon: "map-pin", color: "emerald", duration_minutes: 45 } },
  async run(ctx, fields) {
    const values = await eventTypeValues(ctx, fields);
    checkPrices(fields);
    await checkPlacement(ctx, fields);
    if (fields.slug !== undefined) await checkSlugFree(ctx, fields.slug);
    const service = await insertService(ctx, {
      is_meeting: fields.default_duration_minutes != null,
      ...values,
      name: values.name ?? fields.name,
    });
    ctx.emit({
      type: "scheduled_event_type.created",
      noun: "scheduled_event_type",
      recordId: service.id,
      payload: { id: service.id },
    });
    return presentEventType(service) as never;
  },
});

/** Throws a 409 when another event type has the slug. */
export async function checkSlugFree(ctx: Ctx, slug: string): Promise<void> {
  const taken = await findService(ctx, { slug });
  if (taken) {
    throw conflict(`The slug ${slug} belongs to ${taken.name}.`, {
      fix: "Send another slug, or leave it out to have one made.",
    });
  }
}
