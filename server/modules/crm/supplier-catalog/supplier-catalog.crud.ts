import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { crud, findRow } from "../../../kernel/crud.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkedCurrency, defaultCurrency, minorOf } from "../amounts.ts";
import { nameField } from "../party.ts";
import type { Product } from "../products/product.ts";
import { checkReferences } from "../references.ts";
import { markSupplier, productNames } from "./supplier-catalog.store.ts";
import { SupplierProductRecord, presentSupplierProduct, supplierProductFields } from "./supplier-product.ts";
import type { SupplierProduct, SupplierProductFields } from "./supplier-product.ts";

const byId = (description: string) => Type.String({ format: "uuid", description });

export const supplierCatalogCrud = crud({
  noun: "supplier_product",
  plural: "supplier_products",
  table: "supplier_products",
  surface: workspaceApi,
  section: "Supplier Catalog",
  path: "/supplier-catalog",
  scopes: { read: ["products:read"], write: ["products:write"] },
  record: SupplierProductRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  async present(ctx, rows) {
    const names = await productNames(
      ctx,
      rows.map((row) => row.product_id),
    );
    return rows.map((row) => presentSupplierProduct(row, names.get(row.product_id ?? "")));
  },
  recorded: (row) => presentSupplierProduct(row),
  fields: supplierProductFields,
  required: ["supplier_id", "supplier_price"],
  values: (ctx, fields: SupplierProductFields, before) => supplierProductValues(ctx, fields, before),
  summaries: {
    list: "List what suppliers offer and ask for it.",
    create:
      "Add what a supplier offers: for one of the products (product_id) or under a name (product_name).",
    update: "Change what a supplier offers; product_id links it to a product, null unlinks it.",
  },
  filters: {
    supplier_id: {
      schema: byId("What this company supplies."),
      where: (query, value: string) => query.where("supplier_id", "=", value),
    },
    product_id: {
      schema: byId("Who supplies this product."),
      where: (query, value: string) => query.where("product_id", "=", value),
    },
    is_active: {
      schema: Type.Boolean(),
      where: (query, value: boolean) => query.where("is_active", "=", value),
    },
  },
});

const asSent = ["is_active", "lead_time_days", "minimum_order_qty", "supplier_id"] as const;

async function supplierProductValues(
  ctx: Ctx,
  fields: SupplierProductFields,
  before: SupplierProduct | undefined,
): Promise<JsonObject> {
  const { supplier_id, product_id, product_name } = fields;
  if (!before && Boolean(product_id) === (product_name !== undefined)) {
    const problem = product_id ? "cannot be sent with product_id" : "is required without product_id";
    throw invalidField("product_name", problem, "Send either product_id or product_name.");
  }
  await checkReferences(ctx, { supplier_id, product_id });
  if (supplier_id) await markSupplier(ctx, supplier_id);
  const values: JsonObject = {};
  for (const name of asSent) if (fields[name] !== undefined) values[name] = fields[name];
  if (fields.supplier_sku !== undefined) values["supplier_sku"] = fields.supplier_sku?.trim() || null;
  const product = product_id
    ? ((await findRow(ctx, "products", product_id)) as Product | undefined)
    : undefined;
  if (product_id !== undefined) values["product_id"] = product_id;
  if (product_name !== undefined) values["product_name"] = nameField("product_name", product_name);
  else if (product) values["product_name"] = product.name;
  return { ...values, ...priceValues(fields, before, product) };
}

// In the currency of the product it is bought for, unless the supplier's is another one.
function priceValues(
  { supplier_price: price, currency }: SupplierProductFields,
  before: SupplierProduct | undefined,
  product: Product | undefined,
): JsonObject {
  if (before && price === undefined && currency === undefined) return {};
  const usual = before?.currency ?? product?.currency ?? defaultCurrency;
  const next = currency === undefined ? usual : checkedCurrency("currency", currency);
  const kept = before && { minor: before.supplier_price_minor, currency: before.currency };
  return { supplier_price_minor: minorOf("supplier_price", price, next, kept), currency: next };
}
