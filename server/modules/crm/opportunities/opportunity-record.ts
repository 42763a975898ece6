import { Type } from "typebox";
import { readableWith } from "../../../kernel/guarded-fields.ts";
import { nullableNumber } from "../amounts.ts";
import { nullableText } from "../party.ts";
import { LineRecord } from "./line-record.ts";
import { statuses } from "./opportunity.ts";
import { TagRecord } from "./tags.ts";

const uuid = (description?: string) =>
  Type.String({ format: "uuid", ...(description === undefined ? {} : { description }) });
const nullableId = (description?: string) => Type.Union([uuid(description), Type.Null()]);
const instant = () => Type.String({ format: "date-time" });
const nullableInstant = (description?: string) =>
  Type.Union([instant(), Type.Null()], description === undefined ? {} : { description });
const open = () => Type.Object({}, { additionalProperties: true });

/** A card, as rows of opportunities carry it. */
export const CardRecord = Type.Object({
  id: uuid(),
  pipeline_id: uuid(),
  stage_id: uuid(),
  rank: Type.String({ description: "Orders the cards of a stage, compared byte by byte." }),
  position: Type.Optional(
    Type.Integer({ description: "Index in the stage; where one opportunity is read." }),
  ),
  placed_at: instant(),
  crm_pipelines: Type.Object({ id: uuid(), name: Type.String() }),
  crm_pipeline_stages: Type.Object({ id: uuid(), name: Type.String(), color: nullableText() }),
});

const PersonSummary = Type.Object({
  id: uuid(),
  public_id: Type.String(),
  first_name: Type.String(),
  last_name: nullableText(),
  email: nullableText(),
  phone: nullableText(),
  job_title: nullableText(),
});

const CompanySummary = Type.Object({
  id: uuid(),
  public_id: Type.String(),
  name: Type.String(),
  email: nullableText(),
  phone: nullableText(),
  industry: nullableText(),
  website: nullableText(),
});

export const AssignedUserRecord = Type.Object({
  id: uuid(),
  name: Type.String(),
  email: nullableText(),
  phone: nullableText(),
  role: Type.String(),
  is_primary: Type.Boolean({ description: "In charge of the opportunity: its assigned_to." }),
});

export const expansions = ["contact", "referrer", "customer", "products", "assigned_users"] as const;
export type Expansion = (typeof expansions)[number];

export const expandInput = Type.Optional(
  Type.Array(Type.Enum([...expansions]), {
    description:
      "Comma-separated: contact, referrer, customer, products, assigned_users. What takes a scope the key lacks is left out.",
  }),
);

export const OpportunityRecord = Type.Object({
  id: uuid(),
  public_id: Type.String({ description: "The number people read: D-001." }),
  name: Type.String(),
  status: Type.Enum([...statuses]),
  contact_id: nullableId("The primary contact."),
  customer_id: nullableId("The company."),
  value: Type.Union([Type.Number(), Type.Null()], { description: "What it is worth, as somebody said." }),
  currency: Type.String(),
  products_total_value: Type.Number({ description: "What its product lines come to." }),
  lead_source: nullableText(),
  opportunity_type: nullableText(),
  probability: nullableNumber(),
  expected_close_date: nullableText(),
  tags: Type.Array(TagRecord),
  notes: nullableText(),
  metadata: open(),
  needs_analysis: open(),
  won_at: nullableInstant(),
  lost_at: nullableInstant(),
  won_reasons: Type.Array(Type.String()),
  lost_reasons: Type.Array(Type.String()),
  next_action: nullableText(),
  next_action_date: nullableInstant(),
  assigned_to: nullableId("The user in charge."),
  assigned_user_ids: Type.Array(uuid(), { description: "Everybody it is assigned to." }),
  primary_referrer_contact_id: nullableId("The newest referrer; kept by the referrals."),
  primary_referrer_category: nullableText(),
  placements: Type.Array(CardRecord),
  created_at: instant(),
  updated_at: instant(),
  contact: Type.Optional(Type.Union([PersonSummary, Type.Null()], readableWith("contacts:read"))),
  referrer: Type.Optional(Type.Object(PersonSummary.properties, readableWith("contacts:read"))),
  customer: Type.Optional(Type.Union([CompanySummary, Type.Null()], readableWith("companies:read"))),
  products: Type.Optional(Type.Array(LineRecord)),
  assigned_users: Type.Optional(Type.Array(AssignedUserRecord, readableWith("users:read"))),
});
