/** Everything that is wrong with a row, so that it is corrected once and not mistake by mistake. */
import { OperationError } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { validatorOf } from "../../../kernel/validation.ts";
import type { FieldProblem } from "../../../kernel/problems.ts";
import type { Ready, Target, TargetRow } from "./import-target.ts";
import type { Draft, Fault } from "./read-rows.ts";

/** What is wrong with a field; without a name, with the row. The validator says what to write instead as well. */
type Problem = Pick<FieldProblem, "field" | "message"> & { fix?: string };

export type RowCheck = {
  draft: Draft;
  /** The record the row changes; undefined where it makes one, or where one of an earlier row is meant. */
  before: TargetRow | undefined;
  /** Whether there is, or will be, a record of this row. */
  known: boolean;
  target: Target;
  read: (fields: JsonObject, before?: TargetRow) => Promise<Ready>;
  columnOf: (field: string) => string | null;
};

/** Returns the row ready to be written, or all that is wrong with it. */
export async function checkRow(check: RowCheck): Promise<{ ready: Ready } | { faults: Fault[] }> {
  const { draft, target, known, read, before } = check;
  const fields = structuredClone(draft.fields);
  const faults = [...draft.faults];
  const tell = (problems: readonly Problem[]) => {
    for (const problem of problems) tellOnce(check, faults, problem);
    return problems.filter(({ field }) => takeOut(fields, field)).length > 0;
  };
  if (!known && fields[target.required] === undefined) {
    tell([{ field: target.required, message: "is required" }]);
  }
  const validator = validatorOf(target.input);
  if (!validator.check(fields)) tell(validator.problems(fields));
  // A reading tells one mistake: what it names is taken out and the rest read again, until nothing is left to tell.
  for (let more = true; more;) {
    // What a record cannot do without stands there, so that the rest of the row can be read.
    if (!known) fields[target.required] ??= "-";
    const outcome = validator.check(fields) ? await readingOf(read(fields, before)) : [];
    if (!Array.isArray(outcome)) return faults.length === 0 ? { ready: outcome } : { faults };
    more = tell(outcome);
  }
  return { faults };
}

/** The reading, or what is wrong with it. */
async function readingOf(reading: Promise<Ready>): Promise<Ready | Problem[]> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    const named = (error.details?.["fields"] as Problem[] | undefined) ?? [];
    return named.length > 0 ? named : [{ field: "", message: error.message }];
  }
}

/** Adds a fault, unless its column could not be read: it is not missing as well. */
function tellOnce({ draft, columnOf }: RowCheck, faults: Fault[], { field, message, fix }: Problem): void {
  const column = field === "" ? null : columnOf(field);
  if (column !== null && draft.faults.some((one) => one.column === column)) return;
  const value = valueAt(draft.fields, field);
  faults.push({
    row: draft.row,
    column,
    message: [`${field} ${message}`.trimStart(), fix].filter(Boolean).join(". "),
    value: value === undefined ? null : String(value).slice(0, 200),
  });
}

function valueAt(fields: JsonObject, field: string): unknown {
  if (Object.hasOwn(fields, field)) return fields[field];
  const custom = customName(field);
  return custom === undefined ? undefined : (fields["metadata"] as JsonObject | undefined)?.[custom];
}

/** Takes a field out; false when it was not there. */
function takeOut(fields: JsonObject, field: string): boolean {
  const custom = customName(field);
  const place = custom === undefined ? fields : ((fields["metadata"] as JsonObject | undefined) ?? {});
  const name = custom ?? field.split(".")[0] ?? field;
  if (!Object.hasOwn(place, name)) return false;
  delete place[name];
  return true;
}

function customName(field: string): string | undefined {
  return field.startsWith("metadata.") ? field.slice("metadata.".length) : undefined;
}
