/** The first sheet of a workbook, row by row as it is unpacked. */
import { Unreadable, limits, mustFitCell, mustFitColumns } from "./limits.ts";
import type { TableMeter, TableRow } from "./limits.ts";
import { readXml } from "./read-xml.ts";
import type { XmlEvents } from "./read-xml.ts";
import { SharedTexts } from "./shared-texts.ts";
import { dateStyles, readBook } from "./workbook-parts.ts";
import { ZipParts } from "./zip-parts.ts";

export async function* workbookRows(path: string, meter: TableMeter): AsyncGenerator<TableRow> {
  const parts = await ZipParts.open(path);
  try {
    const { sheet, from1904 } = await readBook(parts);
    if (sheet === undefined) throw new Unreadable("cannot be read as a workbook");
    const sheetReader = new SheetReader(meter, {
      texts: await SharedTexts.read(parts.text("xl/sharedStrings.xml")),
      dates: await dateStyles(parts),
      from1904,
    });
    for await (const _ of readXml(parts.text(sheet), sheetReader)) yield* sheetReader.take();
    yield* sheetReader.take();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("cannot be read as a workbook");
  } finally {
    parts.close();
  }
}

type Meanings = { texts: SharedTexts; dates: ReadonlySet<number>; from1904: boolean };

class SheetReader implements XmlEvents {
  readonly #meter: TableMeter;
  readonly #meanings: Meanings;
  #ready: TableRow[] = [];
  #row: TableRow = { number: 0, cells: [] };
  #column = 0;
  #kind = "n";
  #style = 0;
  #text = "";
  #isText = false;
  #isSpoken = false;

  constructor(meter: TableMeter, meanings: Meanings) {
    this.#meter = meter;
    this.#meanings = meanings;
  }

  /** Hands over the rows that are complete. */
  take(): TableRow[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#isText = false;
    if (name === "row") this.#beginRow(attributes["r"]);
    else if (name === "c") this.#beginCell(attributes);
    else if (name === "rPh") this.#isSpoken = true;
    else this.#isText = name === "v" || (name === "t" && !this.#isSpoken);
  }

  text(piece: string): void {
    if (!this.#isText) return;
    this.#text += piece;
    mustFitCell(this.#text.length, this.#row.number, this.#column);
  }

  close(name: string): void {
    this.#isText = false;
    if (name === "rPh") this.#isSpoken = false;
    else if (name === "c") this.#endCell();
    else if (name === "row" && this.#row.cells.length > 0) this.#ready.push(this.#row);
  }

  #beginRow(said: string | undefined): void {
    this.#meter.line();
    const number = said === undefined ? this.#row.number + 1 : Number(said);
    if (!Number.isInteger(number) || number <= this.#row.number || number > limits.lines) {
      throw new Unreadable("cannot be read as a workbook: its rows are not in order");
    }
    this.#row = { number, cells: [] };
    this.#column = 0;
  }

  #beginCell({ r, t = "n", s = "0" }: Readonly<Record<string, string>>): void {
    const column = (r === undefined ? undefined : columnOf(r)) ?? this.#column + 1;
    // One place again and again would be a long text read for a few letters, and never counted.
    if (column <= this.#column) {
      throw new Unreadable("cannot be read as a workbook: its cells are not in order");
    }
    mustFitColumns(column, this.#row.number);
    this.#column = column;
    this.#kind = t;
    this.#style = Number(s);
    this.#text = "";
  }

  #endCell(): void {
    const text = this.#value();
    if (text === "") return;
    const { cells } = this.#row;
    while (cells.length < this.#column - 1) cells.push("");
    cells[this.#column - 1] = text;
  }

  #value(): string {
    const text = this.#text;
    if (text === "" || this.#kind === "e") return "";
    if (this.#kind === "s") return this.#meanings.texts.at(Number(text));
    if (this.#kind === "b") return text === "1" ? "true" : "false";
    if (this.#kind !== "n") return text;
    const number = Number(text);
    if (!Number.isFinite(number)) return text;
    return this.#meanings.dates.has(this.#style) ? this.#date(number) : String(number);
  }

  // Days since the end of 1899: YYYY-MM-DD, and the time where there is one.
  #date(days: number): string {
    const since1970 = days - 25_569 + (this.#meanings.from1904 ? 1_462 : 0);
    const date = new Date(Math.round(since1970 * 86_400_000));
    if (Number.isNaN(date.getTime())) return "";
    return date.toISOString().replace("T00:00:00.000Z", "").replace("T", " ").slice(0, 19);
  }
}

/** The column of a place such as AB12, counted from 1. */
function columnOf(place: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place)?.[0];
  if (!letters) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
