import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ProductRecord, presentProduct, productFields, productValues } from "./product.ts";
import type { ProductFields } from "./product.ts";

export const productsCrud = crud({
  noun: "product",
  plural: "products",
  table: "products",
  surface: workspaceApi,
  section: "Products",
  path: "/products",
  scopes: { read: ["products:read"], write: ["products:write"] },
  record: ProductRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentProduct),
  recorded: presentProduct,
  fields: productFields,
  required: ["name", "price"],
  values: (_ctx, fields: ProductFields, before) => productValues(fields, before),
  summaries: {
    list: "List what the business sells.",
    create: "Create a product.",
    update: "Change a product; what is not sent stays.",
    delete:
      "Delete one product; GET /deletions/preview tells beforehand what goes with it and what stays without it.",
  },
  examples: {
    create: { name: "Hot water system", price: 1890, currency: "AUD", sku: "HWS-250" },
    update: { price: 1950 },
  },
  filters: {
    is_active: {
      schema: Type.Boolean(),
      where: (query, value: boolean) => query.where("is_active", "=", value),
    },
    category: {
      schema: Type.String({ maxLength: 200 }),
      where: (query, value: string) => query.where("category", "=", value),
    },
    sku: {
      schema: Type.String({ maxLength: 200 }),
      where: (query, value: string) => query.where("sku", "=", value),
    },
  },
});
