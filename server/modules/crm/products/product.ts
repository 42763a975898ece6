import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Numeric, Timestamp } from "../../../kernel/tables.ts";

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
