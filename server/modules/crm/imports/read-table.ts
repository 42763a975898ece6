/** A table out of a file people have: CSV in any of the usual spellings, or the first sheet of a workbook. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type ExcelJS from "exceljs";
import { OperationError, invalidField } from "../../../kernel/errors.ts";

/** Bytes that can be read more than once. */
export type Source = { stream(): Readable };

export function sourceOfFile(path: string): Source {
  return { stream: () => createReadStream(path) };
}

export function sourceOfBytes(bytes: Buffer): Source {
  return { stream: () => Readable.from([bytes]) };
}

/** A row: its number, as a spreadsheet counts, and its cells as text. */
export type TableRow = { number: number; cells: string[] };

const mostColumns = 300;
const longestCell = 20_000;

/** The rows of a table, empty ones left out. Throws a 400 for what is no table. */
export async function* readTable(source: Source): AsyncGenerator<TableRow> {
  const isWorkbook = (await head(source, 4)).equals(Buffer.from("PK\u0003\u0004"));
  for await (const { number, cells } of isWorkbook ? workbookRows(source) : csvRows(source)) {
    if (cells.length > mostColumns) throw unreadable(`has more than ${mostColumns} columns in row ${number}`);
    const clean = cells.map(cleaned);
    if (clean.some((cell) => cell !== "")) yield { number, cells: clean };
  }
}

function cleaned(cell: string): string {
  return cell.replaceAll("\u0000", "").toWellFormed().trim().slice(0, longestCell);
}

function unreadable(message: string): OperationError {
  return invalidField("file", message, "Send a CSV with a row of titles, or an XLSX workbook.");
}

async function head(source: Source, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source.stream()) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

async function* csvRows(source: Source): AsyncGenerator<TableRow> {
  const encoding = await encodingOf(source);
  const start = new TextDecoder(encoding).decode(await head(source, 64 * 1024));
  const parser = parse({
    delimiter: delimiterOf(start),
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: 2_000_000,
  });
  const decoded = Readable.from(decode(source, encoding));
  decoded.once("error", (error) => parser.destroy(error));
  try {
    let number = 0;
    for await (const cells of decoded.pipe(parser)) {
      number += 1;
      yield { number, cells: cells as string[] };
    }
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw unreadable(`cannot be read as CSV: ${(error as Error).message}`);
  } finally {
    decoded.destroy();
  }
}

async function* decode(source: Source, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source.stream()) yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}

// What is not UTF-8 came out of a Western European spreadsheet.
async function encodingOf(source: Source): Promise<string> {
  const start = await head(source, 2);
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const strict = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of source.stream()) strict.decode(chunk as Buffer, { stream: true });
    strict.decode();
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

const delimiters = [",", ";", "\t", "|"];

// The one that stands most often in the titles, outside quotes.
function delimiterOf(start: string): string {
  const titles =
    start
      .replaceAll(/"[^"]*"/g, "")
      .split(/\r?\n/)
      .find((line) => line.trim() !== "") ?? "";
  const counts = delimiters.map((one) => titles.split(one).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ",";
}

async function* workbookRows(source: Source): AsyncGenerator<TableRow> {
  const options = {
    worksheets: "emit",
    sharedStrings: "cache",
    styles: "cache",
    hyperlinks: "ignore",
  } as const;
  // Loaded when the first workbook comes: it takes a quarter of a second, which every start would pay.
  const { default: excel } = await import("exceljs");
  const book = new excel.stream.xlsx.WorkbookReader(source.stream() as never, options as never);
  try {
    for await (const sheet of book) {
      for await (const row of sheet) {
        const values = row.values as ExcelJS.CellValue[];
        yield { number: row.number, cells: Array.from(values.slice(1), cellText) };
      }
      return;
    }
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw unreadable("cannot be read as a workbook");
  }
}

function cellText(value: ExcelJS.CellValue | undefined): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return "";
    return value.toISOString().replace("T00:00:00.000Z", "").replace("T", " ").slice(0, 19);
  }
  if (typeof value !== "object") return String(value);
  if ("richText" in value) return value.richText.map((part) => part.text).join("");
  if ("text" in value) return cellText(value.text as ExcelJS.CellValue);
  if ("result" in value) return cellText(value.result as ExcelJS.CellValue);
  return "";
}
