import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import { fromMinor } from "../../../money.ts";
import { moneyField, quantityField } from "../amounts.ts";
import { nullableText, optionalText } from "../party.ts";
import type { ProductCost } from "./product.ts";

/** One of the things a product costs the business, as the workspace API shows it. */
export const ProductCostRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  product_id: Type.String({ format: "uuid" }),
  label: nullableText(),
  cost_price: Type.Number({ description: "What one costs, in the currency's main unit." }),
  currency: Type.String({ description: "The product's when the cost was entered." }),
  quantity: Type.Number({ description: "How many go into one of the product." }),
  supplier_id: nullableText("A company."),
  supplier_product_id: nullableText(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

const reference = (description: string) =>
  Type.Union([Type.String({ format: "uuid", description }), Type.Null()]);

export const productCostFields = {
  label: optionalText("What it is for.", 500),
  cost_price: moneyField("What one costs; the supplier product's price by default."),
  quantity: quantityField("How many go into one of the product; 1 by default."),
  supplier_id: reference("The company it is bought from; the supplier product's by default."),
  supplier_product_id: reference("An entry of the supplier catalogue."),
};

export type ProductCostFields = Partial<Static<TObject<typeof productCostFields>>>;

/** A row as callers see it. */
export function presentProductCost(row: ProductCost): Static<typeof ProductCostRecord> {
  const { workspace_id: _w, cost_price_minor: price, quantity, ...shown } = row;
  return { ...shown, cost_price: fromMinor(price, row.currency), quantity: Number(quantity) } as never;
}
