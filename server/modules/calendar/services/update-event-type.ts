import { Type } from "typebox";
import { fieldChanges } from "../../../kernel/audit.ts";
import { conflict, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkSlugFree } from "./create-event-type.ts";
import { checkPrices, EventTypeRecord, eventTypeValues, presentEventType } from "./event-type.ts";
import { optionalFields } from "./event-type-fields.ts";
import { checkPlacement } from "./deal-defaults.ts";
import { lockService, updateService } from "./services.store.ts";

export const updateEventType = operation({
  name: "update_scheduled_event_type",
  surface: workspaceApi,
  section: "Scheduling",
  route: "PATCH /scheduled-event-types/:id",
  scopes: ["company:write"],
  effect: "write",
  noun: "scheduled_event_type",
  summary: "Change fields of an event type; what is not sent stays.",
  description:
    "Lists and booking_notifications are replaced as a whole. Bookings made already keep their times. Prices that are not sent with another currency keep their amounts, in its minor units; one that cannot express them is refused.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ...optionalFields,
    },
    { additionalProperties: false },
  ),
  output: EventTypeRecord,
  errors: [conflict],
  async run(ctx, { id, ...fields }) {
    const before = await lockService(ctx, id);
    if (!before) throw missing("scheduled event type", id);
    const values = await eventTypeValues(ctx, fields, before);
    checkPrices({ ...before, ...values });
    await checkPlacement(ctx, fields, before);
    if (fields.slug !== undefined && fields.slug !== before.slug) await checkSlugFree(ctx, fields.slug);
    const after = await updateService(ctx, before, values);
    ctx.emit({
      type: "scheduled_event_type.updated",
      noun: "scheduled_event_type",
      recordId: id,
      payload: { id, _changed_fields: Object.keys(fieldChanges(before, after)) },
    });
    return presentEventType(after) as never;
  },
});
