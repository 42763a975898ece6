import { module } from "../../../kernel/operation.ts";
import { searchAll } from "./search-all.ts";

export const search = module({ name: "search", operations: [searchAll] });
