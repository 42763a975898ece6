/**
 * One batch of an import: read, compared with what is there, checked and written, all set by set. Of rows that mean the same
 * record only the first is taken at a time; the others then meet the record it made.
 */
import { fieldChanges } from "../../../kernel/audit.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { validatorOf } from "../../../kernel/validation.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { companiesOf, employ, keyOf, linkOpportunities } from "./import-links.ts";
import { importFields } from "./import-fields.ts";
import type { Import, StagedRow } from "./import-record.ts";
import { idsByKey, lockRows, targets } from "./import-target.ts";
import type { Ready, Target, TargetRow } from "./import-target.ts";
import { mappedColumns, readRow } from "./read-rows.ts";
import type { Draft, Fault } from "./read-rows.ts";

/** A record an import wrote; `before` holds the columns an update changed, as they were. */
export type Written = { noun: string; id: string; row: number; before: JsonObject | null; stamp: Date };

export type Result = {
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  faults: Fault[];
  written: Written[];
};

type Work = {
  ctx: Ctx;
  target: Target;
  by: string;
  policy: "skip" | "update" | "create";
  quiet: { skip_automations: boolean };
  /** Keys of earlier rows, when nothing is written and so cannot be found. */
  seen: Set<string> | undefined;
  companies: ReadonlyMap<string, string>;
  columnOf: (field: string) => string | null;
  result: Result;
};

/** Does one batch. With `seen` it only tells what would happen and remembers the keys it met. */
export async function processBatch(
  ctx: Ctx,
  row: Import,
  rows: readonly StagedRow[],
  seen?: Set<string>,
): Promise<Result> {
  const target = targets[row.entity];
  const { options } = row;
  const columns = mappedColumns(row, await importFields(ctx, row.entity));
  const country = options.country?.toUpperCase() ?? (await countryOf(ctx));
  const reading = { country, dateOrder: options.date_order ?? (country === "US" ? "mdy" : "dmy") } as const;
  const drafts = rows.map((one) => readRow(one, columns, reading));
  const quiet = { skip_automations: options.skip_automations ?? true };
  const sound = drafts.filter(({ faults }) => faults.length === 0);
  const { ids, made } = await companiesOf(ctx, sound, { dry: seen !== undefined, quiet });
  await linkOpportunities(ctx, target, sound, ids);
  const byKey = new Map(columns.map(({ field, name }) => [field.key, name]));
  const work: Work = {
    ctx,
    target,
    by: options.dedupe ?? "none",
    policy: options.on_duplicate ?? "skip",
    quiet,
    seen,
    companies: ids,
    columnOf: (field) => byKey.get(field) ?? byKey.get(field === "landline" ? "phone" : "full_name") ?? null,
    result: { created: 0, updated: 0, skipped: 0, failed: 0, faults: [], written: [] },
  };
  work.result.written.push(
    ...made.map(({ id, row: number, stamp }) => ({ noun: "company", id, row: number, before: null, stamp })),
  );
  for (const draft of drafts) if (draft.faults.length > 0) fail(work, draft, draft.faults);
  let waiting = sound.filter(({ faults }) => faults.length === 0);
  while (waiting.length > 0) waiting = await takeFirsts(work, waiting);
  return work.result;
}

function fail({ result }: Work, _draft: Draft, faults: Fault[]): void {
  result.failed += 1;
  result.faults.push(...faults);
}

/** Does the first row of every key; answers the rows left over. */
async function takeFirsts(work: Work, waiting: Draft[]): Promise<Draft[]> {
  const { ctx, target, by, policy, seen, result } = work;
  const compares = by !== "none" && policy !== "create";
  const keys = new Map(waiting.map((draft) => [draft, compares ? keyOf(draft, by) : undefined]));
  const wanted = [...new Set([...keys.values()].filter((key) => key !== undefined))];
  const existing = await idsByKey(ctx, target, by as never, by === "id" ? wanted.filter(isId) : wanted);
  const later: Draft[] = [];
  const taken = new Set<string>();
  const firsts: { draft: Draft; id: string | undefined; known: boolean }[] = [];
  for (const draft of waiting) {
    const key = keys.get(draft);
    const id = existing.get(key ?? "");
    const known = id !== undefined || (key !== undefined && seen?.has(key) === true);
    if (known && policy === "skip") result.skipped += 1;
    else if (key !== undefined && taken.has(key)) later.push(draft);
    else if (by === "id" && key !== undefined && !known) {
      fail(work, draft, [
        { row: draft.row, column: work.columnOf("id"), message: "no record has this id", value: key },
      ]);
    } else {
      if (key !== undefined) taken.add(key);
      firsts.push({ draft, id, known });
    }
  }
  await write(work, firsts, keys);
  return later;
}

async function write(
  work: Work,
  firsts: readonly { draft: Draft; id: string | undefined; known: boolean }[],
  keys: ReadonlyMap<Draft, string | undefined>,
): Promise<void> {
  const { ctx, target, seen, result } = work;
  const rows = await lockRows(
    ctx,
    target,
    firsts.flatMap(({ id }) => id ?? []),
  );
  const read = await target.reader(
    ctx,
    firsts.map(({ draft }) => draft.fields),
  );
  const fresh: { draft: Draft; ready: Ready }[] = [];
  for (const { draft, id, known } of firsts) {
    const before = id === undefined ? undefined : rows.get(id);
    const ready = await check(work, draft, before, known, read);
    if (!ready) continue;
    const key = keys.get(draft);
    if (seen && key !== undefined) seen.add(key);
    if (known) result.updated += 1;
    else result.created += 1;
    if (seen) continue;
    if (before) await change(work, draft, before, ready);
    else fresh.push({ draft, ready });
  }
  await make(work, fresh);
}

async function check(
  work: Work,
  draft: Draft,
  before: TargetRow | undefined,
  known: boolean,
  read: (fields: JsonObject, before?: TargetRow) => Promise<Ready>,
): Promise<Ready | undefined> {
  const { target, columnOf } = work;
  const { fields, row } = draft;
  const told = (field: string, message: string): Fault => ({
    row,
    column: columnOf(field),
    message: `${field} ${message}`,
    value: fields[field] === undefined ? null : String(fields[field]).slice(0, 200),
  });
  if (!known && fields[target.required] === undefined) {
    fail(work, draft, [told(target.required, "is required")]);
    return undefined;
  }
  const validator = validatorOf(target.input);
  if (!validator.check(fields)) {
    fail(
      work,
      draft,
      validator.problems(fields).map(({ field, message }) => told(field, message)),
    );
    return undefined;
  }
  try {
    return await read(fields, before);
  } catch (error) {
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    const named = (error.details?.["fields"] as { field: string; message: string }[] | undefined) ?? [];
    fail(
      work,
      draft,
      named.length > 0
        ? named.map(({ field, message }) => told(field, message))
        : [{ row, column: null, message: error.message, value: null }],
    );
    return undefined;
  }
}

async function make(work: Work, fresh: readonly { draft: Draft; ready: Ready }[]): Promise<void> {
  const { ctx, target, quiet, result } = work;
  const rows = await target.create(
    ctx,
    fresh.map(({ ready }) => ready),
    quiet,
  );
  for (const [index, { id, updated_at: stamp }] of rows.entries()) {
    result.written.push({ noun: target.noun, id, row: fresh[index]?.draft.row ?? 0, before: null, stamp });
  }
  await link(
    work,
    rows.map(({ id }, index) => ({ id, draft: fresh[index]?.draft })),
  );
}

const derived = new Set(["full_name", "search_text", "updated_at"]);

async function change(work: Work, draft: Draft, before: TargetRow, ready: Ready): Promise<void> {
  const { ctx, target, quiet, result } = work;
  const after = await target.update(ctx, before, ready, quiet);
  const columns = Object.keys(fieldChanges(before, after)).filter((one) => !derived.has(one) && one in after);
  result.written.push({
    noun: target.noun,
    id: after.id,
    row: draft.row,
    before: Object.fromEntries(columns.map((column) => [column, before[column]])),
    stamp: after.updated_at,
  });
  await link(work, [{ id: after.id, draft }]);
}

async function link(
  { ctx, target, companies }: Work,
  made: readonly { id: string; draft: Draft | undefined }[],
): Promise<void> {
  if (target.noun !== "contact") return;
  const pairs = made.flatMap(({ id, draft }) => {
    const companyId = companies.get(draft?.links["company"]?.toLowerCase() ?? "");
    return companyId ? [{ contactId: id, companyId }] : [];
  });
  await employ(ctx, pairs);
}
