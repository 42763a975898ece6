import { Type } from "typebox";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { readableWith } from "../../../kernel/guarded-fields.ts";
import { fromMinor } from "../../../money.ts";
import { nullableNumber, numberOrNull } from "../amounts.ts";
import { nullableText } from "../party.ts";
import { paymentStatuses } from "./opportunity.ts";
import type { LineCost, OpportunityLine } from "./opportunity.ts";

const uuid = () => Type.String({ format: "uuid" });

export const LineRecord = Type.Object({
  id: uuid(),
  deal_id: uuid(),
  product_id: Type.Union([uuid(), Type.Null()], { description: "null once the product is deleted." }),
  name: Type.String({ description: "The product's name when the line was added." }),
  quantity: Type.Number(),
  unit_price: Type.Number(),
  currency: Type.String({ description: "The opportunity's." }),
  discount_percent: Type.Number(),
  deposit_percent: nullableNumber(),
  total: Type.Number({ description: "quantity x unit_price, less the discount." }),
  deposit: nullableNumber(),
  total_cost: Type.Union([Type.Number(), Type.Null()], {
    description: "What its costs add up to; null when one of them is in another currency.",
  }),
  margin: Type.Union([Type.Number(), Type.Null()], { description: "total less total_cost." }),
  payment_status: Type.Optional(
    Type.Enum([...paymentStatuses], {
      ...readableWith("invoices:read"),
      description: "Only for callers with invoices:read.",
    }),
  ),
  position: Type.Integer(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export const CostRecord = Type.Object({
  id: uuid(),
  deal_product_id: uuid(),
  label: nullableText(),
  unit_cost: Type.Number(),
  quantity: Type.Number(),
  currency: Type.String(),
  total: Type.Number(),
  supplier_id: Type.Union([uuid(), Type.Null()]),
  supplier_product_id: Type.Union([uuid(), Type.Null()]),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** Lines as callers see them, with what they cost. */
export async function presentLines(ctx: Ctx, rows: readonly OpportunityLine[]) {
  if (rows.length === 0) return [];
  const costs = await costsOf(
    ctx,
    rows.map((row) => row.id),
  );
  return rows.map((row) => presentLine(row, costs.get(row.id)));
}

type Cost = { currency: string; cost: number };

function presentLine(row: OpportunityLine, costs: Cost[] = []) {
  const { workspace_id: _w, opportunity_id, unit_price_minor, total_minor, ...same } = row;
  const total = fromMinor(total_minor, row.currency);
  const deposit = numberOrNull(row.deposit_percent);
  const comparable = costs.every((cost) => cost.currency === row.currency);
  const costMinor = costs.reduce((sum, cost) => sum + cost.cost, 0);
  return {
    ...same,
    deal_id: opportunity_id,
    quantity: Number(row.quantity),
    unit_price: fromMinor(unit_price_minor, row.currency),
    discount_percent: Number(row.discount_percent),
    deposit_percent: deposit,
    total,
    deposit: deposit === null ? null : fromMinor(Math.round((total_minor * deposit) / 100), row.currency),
    total_cost: comparable ? fromMinor(costMinor, row.currency) : null,
    margin: comparable ? fromMinor(total_minor - costMinor, row.currency) : null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

async function costsOf(ctx: Ctx, lineIds: string[]): Promise<Map<string, Cost[]>> {
  const rows = await ctx.db.raw(sql<Cost & { line: string }>`
    select opportunity_product_id as line, currency, sum(round(unit_cost_minor * quantity))::float8 as cost
      from opportunity_product_costs
     where workspace_id = ${ctx.workspaceId} and opportunity_product_id = any(${lineIds}::uuid[])
     group by opportunity_product_id, currency`);
  return Map.groupBy(rows, (row) => row.line);
}

export function presentCost({ workspace_id: _w, opportunity_product_id, unit_cost_minor, ...row }: LineCost) {
  const quantity = Number(row.quantity);
  return {
    ...row,
    deal_product_id: opportunity_product_id,
    unit_cost: fromMinor(unit_cost_minor, row.currency),
    quantity,
    total: fromMinor(Math.round(unit_cost_minor * quantity), row.currency),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
