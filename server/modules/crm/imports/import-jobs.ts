/** The work of an import, a batch at a time, each in one transaction with its progress: a killed process loses nothing and doubles nothing. */
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import type { DryRun, Import, ImportStatus } from "./import-record.ts";
import { batchOf, clearFaults, keepFaults, keepWritten, setImport } from "./imports.store.ts";
import { processBatch } from "./process-batch.ts";
import { undoBatch } from "./undo-batch.ts";

type Step = (ctx: Ctx, row: Import) => Promise<boolean>;
type Payload = { importId: string };

const settings = { expireSeconds: 3600, concurrency: 1, retryLimit: 3, retryDelaySeconds: 1 };

export const runImportJob = job<Payload>({
  name: "run-import",
  ...settings,
  run: (work, payload) => inSteps(work, payload, "running", runBatch),
});

export const checkImportJob = job<Payload>({
  name: "check-import",
  ...settings,
  run: async (work, payload) => {
    // What was seen of the file lives in this run only, so every run begins with the first row.
    await work.transaction((ctx) => beginCheck(ctx, payload.importId));
    const seen = new Set<string>();
    let number = 0;
    await inSteps(work, payload, "checking", (ctx, row) => checkBatch(ctx, row, number++, seen));
  },
});

export const undoImportJob = job<Payload>({
  name: "undo-import",
  ...settings,
  run: (work, payload) => inSteps(work, payload, "undoing", undoBatch),
});

/** Steps until there is nothing left to do or the import is no longer in this state. */
async function inSteps(work: JobCtx, { importId }: Payload, status: ImportStatus, step: Step): Promise<void> {
  try {
    let more = true;
    while (more) {
      if (work.signal.aborted) throw new Error("stopped; the next worker goes on from here");
      more = await work.transaction(async (ctx) => {
        const row = await ctx.db
          .from("imports")
          .selectAll()
          .where("id", "=", importId)
          .forUpdate()
          .executeTakeFirst();
        return row?.status === status && (await step(ctx, row as Import));
      });
    }
  } catch (error) {
    if (work.lastAttempt && !work.signal.aborted) {
      await work.transaction((ctx) =>
        setImport(ctx, importId, { status: "failed", failure: failureOf(error) }),
      );
    }
    throw error;
  }
}

function failureOf(error: unknown): string {
  return `It could not go on: ${(error as Error).message}`.slice(0, 500);
}

async function runBatch(ctx: Ctx, row: Import): Promise<boolean> {
  const rows = await batchOf(ctx, row.id, row.next_batch);
  if (!rows) {
    const done = await setImport(ctx, row.id, { status: "completed", finished_at: ctx.now });
    ctx.emit({
      type: "import.completed",
      noun: "import",
      recordId: row.id,
      payload: {
        id: row.id,
        entity: row.entity,
        created: done.created,
        updated: done.updated,
        failed: done.failed,
      },
    });
    return false;
  }
  const result = await processBatch(ctx, row, rows);
  await keepFaults(ctx, row.id, result.faults, row.failed);
  await keepWritten(ctx, row.id, result.written);
  await setImport(ctx, row.id, {
    next_batch: row.next_batch + 1,
    rows_done: row.rows_done + rows.length,
    created: row.created + result.created,
    updated: row.updated + result.updated,
    skipped: row.skipped + result.skipped,
    failed: row.failed + result.failed,
  });
  return true;
}

const nothingYet: DryRun = {
  finished: false,
  rows: 0,
  would_create: 0,
  would_update: 0,
  would_skip: 0,
  failed: 0,
};

async function beginCheck(ctx: Ctx, importId: string): Promise<void> {
  await clearFaults(ctx, importId);
  await ctx.db
    .update("imports")
    .set({ dry_run: JSON.stringify(nothingYet) })
    .where("id", "=", importId)
    .where("status", "=", "checking")
    .execute();
}

async function checkBatch(ctx: Ctx, row: Import, number: number, seen: Set<string>): Promise<boolean> {
  const sofar = row.dry_run ?? nothingYet;
  const rows = await batchOf(ctx, row.id, number);
  if (!rows) {
    await setImport(ctx, row.id, { status: "ready", dry_run: JSON.stringify({ ...sofar, finished: true }) });
    return false;
  }
  const { created, updated, skipped, failed, faults } = await processBatch(ctx, row, rows, seen);
  await keepFaults(ctx, row.id, faults, sofar.failed);
  const told: DryRun = {
    finished: false,
    rows: sofar.rows + rows.length,
    would_create: sofar.would_create + created,
    would_update: sofar.would_update + updated,
    would_skip: sofar.would_skip + skipped,
    failed: sofar.failed + failed,
  };
  await setImport(ctx, row.id, { dry_run: JSON.stringify(told) });
  return true;
}
