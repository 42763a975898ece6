/** CSV as spreadsheets open it: RFC 4180 with CRLF, and no text that would run as a formula. */
import { textOf } from "./cells.ts";
import type { Value } from "./cells.ts";
import type { Header } from "./export-plan.ts";

// What a spreadsheet would take for a formula. A number, also a negative one, and a number to dial are none:
// +61412345678, +61 412 345 678 and -12.50 stay as they are.
const harmless = /^(\+[\d ]{5,24}|[+-]\d+([.,]\d+)*)$/;

// The wide forms that East Asian keyboards write are the same to it.
const formula = /^'*[=+\-@＝＋－＠\t\r\n]/;
// Where the list separator is a semicolon or a tab, quotes do not hold a cell of ours together, and what stands behind one begins a
// cell of its own.
const behindSeparator = /([;\t\r\n] *)(?='*[=+\-@＝＋－＠])/g;
const guardBehindSeparator = /([;\t\r\n] *)'(?='*[=+\-@＝＋－＠])/g;

/**
 * A text that a spreadsheet shows instead of running: an apostrophe at its beginning, or behind a separator, keeps what follows a text.
 * One that has apostrophes there already gets one more, so that taking them off gives back exactly what was there.
 */
export function guarded(text: string): string {
  if (harmless.test(text)) return text;
  const inside = text.replaceAll(behindSeparator, "$1'");
  return formula.test(text) ? `'${inside}` : inside;
}

/** A guarded text as it was. */
export function unguarded(text: string): string {
  const inside = text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
  return inside.replaceAll(guardBehindSeparator, "$1");
}

// Texts are quoted whatever is in them.
function cell(value: Value): string {
  return typeof value === "string" ? `"${guarded(value).replaceAll('"', '""')}"` : textOf(value);
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
