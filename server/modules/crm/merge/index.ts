import { module } from "../../../kernel/operation.ts";
import { listDuplicateCompanies, listDuplicateContacts } from "./duplicates.ts";
import { undoableMs } from "./merge.ts";
import { mergeCompany, mergeContact } from "./merge-operations.ts";
import { mergesCrud } from "./merges.crud.ts";
import { undoMerge } from "./undo-merge.ts";

export const merges = module({
  name: "merges",
  operations: [
    listDuplicateContacts,
    mergeContact,
    listDuplicateCompanies,
    mergeCompany,
    mergesCrud.list,
    mergesCrud.get,
    undoMerge,
  ],
  sweeps: [{ table: "merges", column: "created_at", keepMs: undoableMs }],
});
