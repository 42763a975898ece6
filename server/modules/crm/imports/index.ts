import { sql } from "kysely";
import { module } from "../../../kernel/operation.ts";
import { createImport } from "./create-import.ts";
import { downloadImportErrors, listImportErrors } from "./import-errors.ts";
import { checkImportJob, runImportJob, undoImportJob } from "./import-jobs.ts";
import { undoDays } from "./import-record.ts";
import { deleteImport, getImport, listImports } from "./read-imports.ts";
import { dryRunImport, runImport, undoImport } from "./start-import.ts";
import { updateImport } from "./update-import.ts";
import { parts } from "../../../kernel/row-kinds.ts";

/** Nobody reads a file for as long: its reader died. */
const unreadMs = 60 * 60 * 1000;
const keepMs = undoDays * 24 * 60 * 60 * 1000;

export const crmImports = module({
  name: "imports",
  operations: [
    createImport,
    listImports,
    getImport,
    updateImport,
    deleteImport,
    dryRunImport,
    runImport,
    listImportErrors,
    downloadImportErrors,
    undoImport,
  ],
  rows: parts("import_batches", "import_errors", "import_records"),
  jobs: [checkImportJob, runImportJob, undoImportJob],
  // The people in a file are not kept longer than it can be taken back.
  sweeps: [
    { table: "imports", column: "created_at", keepMs: unreadMs, unless: sql<boolean>`status <> 'reading'` },
    { table: "import_batches", column: "created_at", keepMs },
    { table: "import_records", column: "stamp", keepMs },
  ],
});
