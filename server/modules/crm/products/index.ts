import { module } from "../../../kernel/operation.ts";
import { productCostsCrud } from "./product-costs.crud.ts";
import { productsCrud } from "./products.crud.ts";

const { list, get, create, update, remove } = productsCrud;
const costs = productCostsCrud;

export const products = module({
  name: "products",
  operations: [list, get, create, update, remove, costs.list, costs.create, costs.update, costs.remove],
  rows: [productsCrud.rows, costs.rows],
});
