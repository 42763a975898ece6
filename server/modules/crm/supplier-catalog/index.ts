import { module } from "../../../kernel/operation.ts";
import { supplierCatalogCrud } from "./supplier-catalog.crud.ts";

const { list, get, create, update, remove } = supplierCatalogCrud;

export const supplierCatalog = module({
  name: "supplier-catalog",
  operations: [list, get, create, update, remove],
  rows: [supplierCatalogCrud.rows],
});
