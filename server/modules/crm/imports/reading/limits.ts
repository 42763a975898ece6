/** How much of a file is read. What expands, repeats or nests is counted while it does, so that a small file costs a small sum. */

const mega = 1024 * 1024;

export const limits = {
  /** What a workbook may unpack to: as a multiple of its size, whatever that is for small ones, and in all. */
  unpackedRatio: 100,
  unpackedAnyway: 10 * mega,
  unpackedBytes: 200 * mega,
  parts: 10_000,
  sharedTexts: 2_000_000,
  sharedTextBytes: 48 * mega,
  /** Rows, empty ones among them: as many as a sheet has. */
  lines: 1_048_576,
  filledRows: 500_000,
  columns: 300,
  cells: 20_000_000,
  cellCharacters: 32_767,
  rowCharacters: 2_000_000,
  textCharacters: 200 * mega,
} as const;

/** A file that cannot be read, or not by us: in words that follow the field's name, and what to do about it. */
export class Unreadable extends Error {
  readonly fix: string;

  constructor(message: string, fix = "Send a CSV with a row of titles, or an XLSX workbook.") {
    super(message);
    this.fix = fix;
  }
}

export const split = "Split the file and send the parts one after the other.";
export const plainer = "Save the sheet as CSV and send that.";

/** A row: its number, as a spreadsheet counts, and its cells as text. */
export type TableRow = { number: number; cells: string[] };

export function mustFitColumns(columns: number, row: number): void {
  if (columns <= limits.columns) return;
  throw new Unreadable(
    `has more than ${limits.columns} columns in row ${row}`,
    "Leave out columns that are not to be imported.",
  );
}

export function mustFitCell(characters: number, row: number, column: number): void {
  if (characters <= limits.cellCharacters) return;
  throw new Unreadable(
    `has more than ${limits.cellCharacters} characters in row ${row}, column ${column}`,
    "Shorten that cell; quotes that are never closed have this effect, too.",
  );
}

/** Counts the rows of a file, whatever kind it is, and refuses the one that is too many. */
export class TableMeter {
  #lines = 0;
  #filled = -1;
  #cells = 0;
  #characters = 0;

  /** Counts a row before anything is made of it. */
  line(): void {
    this.reached(this.#lines + 1);
  }

  /** Says how many rows there have been so far. */
  reached(lines: number): void {
    this.#lines = lines;
    if (lines <= limits.lines) return;
    throw new Unreadable(
      `has more than ${limits.lines} rows, empty ones among them`,
      "Delete the empty rows, or split the file.",
    );
  }

  /** Counts a row that holds something; the titles are the first of them. */
  filled({ number, cells }: TableRow): void {
    this.#filled += 1;
    if (this.#filled > limits.filledRows)
      throw new Unreadable(`has more than ${limits.filledRows} rows`, split);
    this.#cells += cells.length;
    if (this.#cells > limits.cells) throw new Unreadable(`has more than ${limits.cells} cells`, split);
    let characters = 0;
    for (const [index, cell] of cells.entries()) {
      mustFitCell(cell.length, number, index + 1);
      characters += cell.length;
    }
    if (characters > limits.rowCharacters) {
      throw new Unreadable(
        `has a row of more than ${limits.rowCharacters} characters: row ${number}`,
        "Shorten its cells.",
      );
    }
    this.#characters += characters;
    if (this.#characters > limits.textCharacters) {
      throw new Unreadable(`holds more than ${limits.textCharacters / mega} MB of text`, split);
    }
  }
}
