/**
 * A workbook of one sheet, written as it is sent: its XML goes into the zip row by row, so the memory it needs does not grow with
 * it. Texts stand in their cells, typed as texts, which no spreadsheet runs.
 */
import { dictionary } from "../../../kernel/dictionary.ts";
import { Readable } from "node:stream";
import yazl from "yazl";
import type { Value } from "./cells.ts";
import type { Display, Header } from "./export-plan.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packaged = "http://schemas.openxmlformats.org/package/2006";

/** Places in the table of cell formats below. */
const styles: Record<Display | "title", number> = {
  text: 0,
  number: 0,
  boolean: 0,
  title: 1,
  date: 2,
  datetime: 3,
  currency: 4,
};

const parts: Record<string, string> = {
  "[Content_Types].xml": `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
  "_rels/.rels": `<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  "xl/styles.xml": `<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
};

/** The workbook, piece by piece. Whoever stops reading ends `batches` too. */
export async function* xlsxFile(
  headers: readonly Header[],
  batches: AsyncIterable<Value[][]>,
): AsyncGenerator<Uint8Array> {
  const zip = new yazl.ZipFile();
  const sheet = Readable.from(sheetXml(headers, batches), { objectMode: false });
  sheet.once("error", (error) => (zip.outputStream as Readable).destroy(error));
  for (const [name, xml] of Object.entries(parts)) zip.addBuffer(Buffer.from(declaration + xml), name);
  // Level 3 packs almost as small as 6 and takes half as long.
  zip.addReadStream(sheet, "xl/worksheets/sheet1.xml", { compress: true, compressionLevel: 3 });
  zip.end();
  try {
    for await (const chunk of zip.outputStream) yield chunk as unknown as Uint8Array;
  } finally {
    sheet.destroy();
  }
}

async function* sheetXml(
  headers: readonly Header[],
  batches: AsyncIterable<Value[][]>,
): AsyncGenerator<string> {
  const letters = headers.map((_, index) => columnLetters(index));
  const widths = headers.map(
    ({ title, display }, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${widthOf(title, display)}" customWidth="1"/>`,
  );
  const titles = headers
    .map(({ title }, index) => textCell(`${letters[index]}1`, title, styles.title))
    .join("");
  yield `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join("")}</cols><sheetData><row r="1">${titles}</row>`;
  let number = 1;
  for await (const rows of batches) {
    const lines: string[] = [];
    for (const row of rows) {
      number += 1;
      let cells = "";
      for (let index = 0; index < row.length; index += 1) {
        const display = headers[index]?.display ?? "text";
        cells += cellXml(`${letters[index]}${number}`, display, row[index] ?? null);
      }
      lines.push(`<row r="${number}">${cells}</row>`);
    }
    yield lines.join("");
  }
  const range = `A1:${letters.at(-1) ?? "A"}${number}`;
  yield `</sheetData><autoFilter ref="${range}"/></worksheet>`;
}

function widthOf(title: string, display: Display): number {
  const least = { text: 18, number: 10, currency: 14, boolean: 8, date: 12, datetime: 20 }[display];
  return Math.min(60, Math.max(least, title.length + 2));
}

function cellXml(at: string, display: Display, value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return `<c r="${at}" s="${styles[display]}"><v>${value}</v></c>`;
  if (typeof value === "boolean") return `<c r="${at}" t="b"><v>${value ? 1 : 0}</v></c>`;
  const serial = display === "date" || display === "datetime" ? serialOf(value) : undefined;
  if (serial !== undefined) return `<c r="${at}" s="${styles[display]}"><v>${serial}</v></c>`;
  return textCell(at, value, styles.text);
}

function textCell(at: string, text: string, style: number): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

const moment = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d))?$/;
const dayMs = 86_400_000;
const dayZero = Date.UTC(1899, 11, 30);
/** Spreadsheets count a 29 February 1900 that never was; before it their days are not ours. */
const firstSafeDay = 61;

/** Days since the end of 1899, the way spreadsheets count; undefined for what they cannot. */
function serialOf(text: string): number | undefined {
  const found = moment.exec(text);
  if (!found) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const serial = (Date.UTC(year, month - 1, day, hour, minute, second) - dayZero) / dayMs;
  return serial >= firstSafeDay ? serial : undefined;
}

const mostCharacters = 32_767;

const special = /[<>&"\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF\uD800-\uDFFF]|_x[\da-fA-F]{4}_/;

const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const entities: Record<string, string> = dictionary({
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
});

/** A text as XML allows it: without control characters and halves of characters, as long as a cell can be. */
function xmlText(text: string): string {
  const cut = text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
  if (!special.test(cut)) return cut;
  return cut
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(forbidden, "")
    .replaceAll(/_(?=x[\da-fA-F]{4}_)/g, "_x005F_")
    .replaceAll(/[<>&"]/g, (character) => entities[character] ?? "");
}

/** A, B, … Z, AA: the name of a column counted from 0. */
function columnLetters(index: number): string {
  const before = index >= 26 ? columnLetters(Math.floor(index / 26) - 1) : "";
  return before + String.fromCharCode(65 + (index % 26));
}
