import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkImportJob, runImportJob, undoImportJob } from "./import-jobs.ts";
import { ImportRecord, presentImport, undoUntil } from "./import-record.ts";
import {
  allScopes,
  clearFaults,
  importFor,
  mustBe,
  mustHaveRoomForImport,
  section,
  setImport,
} from "./imports.store.ts";
import { mustBeComplete } from "./update-import.ts";

const input = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

const head = {
  surface: workspaceApi,
  section,
  scopes: allScopes.write,
  // Which of them follows from the import; importFor checks it.
  neededScopes: () => [],
  effect: "write",
  noun: "import",
  status: 202,
  input,
  output: ImportRecord,
  errors: [conflict],
} as const;

export const dryRunImport = operation({
  ...head,
  name: "dry_run_import",
  route: "POST /imports/:id/dry-run",
  summary: "Find out what an import would do, without doing it.",
  description:
    "Goes on in the background: GET /imports/:id tells dry_run with what would be created, updated and skipped; GET /imports/:id/errors tells each mistake with its row and column.",
  async run(ctx, { id }) {
    const row = await importFor(ctx, id, "write", { lock: true });
    mustBe(row, ["ready"], "A dry run comes before the run.");
    mustBeComplete(row);
    await mustHaveRoomForImport(ctx);
    const started = await setImport(ctx, id, { status: "checking", dry_run: null });
    ctx.enqueue(checkImportJob, { importId: id });
    return presentImport(started) as never;
  },
});

export const runImport = operation({
  ...head,
  name: "run_import",
  route: "POST /imports/:id/run",
  summary: "Carry out an import.",
  description:
    "Goes on in the background, some hundreds of rows at a time; GET /imports/:id tells the progress. Rows with mistakes are left out and told at GET /imports/:id/errors. An import that failed goes on where it stopped.",
  async run(ctx, { id }) {
    const row = await importFor(ctx, id, "write", { lock: true });
    mustBe(row, ["ready", "failed", "undone"], "Send the file again to import it once more.");
    mustBeComplete(row);
    const afresh = { next_batch: 0, rows_done: 0, created: 0, updated: 0, skipped: 0, failed: 0, undo: null };
    if (row.status !== "failed") await clearFaults(ctx, id);
    await mustHaveRoomForImport(ctx);
    const started = await setImport(ctx, id, {
      ...(row.status === "failed" ? {} : { ...afresh, started_at: ctx.now }),
      status: "running",
      failure: null,
      finished_at: null,
    });
    ctx.enqueue(runImportJob, { importId: id });
    return presentImport(started) as never;
  },
});

export const undoImport = operation({
  ...head,
  name: "undo_import",
  route: "POST /imports/:id/undo",
  effect: "destructive",
  summary: "Take an import back, for 30 days.",
  description:
    "Deletes what it created and restores what it changed. Records somebody has changed since, or that bookings, deals or anything else refers to by now, are kept.",
  async run(ctx, { id }) {
    const row = await importFor(ctx, id, "write", { lock: true });
    mustBe(row, ["completed", "failed"], "Only an import that has run can be taken back.");
    const until = undoUntil(row);
    if (until && until <= ctx.now) {
      throw conflict(`It could be taken back until ${until.toISOString()}.`, {
        fix: "Delete or change the records themselves.",
      });
    }
    await mustHaveRoomForImport(ctx);
    const started = await setImport(ctx, id, { status: "undoing", undo: null });
    ctx.enqueue(undoImportJob, { importId: id });
    return presentImport(started) as never;
  },
});
