/** CSV as spreadsheets open it: RFC 4180 with CRLF, and no text that would run as a formula. */
import { textOf } from "./cells.ts";
import type { Value } from "./cells.ts";
import type { Header } from "./export-plan.ts";

// What a spreadsheet would take for a formula. A number, also a negative one, and a number to dial are none:
// +61412345678, +61 412 345 678 and -12.50 stay as they are.
const formula = /^[=+\-@\t\r\n]/;
const harmless = /^(\+[\d ]{5,24}|[+-]\d+([.,]\d+)*)$/;

/** A text that a spreadsheet shows instead of running: an apostrophe keeps it a text. */
export function guarded(text: string): string {
  return formula.test(text) && !harmless.test(text) ? `'${text}` : text;
}

/** A guarded text as it was. */
export function unguarded(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}

function cell(value: Value): string {
  const text = typeof value === "string" ? guarded(value) : textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(values: readonly Value[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

const byteOrderMark = "\uFEFF";

/** The file, piece by piece. `bom` is the mark by which Excel knows UTF-8. */
export async function* csvFile(
  headers: readonly Header[],
  batches: AsyncIterable<Value[][]>,
  bom: boolean,
): AsyncGenerator<string> {
  yield `${bom ? byteOrderMark : ""}${csvLine(headers.map(({ title }) => title))}`;
  for await (const rows of batches) yield rows.map(csvLine).join("");
}
