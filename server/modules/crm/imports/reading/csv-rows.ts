/** The rows of a CSV file in whatever encoding and with whatever separator it was saved. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { Unreadable, limits } from "./limits.ts";
import type { TableMeter, TableRow } from "./limits.ts";

export async function* csvRows(path: string, meter: TableMeter): AsyncGenerator<TableRow> {
  const encoding = await encodingOf(path);
  const start = new TextDecoder(encoding).decode(await headOf(path, 64 * 1024));
  const parser = parse({
    delimiter: delimiterOf(start),
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: limits.rowCharacters,
    skip_empty_lines: true,
    info: true,
  });
  const decoded = Readable.from(decode(path, encoding));
  decoded.once("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of decoded.pipe(parser) as AsyncIterable<Parsed>) {
      const number = info.records + info.empty_lines;
      meter.reached(number);
      yield { number, cells: record };
    }
    meter.reached(parser.info.records + parser.info.empty_lines);
  } catch (error) {
    throw inWords(error as Error & { code?: string }, parser.info.records + parser.info.empty_lines + 1);
  } finally {
    decoded.destroy();
  }
}

type Parsed = { record: string[]; info: { records: number; empty_lines: number } };

function inWords(error: Error & { code?: string }, row: number): Error {
  if (error instanceof Unreadable) return error;
  if (error.code === "CSV_MAX_RECORD_SIZE") return tooLong(`: row ${row}`);
  return new Unreadable(`cannot be read as CSV: ${error.message.slice(0, 300)}`);
}

function tooLong(where = ""): Unreadable {
  return new Unreadable(
    `has a row of more than ${limits.rowCharacters} characters${where}`,
    "Shorten that row; quotes that are never closed have this effect, too.",
  );
}

/** The first bytes of a file. */
export async function headOf(path: string, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: bytes - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

// The parser measures what stands in cells; a line of nothing but separators is measured here.
async function* decode(path: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let line = 0;
  for await (const chunk of createReadStream(path)) {
    const piece = decoder.decode(chunk as Buffer, { stream: true });
    const end = Math.max(piece.lastIndexOf("\n"), piece.lastIndexOf("\r"));
    line = end < 0 ? line + piece.length : piece.length - end - 1;
    if (line > limits.rowCharacters) throw tooLong();
    yield piece;
  }
  yield decoder.decode();
}

// What is not UTF-8 came out of a Western European spreadsheet.
async function encodingOf(path: string): Promise<string> {
  const start = await headOf(path, 2);
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const strict = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(path)) strict.decode(chunk as Buffer, { stream: true });
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
