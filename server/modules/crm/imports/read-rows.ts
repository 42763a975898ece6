/** Rows of a file as fields of records, the mistakes found on the way beside them. */
import type { JsonObject } from "../../../kernel/tables.ts";
import { parsePhone } from "../../../phones.ts";
import { convertCell } from "./convert-cell.ts";
import type { Reading } from "./convert-cell.ts";
import type { ImportField } from "./import-fields.ts";
import type { Import, StagedRow } from "./import-record.ts";

export type Fault = { row: number; column: string | null; message: string; value: string | null };

/** A row as a record: its fields (custom ones under metadata), those that are looked up aside, and what is wrong. */
export type Draft = { row: number; fields: JsonObject; links: Record<string, string>; faults: Fault[] };

const lookedUp = new Set([
  "id",
  "full_name",
  "company",
  "contact_email",
  "contact_phone",
  "pipeline",
  "stage",
]);

type Columns = { index: number; name: string; field: ImportField }[];

/** The columns that go anywhere, in the order of the file. */
export function mappedColumns(row: Import, fields: readonly ImportField[]): Columns {
  const byKey = new Map(fields.map((field) => [field.key, field]));
  return row.columns.flatMap(({ name }, index) => {
    const field = byKey.get(row.mapping[name] ?? "");
    return field ? [{ index, name, field }] : [];
  });
}

/** Reads one row. Empty cells say nothing: they neither fill nor clear a field. */
export function readRow([number, ...cells]: StagedRow, columns: Columns, reading: Reading): Draft {
  const draft: Draft = { row: number, fields: {}, links: {}, faults: [] };
  const metadata: JsonObject = {};
  for (const { index, name, field } of columns) {
    const text = cells[index] ?? "";
    if (text === "") continue;
    const converted = convertCell(field, text, reading);
    if ("fault" in converted) {
      draft.faults.push({ row: number, column: name, message: converted.fault, value: text.slice(0, 200) });
    } else if (lookedUp.has(field.key)) draft.links[field.key] = String(converted.value);
    else if (field.key.startsWith("metadata.")) metadata[field.key.slice(9)] = converted.value;
    else draft.fields[field.key] = converted.value;
  }
  if (Object.keys(metadata).length > 0) draft.fields["metadata"] = metadata;
  splitName(draft);
  sortNumbers(draft);
  return draft;
}

// "Ann Mary Hill" is Ann Mary, Hill; "Hill, Ann" is meant the other way round.
function splitName({ fields, links }: Draft): void {
  const full = links["full_name"];
  if (full === undefined || fields["first_name"] !== undefined) return;
  const turned = /^([^,]+),\s*(\S.*)$/.exec(full);
  const words = full.split(/\s+/);
  fields["first_name"] = turned?.[2] ?? (words.length > 1 ? words.slice(0, -1).join(" ") : full);
  const last = turned?.[1] ?? (words.length > 1 ? words.at(-1) : undefined);
  if (last !== undefined) fields["last_name"] ??= last;
}

// People keep every number in one column: a fixed line moves to where fixed lines are.
function sortNumbers({ fields }: Draft): void {
  const { phone, landline } = fields;
  if (typeof phone !== "string" || landline !== undefined) return;
  if (parsePhone(phone)?.kind !== "landline") return;
  fields["landline"] = phone;
  delete fields["phone"];
}
