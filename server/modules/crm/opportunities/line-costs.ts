import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordDeleted, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { fromMinor } from "../../../money.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { amountField, checkedCurrency, currencyField, minorOf, moneyField } from "../amounts.ts";
import { optionalText } from "../party.ts";
import { checkReferences } from "../references.ts";
import { CostRecord, presentCost } from "./line-record.ts";
import { checkTotal } from "./lines.store.ts";
import { findOpportunity } from "./opportunities.store.ts";
import type { LineCost } from "./opportunity.ts";
import { lineOf } from "./product-lines.ts";

const uuid = () => Type.String({ format: "uuid" });
const reference = (description: string) =>
  Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()], { description }));

const costFields = {
  label: optionalText("What the cost is for.", 500),
  unit_cost: Type.Optional(moneyField("Cost of one.")),
  quantity: Type.Optional(amountField("How many; to the thousandth.")),
  currency: Type.Optional(currencyField()),
  supplier_id: reference("The company that supplies it."),
  supplier_product_id: reference("The supplier's product; fills in what is not sent."),
};

const lineIds = { id: uuid(), opportunityProductId: uuid() };
const costIds = { id: uuid(), costId: uuid() };
type CostFields = Static<ReturnType<typeof Type.Object<typeof costFields>>>;

const common = {
  surface: workspaceApi,
  section: "Opportunities",
  noun: "opportunity_product_cost",
} as const;

export const listLineCosts = operation({
  ...common,
  name: "list_opportunity_product_costs",
  route: "GET /opportunities/:id/product-costs/:opportunityProductId",
  aliases: ["GET /deals/:id/product-costs/:dealProductId"],
  scopes: ["opportunities:read"],
  effect: "read",
  shape: "list",
  summary: "List what a product line of an opportunity costs, a page at a time.",
  input: Type.Object({ ...lineIds, ...pagingInput() }, { additionalProperties: false }),
  output: pageOf(CostRecord),
  async run(ctx, { id, opportunityProductId, ...paging }) {
    await checkLine(ctx, id, opportunityProductId);
    const query = ctx.db
      .from("opportunity_product_costs")
      .selectAll()
      .where("opportunity_product_id", "=", opportunityProductId);
    const sort = { column: "created_at", direction: "asc", kind: "timestamp" } as const;
    const page = await keysetPage(query, "opportunity_product_costs", sort, paging as never);
    return { ...page, rows: page.rows.map(presentCost) };
  },
});

export const createLineCost = operation({
  ...common,
  name: "create_opportunity_product_cost",
  route: "POST /opportunities/:id/product-costs/:opportunityProductId",
  aliases: ["POST /deals/:id/product-costs/:dealProductId"],
  scopes: ["opportunities:write"],
  effect: "write",
  summary: "Add a cost to a product line of an opportunity.",
  input: Type.Object({ ...lineIds, ...costFields }, { additionalProperties: false }),
  output: CostRecord,
  example: { input: { label: "Copper pipe", unit_cost: 12.5, quantity: 4 } },
  async run(ctx, { id, opportunityProductId, ...fields }) {
    const line = await checkLine(ctx, id, opportunityProductId);
    const values = await costValues(ctx, await withSupplierProduct(ctx, fields), line.currency);
    const row = await ctx.db
      .insert("opportunity_product_costs", {
        label: null,
        supplier_id: null,
        supplier_product_id: null,
        ...values,
        id: newId(ctx.now),
        opportunity_product_id: opportunityProductId,
        created_at: ctx.now,
        updated_at: ctx.now,
      } as never)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "opportunity_product_cost", row);
    return presentCost(row);
  },
});

export const updateLineCost = operation({
  ...common,
  name: "update_opportunity_product_cost",
  route: "PATCH /opportunities/:id/product-costs/:costId",
  aliases: ["PATCH /deals/:id/product-costs/:costId"],
  scopes: ["opportunities:write"],
  effect: "write",
  summary: "Change a cost of a product line; the path ends with the cost's id.",
  input: Type.Object({ ...costIds, ...costFields }, { additionalProperties: false }),
  output: CostRecord,
  example: { input: { unit_cost: 14 } },
  async run(ctx, { id, costId, ...fields }) {
    const before = await costOf(ctx, id, costId);
    const after = await ctx.db
      .update("opportunity_product_costs")
      .set({ ...(await costValues(ctx, fields, before.currency, before)), updated_at: ctx.now } as never)
      .where("id", "=", costId)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "opportunity_product_cost", before, after);
    return presentCost(after);
  },
});

export const deleteLineCost = operation({
  ...common,
  name: "delete_opportunity_product_cost",
  route: "DELETE /opportunities/:id/product-costs/:costId",
  aliases: ["DELETE /deals/:id/product-costs/:costId"],
  scopes: ["opportunities:write"],
  effect: "destructive",
  shape: "empty",
  summary: "Delete a cost of a product line; the path ends with the cost's id.",
  input: Type.Object(costIds, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, { id, costId }) {
    const row = await costOf(ctx, id, costId);
    await ctx.db.remove("opportunity_product_costs").where("id", "=", costId).execute();
    recordDeleted(ctx, "opportunity_product_cost", row);
    return null;
  },
});

async function checkLine(ctx: Ctx, id: string, lineId: string) {
  if (!(await findOpportunity(ctx, id))) throw missing("opportunity", id);
  return lineOf(ctx, id, lineId);
}

/** A cost of one of this opportunity's lines, locked; 404 without one. */
async function costOf(ctx: Ctx, id: string, costId: string): Promise<LineCost> {
  if (!(await findOpportunity(ctx, id))) throw missing("opportunity", id);
  const cost = await ctx.db
    .from("opportunity_product_costs")
    .selectAll()
    .where("id", "=", costId)
    .where(
      "opportunity_product_id",
      "in",
      ctx.db.from("opportunity_products").select("id").where("opportunity_id", "=", id),
    )
    .forUpdate()
    .executeTakeFirst();
  if (!cost) throw missing("opportunity product cost", costId);
  return cost;
}

/** What was sent, completed by what the supplier asks for the product. */
async function withSupplierProduct(ctx: Ctx, fields: CostFields): Promise<CostFields> {
  if (!fields.supplier_product_id) return fields;
  const offer = await ctx.db
    .from("supplier_products")
    .selectAll()
    .where("id", "=", fields.supplier_product_id)
    .executeTakeFirst();
  if (!offer) return fields; // refused with the other references
  const own = fields.unit_cost === undefined;
  return {
    label: offer.product_name,
    supplier_id: offer.supplier_id,
    ...(own
      ? { unit_cost: fromMinor(offer.supplier_price_minor, offer.currency), currency: offer.currency }
      : {}),
    ...fields,
  };
}

async function costValues(ctx: Ctx, fields: CostFields, usual: string, before?: LineCost) {
  await checkReferences(ctx, {
    supplier_id: fields.supplier_id,
    supplier_product_id: fields.supplier_product_id,
  });
  const currency =
    fields.currency === undefined
      ? (before?.currency ?? usual)
      : checkedCurrency("currency", fields.currency);
  const kept = before && { minor: before.unit_cost_minor, currency: before.currency };
  const unitCostMinor = minorOf("unit_cost", fields.unit_cost, currency, kept);
  checkTotal(fields.quantity ?? Number(before?.quantity ?? 1), unitCostMinor);
  return {
    ...(fields.label === undefined ? {} : { label: fields.label?.trim() || null }),
    ...(fields.quantity === undefined ? {} : { quantity: fields.quantity }),
    ...(fields.supplier_id === undefined ? {} : { supplier_id: fields.supplier_id }),
    ...(fields.supplier_product_id === undefined ? {} : { supplier_product_id: fields.supplier_product_id }),
    unit_cost_minor: unitCostMinor,
    currency,
  };
}
