import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Numeric, Timestamp } from "../../../kernel/tables.ts";
import { fromMinor } from "../../../money.ts";
import { currencyField, moneyField, nullableNumber, numberOrNull, quantityField } from "../amounts.ts";
import { nullableText, optionalText } from "../party.ts";

export interface SupplierProductsTable {
  workspace_id: string;
  id: string;
  /** A company. */
  supplier_id: string;
  product_id: string | null;
  /** The product's name as it was linked, or of a product the business does not have. */
  product_name: string;
  supplier_price_minor: number;
  currency: Generated<string>;
  supplier_sku: string | null;
  lead_time_days: number | null;
  minimum_order_qty: Numeric | null;
  is_active: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    supplier_products: SupplierProductsTable;
  }
}

export type SupplierProduct = Selectable<SupplierProductsTable>;

/** What a supplier asks for something, as the workspace API shows it. */
export const SupplierProductRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  supplier_id: Type.String({ format: "uuid", description: "The company that supplies it." }),
  product_id: nullableText("The business' own product, if it is linked to one."),
  product_name: Type.String({ description: "The linked product's name, or the name it was given here." }),
  supplier_price: Type.Number({ description: "In the currency's main unit." }),
  currency: Type.String(),
  supplier_sku: nullableText(),
  lead_time_days: Type.Union([Type.Integer(), Type.Null()]),
  minimum_order_qty: nullableNumber(),
  is_active: Type.Boolean(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

const id = (description: string) => Type.String({ format: "uuid", description });

export const supplierProductFields = {
  supplier_id: id("A company. It is marked as a supplier."),
  supplier_price: moneyField("What one costs."),
  product_id: Type.Union([id("An existing product."), Type.Null()]),
  product_name: Type.String({
    minLength: 1,
    maxLength: 500,
    description: "Names a product there is not yet.",
  }),
  currency: currencyField(),
  supplier_sku: optionalText("The supplier's own number for it.", 200),
  lead_time_days: Type.Union([Type.Integer({ minimum: 0, maximum: 3650 }), Type.Null()]),
  minimum_order_qty: Type.Union([quantityField("The least the supplier sells."), Type.Null()]),
  is_active: Type.Boolean({ description: "Can be ordered; true by default." }),
};

export type SupplierProductFields = Partial<Static<TObject<typeof supplierProductFields>>>;

/** A row as callers see it; `productName` is the linked product's, as it is called now. */
export function presentSupplierProduct(
  row: SupplierProduct,
  productName = row.product_name,
): Static<typeof SupplierProductRecord> {
  const { workspace_id: _w, supplier_price_minor: price, minimum_order_qty, ...shown } = row;
  return {
    ...shown,
    product_name: productName,
    supplier_price: fromMinor(price, row.currency),
    minimum_order_qty: numberOrNull(minimum_order_qty),
  } as never;
}
