import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { currencyField, keptMinor, minorField, moneyField, nextCurrency } from "../amounts.ts";
import { metadataField, nameField, optionalDate, optionalText } from "../party.ts";
import type { CrmSettings } from "../settings/crm-settings.ts";
import { statuses } from "./opportunity.ts";
import type { Opportunity, OpportunityValues } from "./opportunity.ts";
import { TagsInput, keptTags } from "./tags.ts";

const reference = (description: string) =>
  Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()], { description }));

const reasons = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50, description }));

export const OpportunityName = Type.String({
  minLength: 1,
  maxLength: 500,
  description: "What it is about.",
});

/** What create and update share. */
export const opportunityFields = {
  contact_id: reference("The primary contact; null for none."),
  customer_id: reference("The company; null for none."),
  status: Type.Optional(Type.Enum([...statuses], { description: "open, won or lost." })),
  value: Type.Optional(Type.Union([moneyField("What it is worth."), Type.Null()])),
  currency: Type.Optional(currencyField()),
  lead_source: optionalText("Where it came from.", 200),
  opportunity_type: optionalText("One of the company's opportunity types.", 200),
  probability: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 100 }), Type.Null()])),
  expected_close_date: optionalDate("When it should be decided."),
  tags: Type.Optional(TagsInput),
  notes: optionalText("Free text.", 20_000),
  metadata: metadataField,
  needs_analysis: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: "Answers by question key." }),
  ),
  won_reasons: reasons("Why it was won; of the company's reasons, if it has set any up."),
  lost_reasons: reasons("Why it was lost; of the company's reasons, if it has set any up."),
  next_action: optionalText("What to do next.", 500),
  next_action_date: Type.Optional(
    Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description: "When to do it." }),
  ),
  assigned_to: reference("The user in charge; null for nobody."),
  pipeline_id: Type.Optional(
    Type.String({ format: "uuid", description: "Pipeline to stand in; its first stage without stage_id." }),
  ),
  stage_id: Type.Optional(Type.String({ format: "uuid", description: "Stage to stand in." })),
};

export const skipAutomations = Type.Optional(
  Type.Boolean({ default: false, description: "For imports: automations leave it alone." }),
);

export type OpportunityFields = Partial<Static<TObject<typeof opportunityFields>>> & { name?: string };

const asSent = ["contact_id", "probability", "expected_close_date", "status"] as const;
const texts = ["lead_source", "opportunity_type", "notes", "next_action"] as const;

/**
 * What a caller sent as values, its metadata aside. `before` is undefined for a create. Throws a 400 naming the field.
 */
export function valuesOf(
  fields: OpportunityFields,
  before: Opportunity | undefined,
  now: Date,
): OpportunityValues {
  const values: JsonObject = {};
  for (const name of asSent) if (fields[name] !== undefined) values[name] = fields[name];
  for (const name of texts) if (fields[name] !== undefined) values[name] = fields[name]?.trim() || null;
  if (fields.name !== undefined) values["name"] = nameField("name", fields.name);
  if (fields.customer_id !== undefined) values["company_id"] = fields.customer_id;
  if (fields.tags !== undefined) values["tags"] = keptTags(fields.tags);
  if (fields.needs_analysis !== undefined) values["needs_analysis"] = fields.needs_analysis;
  if (fields.next_action_date !== undefined) {
    values["next_action_date"] = fields.next_action_date && new Date(fields.next_action_date);
  }
  return { ...values, ...worth(fields, before), ...outcome(fields, before, now) };
}

// A value is what people said in its currency: in another currency it is the same number, if that has such amounts.
function worth({ value, currency }: OpportunityFields, before: Opportunity | undefined): OpportunityValues {
  if (value === undefined && currency === undefined) return {};
  const next = nextCurrency(currency, before);
  const was = before?.value_minor ?? null;
  if (value !== undefined) {
    return { currency: next, value_minor: value === null ? null : minorField("value", value, next) };
  }
  if (was === null || before === undefined) return { currency: next, value_minor: null };
  const [minor] = keptMinor([{ name: "value", minor: was }], before.currency, next);
  return { currency: next, value_minor: minor as number };
}

/** won_at, lost_at and the reasons follow the status: what is open again was neither won nor lost. */
function outcome(
  { status, won_reasons: won, lost_reasons: lost }: OpportunityFields,
  before: Opportunity | undefined,
  now: Date,
): OpportunityValues {
  const next = status ?? before?.status ?? "open";
  if (won && won.length > 0 && next !== "won") throw strayReasons("won");
  if (lost && lost.length > 0 && next !== "lost") throw strayReasons("lost");
  const changed = next !== (before?.status ?? "open");
  return {
    ...(changed
      ? {
          won_at: next === "won" ? now : null,
          lost_at: next === "lost" ? now : null,
          won_reasons: [],
          lost_reasons: [],
        }
      : {}),
    ...(won ? { won_reasons: [...new Set(won)] } : {}),
    ...(lost ? { lost_reasons: [...new Set(lost)] } : {}),
  };
}

function strayReasons(status: "won" | "lost") {
  return invalidField(
    `${status}_reasons`,
    `belong to an opportunity that is ${status}`,
    `Send status: ${status} too.`,
  );
}

/** Refuses reasons the company has not set up; any will do while it has set up none. */
export function checkReasons(fields: OpportunityFields, settings: CrmSettings): void {
  for (const name of ["won_reasons", "lost_reasons"] as const) {
    const known = settings[name];
    const stray = known.length === 0 ? undefined : fields[name]?.find((one) => !known.includes(one));
    if (stray === undefined) continue;
    throw invalidField(name, `${stray} is none of the company's reasons`, `Choose from ${known.join(", ")}.`);
  }
}
