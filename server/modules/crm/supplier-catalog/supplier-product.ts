import type { Generated, Selectable } from "kysely";
import type { Numeric, Timestamp } from "../../../kernel/tables.ts";

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
