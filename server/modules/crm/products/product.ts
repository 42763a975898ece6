import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import { invalidField } from "../../../kernel/errors.ts";
import type { Json, JsonObject, Numeric, Timestamp } from "../../../kernel/tables.ts";
import { fromMinor } from "../../../money.ts";
import {
  currencyField,
  minorOf,
  moneyField,
  nextCurrency,
  nullableNumber,
  numberOrNull,
  percentField,
  quantityField,
} from "../amounts.ts";
import { isWebAddress } from "../fields/custom-values.ts";
import { nameField, nullableText, optionalText } from "../party.ts";
import { WorkOrderConfigInput, checkedConfig } from "../work-orders/work-order-config.ts";

export interface ProductsTable {
  workspace_id: string;
  id: string;
  name: string;
  sku: string | null;
  /** Minor units of the currency. */
  price_minor: number;
  currency: Generated<string>;
  category: string | null;
  description: string | null;
  unit: string | null;
  benefits: string | null;
  deposit_percent: Numeric | null;
  default_expiry_days: number | null;
  images: Generated<string[]>;
  track_inventory: Generated<boolean>;
  track_batches: Generated<boolean>;
  low_stock_threshold: Numeric | null;
  is_active: Generated<boolean>;
  /** null: the company's own work order configuration applies. */
  work_order_config: Json<JsonObject> | null;
  metadata: Json<JsonObject>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ProductCostsTable {
  workspace_id: string;
  id: string;
  product_id: string;
  label: string | null;
  cost_price_minor: Generated<number>;
  currency: string;
  quantity: Numeric;
  supplier_id: string | null;
  supplier_product_id: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    products: ProductsTable;
    product_costs: ProductCostsTable;
  }
}

export type Product = Selectable<ProductsTable>;
export type ProductCost = Selectable<ProductCostsTable>;

/** Something the business sells, as the workspace API shows it. */
export const ProductRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  sku: nullableText(),
  price: Type.Number({ description: "Unit price in the currency's main unit." }),
  currency: Type.String(),
  category: nullableText(),
  description: nullableText(),
  unit: nullableText("What the price is for: hour, piece."),
  benefits: nullableText(),
  deposit_percent: nullableNumber(),
  default_expiry_days: Type.Union([Type.Integer(), Type.Null()]),
  images: Type.Array(Type.String()),
  track_inventory: Type.Boolean(),
  track_batches: Type.Boolean(),
  low_stock_threshold: nullableNumber(),
  is_active: Type.Boolean(),
  work_order_config: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  metadata: Type.Object({}, { additionalProperties: true }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** What create and update take; both write the same columns. */
export const productFields = {
  name: Type.String({ minLength: 1, maxLength: 500, description: "Product name." }),
  price: moneyField("Unit price."),
  currency: currencyField(),
  sku: optionalText("Stock keeping unit.", 200),
  category: optionalText("What the product is listed under.", 200),
  description: optionalText("What it is.", 20_000),
  unit: optionalText("What the price is for: hour, piece.", 100),
  benefits: optionalText("What the customer has from it.", 20_000),
  deposit_percent: Type.Union([percentField("Due before the work."), Type.Null()]),
  default_expiry_days: Type.Union([Type.Integer({ minimum: 0, maximum: 36_500 }), Type.Null()]),
  images: Type.Array(Type.String({ maxLength: 2000 }), {
    maxItems: 50,
    description: "Addresses of pictures, https://….",
  }),
  track_inventory: Type.Boolean(),
  track_batches: Type.Boolean(),
  low_stock_threshold: Type.Union([quantityField("Tells when stock falls below it."), Type.Null()]),
  is_active: Type.Boolean({ description: "Offered; true by default." }),
  work_order_config: Type.Union([WorkOrderConfigInput, Type.Null()]),
  metadata: Type.Object({}, { additionalProperties: true }),
};

export type ProductFields = Partial<Static<TObject<typeof productFields>>>;

const asSent = [
  "default_expiry_days",
  "deposit_percent",
  "images",
  "is_active",
  "low_stock_threshold",
  "track_batches",
  "track_inventory",
] as const;
const texts = ["benefits", "category", "description", "sku", "unit"] as const;

/** What a caller sent as column values. Throws a 400 naming the field. */
export function productValues(fields: ProductFields, before: Product | undefined): JsonObject {
  const values: JsonObject = {};
  for (const name of asSent) if (fields[name] !== undefined) values[name] = fields[name];
  for (const name of texts) if (fields[name] !== undefined) values[name] = fields[name]?.trim() || null;
  if (fields.name !== undefined) values["name"] = nameField("name", fields.name);
  fields.images?.forEach((url, index) => {
    if (!isWebAddress(url)) throw invalidField(`images.${index}`, "is not a web address", "Send https://….");
  });
  const { work_order_config: config } = fields;
  if (config !== undefined) {
    values["work_order_config"] = config && JSON.stringify(checkedConfig("work_order_config", config));
  }
  if (fields.metadata !== undefined) values["metadata"] = JSON.stringify(fields.metadata);
  return { ...values, ...priceValues(fields, before) };
}

// A price keeps its number when its currency is corrected, so its minor units are written again.
function priceValues({ price, currency }: ProductFields, before: Product | undefined): JsonObject {
  if (before && price === undefined && currency === undefined) return {};
  const next = nextCurrency(currency, before);
  const kept = before && { minor: before.price_minor, currency: before.currency };
  return { price_minor: minorOf("price", price, next, kept), currency: next };
}

/** A row as callers see it. */
export function presentProduct(row: Product): Static<typeof ProductRecord> {
  const { workspace_id: _w, price_minor: price, deposit_percent, low_stock_threshold, ...shown } = row;
  return {
    ...shown,
    price: fromMinor(price, row.currency),
    deposit_percent: numberOrNull(deposit_percent),
    low_stock_threshold: numberOrNull(low_stock_threshold),
  } as never;
}
