/** A table out of a file people have: CSV in any of the usual spellings, or the first sheet of a workbook. */
import { csvRows, headOf } from "./csv-rows.ts";
import { TableMeter, mustFitColumns } from "./limits.ts";
import type { TableRow } from "./limits.ts";
import { workbookRows } from "./workbook-rows.ts";

/** The rows of a table, empty ones left out. Throws Unreadable for what is no table, or too much of one. */
export async function* readTable(path: string): AsyncGenerator<TableRow> {
  const meter = new TableMeter();
  const isWorkbook = (await headOf(path, 4)).equals(Buffer.from("PK\u0003\u0004"));
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
