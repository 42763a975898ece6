import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Numeric, Timestamp } from "../../../kernel/tables.ts";
import { fromMinor } from "../../../money.ts";
import type { Tag } from "./tags.ts";

export interface OpportunitiesTable {
  workspace_id: string;
  id: string;
  public_id: string;
  name: string;
  status: Generated<"open" | "won" | "lost">;
  contact_id: string | null;
  company_id: string | null;
  /** Minor units of the currency. */
  value_minor: number | null;
  currency: Generated<string>;
  lead_source: string | null;
  opportunity_type: string | null;
  probability: number | null;
  /** A calendar day: 2026-03-24. */
  expected_close_date: string | null;
  tags: Json<Tag[]>;
  notes: string | null;
  metadata: Json<JsonObject>;
  needs_analysis: Json<JsonObject>;
  won_at: Timestamp | null;
  lost_at: Timestamp | null;
  won_reasons: Generated<string[]>;
  lost_reasons: Generated<string[]>;
  next_action: string | null;
  next_action_date: Timestamp | null;
  primary_referrer_contact_id: string | null;
  primary_referrer_category: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
  search_text: Generated<string>;
}

export interface OpportunityContactsTable {
  workspace_id: string;
  opportunity_id: string;
  contact_id: string;
  created_at: Timestamp;
}

export interface OpportunityUsersTable {
  workspace_id: string;
  opportunity_id: string;
  user_id: string;
  is_primary: Generated<boolean>;
  created_at: Timestamp;
}

export interface OpportunityProductsTable {
  workspace_id: string;
  id: string;
  opportunity_id: string;
  product_id: string | null;
  name: string;
  quantity: Numeric;
  unit_price_minor: number;
  currency: string;
  discount_percent: Generated<Numeric>;
  deposit_percent: Numeric | null;
  payment_status: Generated<PaymentStatus>;
  position: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
  total_minor: Generated<number>;
}

export interface OpportunityProductCostsTable {
  workspace_id: string;
  id: string;
  opportunity_product_id: string;
  label: string | null;
  unit_cost_minor: Generated<number>;
  quantity: Generated<Numeric>;
  currency: string;
  supplier_id: string | null;
  supplier_product_id: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    opportunities: OpportunitiesTable;
    opportunity_contacts: OpportunityContactsTable;
    opportunity_users: OpportunityUsersTable;
    opportunity_products: OpportunityProductsTable;
    opportunity_product_costs: OpportunityProductCostsTable;
  }
}

export const statuses = ["open", "won", "lost"] as const;
export const paymentStatuses = ["unpaid", "deposit_invoiced", "invoiced", "paid"] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type Opportunity = Omit<Selectable<OpportunitiesTable>, "search_text">;
export type OpportunityLine = Selectable<OpportunityProductsTable>;
export type LineCost = Selectable<OpportunityProductCostsTable>;

type Unset = "workspace_id" | "id" | "public_id" | "created_at" | "updated_at";

/** What an opportunity holds, as far as it was said. */
export type OpportunityValues = Partial<Omit<Opportunity, Unset>>;

/** Values as columns take them. */
export function columnsOf({ tags, metadata, needs_analysis, ...plain }: OpportunityValues): JsonObject {
  return {
    ...plain,
    ...(tags ? { tags: JSON.stringify(tags) } : {}),
    ...(metadata ? { metadata: JSON.stringify(metadata) } : {}),
    ...(needs_analysis ? { needs_analysis: JSON.stringify(needs_analysis) } : {}),
  };
}

/** What lists and look-ups read: everything but the text it is found by. */
export const opportunityColumns = [
  "workspace_id",
  "id",
  "public_id",
  "name",
  "status",
  "contact_id",
  "company_id",
  "value_minor",
  "currency",
  "lead_source",
  "opportunity_type",
  "probability",
  "expected_close_date",
  "tags",
  "notes",
  "metadata",
  "needs_analysis",
  "won_at",
  "lost_at",
  "won_reasons",
  "lost_reasons",
  "next_action",
  "next_action_date",
  "primary_referrer_contact_id",
  "primary_referrer_category",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof OpportunitiesTable)[];

/** Values under the names callers know: customer_id for the company, value as a decimal number. */
export function shownValues(values: OpportunityValues & { currency: string }): JsonObject {
  const { company_id = null, value_minor = null, ...same } = values;
  return {
    ...same,
    customer_id: company_id,
    value: value_minor === null ? null : fromMinor(value_minor, values.currency),
  };
}

/** A row as callers know it, without what is looked up elsewhere. */
export function shownOpportunity(row: Opportunity): JsonObject & { id: string } {
  // A row that was read whole holds the text it is found by as well.
  const { workspace_id: _w, search_text: _s, ...held } = row as Selectable<OpportunitiesTable>;
  return { ...shownValues(held), id: row.id };
}
