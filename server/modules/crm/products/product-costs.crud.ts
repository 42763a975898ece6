import type { Ctx } from "../../../kernel/context.ts";
import { crud, findRow } from "../../../kernel/crud.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { fromMinor } from "../../../money.ts";
import { defaultCurrency, minorField } from "../amounts.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkReferences } from "../references.ts";
import { findSupplierProduct } from "../supplier-catalog/supplier-catalog.store.ts";
import type { SupplierProduct } from "../supplier-catalog/supplier-product.ts";
import { ProductCostRecord, presentProductCost, productCostFields } from "./product-cost.ts";
import type { ProductCostFields } from "./product-cost.ts";
import type { Product, ProductCost } from "./product.ts";

export const productCostsCrud = crud({
  noun: "product_cost",
  plural: "product_costs",
  table: "product_costs",
  surface: workspaceApi,
  section: "Products",
  path: "/products/:id/costs",
  parent: { param: "id", column: "product_id", table: "products", noun: "product" },
  idParam: "costId",
  scopes: { read: ["products:read"], write: ["products:write"] },
  record: ProductCostRecord,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentProductCost),
  recorded: presentProductCost,
  fields: productCostFields,
  values: (ctx, fields: ProductCostFields, before, input) =>
    productCostValues(ctx, fields, before, String(input["id"])),
  summaries: { list: "List what a product costs the business.", create: "Add a cost to a product." },
  examples: { create: { label: "Valve", cost_price: 42.5, quantity: 2 }, update: { cost_price: 45 } },
});

async function productCostValues(
  ctx: Ctx,
  fields: ProductCostFields,
  before: ProductCost | undefined,
  productId: string,
): Promise<JsonObject> {
  const { supplier_id, supplier_product_id: offerId, quantity, label } = fields;
  await checkReferences(ctx, { supplier_id, supplier_product_id: offerId });
  const offer = offerId ? await findSupplierProduct(ctx, offerId) : undefined;
  if (offer && supplier_id && offer.supplier_id !== supplier_id) {
    throw invalidField(
      "supplier_product_id",
      "is not of this supplier",
      "Leave supplier_id out to take its own.",
    );
  }
  const values: JsonObject = {};
  if (label !== undefined) values["label"] = label?.trim() || null;
  if (quantity !== undefined || !before) values["quantity"] = quantity ?? 1;
  if (offerId !== undefined) values["supplier_product_id"] = offerId;
  if (supplier_id !== undefined) values["supplier_id"] = supplier_id;
  else if (offer) values["supplier_id"] = offer.supplier_id;
  const currency = before?.currency ?? (await currencyOf(ctx, productId));
  return { ...values, ...priceValues(fields.cost_price, currency, before, offer) };
}

async function currencyOf(ctx: Ctx, productId: string): Promise<string> {
  const product = (await findRow(ctx, "products", productId)) as Product | undefined;
  return product?.currency ?? defaultCurrency;
}

function priceValues(
  price: number | undefined,
  currency: string,
  before: ProductCost | undefined,
  offer: SupplierProduct | undefined,
): JsonObject {
  if (price !== undefined) return { cost_price_minor: minorField("cost_price", price, currency), currency };
  if (before) return {};
  if (!offer) return { cost_price_minor: 0, currency };
  if (offer.currency === currency) return { cost_price_minor: offer.supplier_price_minor, currency };
  const shown = `${fromMinor(offer.supplier_price_minor, offer.currency)} ${offer.currency}`;
  throw invalidField(
    "cost_price",
    `is required: the supplier asks ${shown}, the product is in ${currency}`,
    `Send what it costs in ${currency}.`,
  );
}
