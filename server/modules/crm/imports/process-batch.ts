/**
 * One batch of an import: read, compared with what is there, checked and written, all set by set. Of rows that mean the same
 * record only the first is taken at a time; the others then meet the record it made.
 */
import { fieldChanges } from "../../../kernel/audit.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { isId } from "../../../kernel/ids.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { checkRow } from "./check-row.ts";
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
  await linkOpportunities(ctx, target, drafts, ids);
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
  const isSound = ({ faults }: Draft) => faults.length === 0;
  await failAll(
    work,
    drafts.filter((draft) => !isSound(draft)),
  );
  let waiting = drafts.filter(isSound);
  while (waiting.length > 0) waiting = await takeFirsts(work, waiting);
  return work.result;
}

function fail({ result }: Work, faults: Fault[]): void {
  result.failed += 1;
  result.faults.push(...faults);
}

/** What a row and the records are compared by, and the record it means; `known` by an earlier row of a dry run, too. */
type Match = { draft: Draft; key: string | undefined; id: string | undefined; known: boolean };

/** Finds the records of rows. An id names its record whatever else rows are compared by: it is no twin of it. */
async function matchesOf(work: Work, drafts: readonly Draft[]): Promise<Match[]> {
  const { ctx, target, by, policy, seen } = work;
  const compares = by !== "none" && by !== "id" && policy !== "create";
  const keys = drafts.map((draft) => (compares ? keyOf(draft, by) : undefined));
  const ids = drafts.map((draft) => keyOf(draft, "id"));
  const wanted = (all: readonly (string | undefined)[]) => [
    ...new Set(all.filter((one) => one !== undefined)),
  ];
  const byKey = await idsByKey(ctx, target, by as never, wanted(keys));
  const byId = await idsByKey(ctx, target, "id", wanted(ids).filter(isId));
  return drafts.map((draft, index) => {
    const key = keys[index];
    const id = byId.get(ids[index] ?? "") ?? byKey.get(key ?? "");
    return { draft, key, id, known: id !== undefined || (key !== undefined && seen?.has(key) === true) };
  });
}

/** Does the first row of every record; answers the rows left over. */
async function takeFirsts(work: Work, waiting: Draft[]): Promise<Draft[]> {
  const { by, policy, result } = work;
  const later: Draft[] = [];
  const taken = new Set<string>();
  const firsts: Match[] = [];
  for (const match of await matchesOf(work, waiting)) {
    const { draft, key, id, known } = match;
    const named = keyOf(draft, "id");
    const record = id ?? key;
    if (known && policy === "skip") result.skipped += 1;
    else if (record !== undefined && taken.has(record)) later.push(draft);
    else if (by === "id" && policy !== "create" && named !== undefined && !known) {
      fail(work, [
        { row: draft.row, column: work.columnOf("id"), message: "no record has this id", value: named },
      ]);
    } else {
      if (record !== undefined) taken.add(record);
      firsts.push(match);
    }
  }
  await write(work, firsts);
  return later;
}

/** Tells all that is wrong with rows of which a part could not be read. */
async function failAll(work: Work, drafts: readonly Draft[]): Promise<void> {
  if (drafts.length === 0) return;
  await eachChecked(work, await matchesOf(work, drafts), () => Promise.resolve());
}

type Checked = Match & { before: TargetRow | undefined; ready: Ready };

/** Hands on the rows nothing is wrong with, in their order, and fails the others. */
async function eachChecked(
  work: Work,
  matches: readonly Match[],
  take: (checked: Checked) => Promise<void>,
): Promise<void> {
  const { ctx, target, columnOf } = work;
  const rows = await lockRows(
    ctx,
    target,
    matches.flatMap(({ id }) => id ?? []),
  );
  const read = await target.reader(
    ctx,
    matches.map(({ draft }) => draft.fields),
  );
  for (const match of matches) {
    const { draft, id, known } = match;
    const before = id === undefined ? undefined : rows.get(id);
    const outcome = await checkRow({ draft, before, known, target, read, columnOf });
    if ("faults" in outcome) fail(work, outcome.faults);
    else await take({ ...match, before, ready: outcome.ready });
  }
}

async function write(work: Work, firsts: readonly Match[]): Promise<void> {
  const { seen, result } = work;
  const fresh: { draft: Draft; ready: Ready }[] = [];
  await eachChecked(work, firsts, async ({ draft, key, known, before, ready }) => {
    if (seen && key !== undefined) seen.add(key);
    if (known) result.updated += 1;
    else result.created += 1;
    if (seen) return;
    if (before) await change(work, draft, before, ready);
    else fresh.push({ draft, ready });
  });
  await make(work, fresh);
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
