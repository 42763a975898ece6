/** A table out of a file people have: CSV in any of the usual spellings, or the first sheet of a workbook. */
import { csvRows, headOf } from "./csv-rows.ts";
import { TableMeter, Unreadable, mustFitColumns } from "./limits.ts";
import type { TableRow } from "./limits.ts";
import { workbookRows } from "./workbook-rows.ts";

/** How files of Office began before 2007, and those with a password still do. */
const compound = Buffer.from("d0cf11e0a1b11ae1", "hex");

/** The rows of a table, empty ones left out. Throws Unreadable for what is no table, or too much of one. */
export async function* readTable(path: string): AsyncGenerator<TableRow> {
  const meter = new TableMeter();
  const head = await headOf(path, 8);
  if (head.equals(compound)) {
    throw new Unreadable(
      "is an old Excel workbook (.xls), or one with a password",
      "Open it, save it as .xlsx or as CSV, without a password, and send that.",
    );
  }
  const isWorkbook = head.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004"));
  for await (const { number, cells } of isWorkbook ? workbookRows(path, meter) : csvRows(path, meter)) {
    mustFitColumns(cells.length, number);
    const row = { number, cells: withoutEnd(cells.map(cleaned)) };
    if (row.cells.length === 0) continue;
    meter.filled(row);
    yield row;
  }
}

function cleaned(cell: string): string {
  return cell.replaceAll("\u0000", "").toWellFormed().trim();
}

// Empty cells at the end say nothing.
function withoutEnd(cells: string[]): string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== "") + 1);
}
