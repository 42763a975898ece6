/** Files that are small until they are read, for tests: workbooks by their parts, packed as tightly as possible. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import yazl from "yazl";

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const usual: Record<string, string> = {
  "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

export const sheet = (rows: string) =>
  `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`;
export const textRow = (number: number, ...texts: string[]) =>
  `<row r="${number}">${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join("")}</row>`;

/** A part in three pieces, the middle one of them many times. */
export type Repeated = { before: string; piece: string; times: number; after: string };

/** Packs a workbook of these parts; those that every workbook has are added. */
export function packed(parts: Record<string, string | Repeated>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, part] of Object.entries({ ...usual, ...parts })) {
    if (typeof part === "string") zip.addBuffer(Buffer.from(part), name);
    else zip.addReadStream(Readable.from(pieces(part), { objectMode: false }), name, { compressionLevel: 9 });
  }
  zip.end();
  return buffer(zip.outputStream);
}

function* pieces({ before, piece, times, after }: Repeated): Generator<Buffer> {
  yield Buffer.from(before);
  const many = Math.max(1, Math.floor(1_000_000 / piece.length));
  const block = Buffer.from(piece.repeat(many));
  for (let left = times; left > 0; left -= many)
    yield left >= many ? block : block.subarray(0, left * piece.length);
  if (after) yield Buffer.from(after);
}

const sheetPart = "xl/worksheets/sheet1.xml";
const titles = textRow(1, "Name");

/** The bombs people have sent, of about so many megabytes once they are read. */
export const bombs: Record<string, (megabytes: number) => Promise<Buffer>> = {
  "shared strings": (megabytes) =>
    packed({
      "xl/sharedStrings.xml": {
        before: "<sst>",
        piece: `<si><t>${"a".repeat(30_000)}</t></si>`,
        times: Math.ceil((megabytes * 1e6) / 30_018),
        after: "</sst>",
      },
      [sheetPart]: sheet(titles + textRow(2, "Ann")),
    }),
  "one long cell": (megabytes) =>
    packed({
      [sheetPart]: {
        before: sheet(titles).replace("</sheetData></worksheet>", `<row r="2"><c t="str"><v>`),
        piece: "a",
        times: megabytes * 1e6,
        after: "</v></c></row></sheetData></worksheet>",
      },
    }),
  "empty rows": (megabytes) =>
    packed({
      [sheetPart]: {
        before: sheet(titles).replace("</sheetData></worksheet>", ""),
        piece: "<row/>",
        times: Math.ceil((megabytes * 1e6) / 6),
        after: "</sheetData></worksheet>",
      },
    }),
  "one shared string in every cell": (megabytes) =>
    packed({
      "xl/sharedStrings.xml": `<sst><si><t>${"a".repeat(32_000)}</t></si></sst>`,
      [sheetPart]: {
        before: sheet(titles).replace("</sheetData></worksheet>", ""),
        piece: `<row><c t="s"><v>0</v></c></row>`,
        times: Math.ceil((megabytes * 1e6) / 32),
        after: "</sheetData></worksheet>",
      },
    }),
  "elements in elements": (megabytes) =>
    packed({ [sheetPart]: { before: "<worksheet>", piece: "<a>", times: megabytes * 3e5, after: "" } }),
  "one element of many attributes": (megabytes) =>
    packed({
      [sheetPart]: {
        before: "<worksheet ",
        piece: `${"a".repeat(18)}="" `,
        times: Math.ceil((megabytes * 1e6) / 22),
        after: "/>",
      },
    }),
  "empty lines": (megabytes) => Promise.resolve(Buffer.from(`Name${"\n".repeat(megabytes * 1e6)}`)),
  "columns without end": (megabytes) => Promise.resolve(Buffer.from(`Name\n${",".repeat(megabytes * 1e6)}`)),
};
