import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { csvFile } from "../exports/csv.ts";
import type { Value } from "../exports/cells.ts";
import type { Import } from "./import-record.ts";
import { allScopes, batchOf, importFor, section } from "./imports.store.ts";

const id = () => Type.String({ format: "uuid" });
const nullable = () => Type.Union([Type.String(), Type.Null()]);
const head = {
  surface: workspaceApi,
  section,
  scopes: allScopes.read,
  // Which of them follows from the import; importFor checks it.
  neededScopes: () => [],
  effect: "read",
  noun: "import",
} as const;

const ErrorRecord = Type.Object({
  row_number: Type.Integer({ description: "As a spreadsheet counts: the titles are row 1." }),
  column: nullable(),
  message: Type.String(),
  value: nullable(),
});

export const listImportErrors = operation({
  ...head,
  name: "list_import_errors",
  route: "GET /imports/:id/errors",
  shape: "list",
  summary: "List what was wrong with the rows of an import, in their order.",
  description: "Of the latest dry run or run; the first 10,000 mistakes are kept.",
  input: Type.Object({ id: id(), ...pagingInput() }, { additionalProperties: false }),
  output: pageOf(ErrorRecord),
  async run(ctx, { id: importId, ...paging }) {
    await importFor(ctx, importId, "read");
    const query = ctx.db.from("import_errors").selectAll().where("import_id", "=", importId);
    const inOrder = { column: "row_number", direction: "asc", kind: "number" } as const;
    const page = await keysetPage(query, "import_errors", inOrder, paging);
    const rows = page.rows.map(({ row_number, column_name, message, value }) => ({
      row_number,
      column: column_name,
      message,
      value,
    }));
    return { ...page, rows };
  },
});

export const downloadImportErrors = operation({
  ...head,
  name: "download_import_errors",
  route: "GET /imports/:id/errors.csv",
  shape: "file",
  fileTypes: ["text/csv"],
  summary:
    "Download the rows of an import that went wrong, each with what is wrong, to be corrected and sent again.",
  input: Type.Object({ id: id() }, { additionalProperties: false }),
  output: Type.String(),
  async run(ctx, { id: importId }) {
    const row = await importFor(ctx, importId, "read");
    const titles = [...row.columns.map(({ name }) => name), "Row", "What is wrong"];
    const headers = titles.map((title) => ({ title, display: "text" as const }));
    return {
      filename: `${row.filename.replace(/\.\w+$/, "")} - to correct.csv`,
      contentType: "text/csv; charset=utf-8",
      body: csvFile(headers, wrongRows(ctx, row), true),
    } as never;
  },
});

/** The rows with mistakes, a batch of the file at a time, each in a read of its own. */
async function* wrongRows({ app, workspaceId }: Ctx, row: Import): AsyncGenerator<Value[][]> {
  for (let number = 0; ; number += 1) {
    const found = await app.database.read(workspaceId, async (db) => {
      const rows = await batchOf({ db }, row.id, number);
      if (!rows) return undefined;
      const faults = await db
        .from("import_errors")
        .select(["row_number", "column_name", "message"])
        .where("import_id", "=", row.id)
        .where("row_number", ">=", rows[0]?.[0] ?? 0)
        .where("row_number", "<=", rows.at(-1)?.[0] ?? 0)
        .execute();
      return { rows, faults: Map.groupBy(faults, (fault) => fault.row_number) };
    });
    if (!found) return;
    yield found.rows.flatMap(([place, ...cells]) => {
      const faults = found.faults.get(place);
      if (!faults) return [];
      const told = faults.map((one) => [one.column_name, one.message].filter(Boolean).join(": ")).join("; ");
      return [[...row.columns.map((_, index) => cells[index] ?? null), place, told]];
    });
  }
}
