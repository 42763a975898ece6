/** Workbooks that are small on the wire and large when they are opened. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

export type Bomb = { name: string; bytes: Buffer };

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packages = "http://schemas.openxmlformats.org/package/2006";
const megabyte = 1024 * 1024;

const around: Record<string, string> = {
  "[Content_Types].xml": `${head}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`,
  "_rels/.rels": `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
};

const sheetStart = `${head}<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>First name</t></is></c></row>`;
const sheetEnd = "</sheetData></worksheet>";
const stringsStart = `${head}<sst xmlns="${main}">`;
const stringsEnd = "</sst>";

function* repeated(start: string, piece: string, bytes: number, end: string): Generator<Buffer> {
  yield Buffer.from(start);
  const block = Buffer.from(piece.repeat(Math.max(1, Math.floor(megabyte / piece.length))));
  for (let sent = 0; sent < bytes; sent += block.length) yield block;
  yield Buffer.from(end);
}

async function workbook(sheet: Iterable<Buffer>, strings: Iterable<Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(around)) zip.addBuffer(Buffer.from(text), path);
  zip.addReadStream(Readable.from(strings), "xl/sharedStrings.xml");
  zip.addReadStream(Readable.from(sheet), "xl/worksheets/sheet1.xml");
  zip.end();
  return buffer(zip.outputStream as unknown as Readable);
}

/** Builds the four bombs, each `mb` megabytes when it is opened. */
export async function workbookBombs(mb: number): Promise<Bomb[]> {
  const bytes = mb * megabyte;
  const noStrings = () => [Buffer.from(stringsStart + stringsEnd)];
  const plain = () => [Buffer.from(`${sheetStart}<row r="2"><c r="A2" t="s"><v>0</v></c></row>${sheetEnd}`)];
  const row = '<row r="2"><c r="A2" t="inlineStr"><is><t>';
  const longCell = repeated(`${sheetStart}${row}`, "a", bytes, `</t></is></c></row>${sheetEnd}`);
  const emptyRows = repeated(sheetStart, "<row/>", bytes, sheetEnd);
  const strings = () => repeated(stringsStart, `<si><t>${"b".repeat(90)}</t></si>`, bytes, stringsEnd);
  const oneString = repeated(`${stringsStart}<si><t>`, "c", bytes * 4, `</t></si>${stringsEnd}`);
  return [
    { name: "shared strings", bytes: await workbook(plain(), strings()) },
    { name: "one long cell", bytes: await workbook(longCell, noStrings()) },
    { name: "rows of nothing", bytes: await workbook(emptyRows, noStrings()) },
    { name: "one string four times as long", bytes: await workbook(plain(), oneString) },
  ];
}
