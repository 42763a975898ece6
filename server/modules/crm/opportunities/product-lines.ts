import { Type } from "typebox";
import { mustHaveScopes } from "../../../kernel/admit.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { crud } from "../../../kernel/crud.ts";
import { insufficientScope, invalidField, missing } from "../../../kernel/errors.ts";
import { deleteRows } from "../../../kernel/deletion.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { amountField, minorField, moneyField, percentField } from "../amounts.ts";
import type { Product } from "../products/product.ts";
import { LineRecord, presentLines } from "./line-record.ts";
import { addLines, checkTotal, linesOf, orderLines } from "./lines.store.ts";
import { lockOpportunity } from "./opportunities.store.ts";
import { paymentStatuses } from "./opportunity.ts";
import type { Opportunity, OpportunityLine } from "./opportunity.ts";

const uuid = () => Type.String({ format: "uuid" });

const lineFields = {
  quantity: Type.Optional(amountField("How many; to the thousandth.")),
  unit_price: Type.Optional(moneyField("In the opportunity's currency.")),
  discount_percent: Type.Optional(percentField("Off the price.")),
  deposit_percent: Type.Optional(Type.Union([percentField("Due before the work."), Type.Null()])),
  payment_status: Type.Optional(
    Type.Enum([...paymentStatuses], { description: "Setting it needs the scope invoices:write." }),
  ),
};

const common = {
  surface: workspaceApi,
  section: "Opportunities",
  noun: "opportunity_product",
  scopes: ["opportunities:write"],
} as const;

export const linesCrud = crud({
  noun: "opportunity_product",
  plural: "opportunity_products",
  table: "opportunity_products",
  surface: workspaceApi,
  section: "Opportunities",
  path: "/opportunities/:id/products",
  aliasPaths: ["/deals/:id/products"],
  idParam: "opportunityProductId",
  parent: { param: "id", column: "opportunity_id", table: "opportunities", noun: "opportunity" },
  scopes: { read: ["opportunities:read"], write: ["opportunities:write"] },
  record: LineRecord,
  sort: { column: "position", direction: "asc", kind: "number" },
  present: (ctx, rows) => presentLines(ctx, rows),
  summaries: { list: "List an opportunity's product lines in order, with price, costs and margin." },
});

export const addOpportunityProduct = operation({
  ...common,
  name: "add_opportunity_product",
  route: "POST /opportunities/:id/products",
  aliases: ["POST /deals/:id/products"],
  effect: "write",
  status: 201,
  summary: "Add a product to an opportunity.",
  description:
    "Name, price and deposit are the product's as they are now, unless sent. Setting payment_status needs invoices:write.",
  input: Type.Object({ id: uuid(), product_id: uuid(), ...lineFields }, { additionalProperties: false }),
  output: LineRecord,
  errors: [insufficientScope],
  async run(ctx, { id, product_id, ...fields }) {
    checkPaymentScope(ctx, fields.payment_status);
    const opportunity = await lockOpportunity(ctx, id);
    const product = await productOf(ctx, product_id);
    const [row] = await addLines(ctx, opportunity, [
      {
        product,
        quantity: fields.quantity ?? 1,
        unitPriceMinor: priceOf(opportunity, product, fields.unit_price),
        discountPercent: fields.discount_percent,
        depositPercent: fields.deposit_percent,
        paymentStatus: fields.payment_status,
      },
    ]);
    return presentedLine(ctx, row as OpportunityLine);
  },
});

export const updateOpportunityProduct = operation({
  ...common,
  name: "update_opportunity_product",
  route: "PATCH /opportunities/:id/products/:opportunityProductId",
  aliases: ["PATCH /deals/:id/products/:dealProductId"],
  effect: "write",
  summary: "Change a product line of an opportunity.",
  description: "Setting payment_status needs invoices:write.",
  input: Type.Object(
    { id: uuid(), opportunityProductId: uuid(), ...lineFields },
    { additionalProperties: false },
  ),
  output: LineRecord,
  errors: [insufficientScope],
  example: { input: { quantity: 2 } },
  async run(ctx, { id, opportunityProductId, unit_price, ...fields }) {
    checkPaymentScope(ctx, fields.payment_status);
    await lockOpportunity(ctx, id);
    const before = await lineOf(ctx, id, opportunityProductId);
    const unitPriceMinor =
      unit_price === undefined
        ? before.unit_price_minor
        : minorField("unit_price", unit_price, before.currency);
    checkTotal(fields.quantity ?? Number(before.quantity), unitPriceMinor);
    const after = await ctx.db
      .update("opportunity_products")
      .set({ ...fields, unit_price_minor: unitPriceMinor, updated_at: ctx.now } as never)
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "opportunity_product", before, after);
    return presentedLine(ctx, after);
  },
});

export const removeOpportunityProduct = operation({
  ...common,
  name: "remove_opportunity_product",
  route: "DELETE /opportunities/:id/products/:opportunityProductId",
  aliases: ["DELETE /deals/:id/products/:dealProductId"],
  effect: "destructive",
  shape: "empty",
  summary: "Remove a product line from an opportunity.",
  input: Type.Object({ id: uuid(), opportunityProductId: uuid() }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, { id, opportunityProductId }) {
    await lockOpportunity(ctx, id);
    const line = await lineOf(ctx, id, opportunityProductId);
    await deleteRows(ctx, linesCrud.rows, [line.id]);
    return null;
  },
});

export const reorderOpportunityProducts = operation({
  ...common,
  name: "reorder_opportunity_products",
  route: "POST /opportunities/:id/products/reorder",
  aliases: ["POST /deals/:id/products/reorder"],
  effect: "write",
  summary: "Put an opportunity's product lines in order.",
  description:
    "product_ids are ids of lines, not of products. Lines that are not among them follow as they were.",
  input: Type.Object(
    { id: uuid(), product_ids: Type.Array(uuid(), { minItems: 1, maxItems: 1000, uniqueItems: true }) },
    { additionalProperties: false },
  ),
  output: Type.Array(LineRecord),
  async run(ctx, { id, product_ids }) {
    await lockOpportunity(ctx, id);
    const lines = await linesOf(ctx, id);
    const known = new Set(lines.map((line) => line.id));
    const wanted = product_ids.map((one) => one.toLowerCase());
    const stray = wanted.find((one) => !known.has(one));
    if (stray !== undefined) {
      throw invalidField(
        "product_ids",
        `${stray} is no product line of this opportunity`,
        "Send ids of its lines.",
      );
    }
    const rest = lines.map((line) => line.id).filter((one) => !wanted.includes(one));
    await orderLines(ctx, [...wanted, ...rest]);
    return presentLines(ctx, await linesOf(ctx, id));
  },
});

function checkPaymentScope(ctx: Ctx, sent: unknown): void {
  if (sent !== undefined) mustHaveScopes(ctx.actor, ["invoices:write"]);
}

async function productOf(ctx: Ctx, id: string): Promise<Product> {
  const product = await ctx.db.from("products").selectAll().where("id", "=", id).executeTakeFirst();
  if (product) return product;
  throw invalidField("product_id", `there is no product ${id}`, "GET /products lists those there are.");
}

/** The price in the opportunity's currency: what was sent, or the product's where it is in that currency. */
function priceOf(opportunity: Opportunity, product: Product, sent: number | undefined): number {
  if (sent !== undefined) return minorField("unit_price", sent, opportunity.currency);
  if (product.currency === opportunity.currency) return product.price_minor;
  throw invalidField(
    "unit_price",
    `is needed: the product is priced in ${product.currency}, the opportunity in ${opportunity.currency}`,
    `Send unit_price in ${opportunity.currency}.`,
  );
}

/** A line of this opportunity; 404 without one. */
export async function lineOf(ctx: Ctx, opportunityId: string, lineId: string): Promise<OpportunityLine> {
  const line = await ctx.db
    .from("opportunity_products")
    .selectAll()
    .where("id", "=", lineId)
    .where("opportunity_id", "=", opportunityId)
    .executeTakeFirst();
  if (!line) throw missing("opportunity product", lineId);
  return line;
}

async function presentedLine(ctx: Ctx, row: OpportunityLine) {
  const [shown] = await presentLines(ctx, [row]);
  return shown as NonNullable<typeof shown>;
}
