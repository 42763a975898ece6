import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nameField } from "../party.ts";
import { checkReferences } from "../references.ts";
import { insertActivity } from "./activities.store.ts";
import { ActivityRecord, activityFields, presentActivity } from "./activity.ts";

const { activity_type, subject, description, contact_id, deal_id, customer_id } = activityFields;

export const createActivity = operation({
  name: "create_activity",
  surface: workspaceApi,
  section: "Activities",
  route: "POST /activities",
  scopes: ["activities:write"],
  effect: "write",
  noun: "activity",
  summary: "Write down a call, a meeting or a note.",
  description:
    "It links to a contact, an opportunity (deal_id) or a company (customer_id), or to several of them.",
  input: Type.Object(
    {
      activity_type,
      subject,
      description,
      contact_id: Type.Optional(contact_id),
      deal_id: Type.Optional(deal_id),
      customer_id: Type.Optional(customer_id),
    },
    { additionalProperties: false },
  ),
  output: ActivityRecord,
  async run(
    ctx,
    { subject: about, description: details, deal_id: dealId, customer_id: customerId, ...rest },
  ) {
    if (!rest.contact_id && !dealId && !customerId) {
      throw invalidField(
        "contact_id",
        "is required without deal_id or customer_id",
        "Send at least one of the three.",
      );
    }
    await checkReferences(ctx, { contact_id: rest.contact_id, deal_id: dealId, customer_id: customerId });
    const row = await insertActivity(ctx, {
      activity_type: rest.activity_type,
      subject: nameField("subject", about),
      description: details?.trim() || null,
      contact_id: rest.contact_id ?? null,
      opportunity_id: dealId ?? null,
      company_id: customerId ?? null,
    });
    return presentActivity(row);
  },
});
