/** Workbooks that are small on the wire and large when they are opened. */
import { packed, sheet, textRow } from "../../../modules/crm/imports/bombs.ts";
import type { Repeated } from "../../../modules/crm/imports/bombs.ts";

export type Bomb = { name: string; bytes: Buffer };

const megabyte = 1024 * 1024;
const titles = textRow(1, "First name");
const [start = "", end = ""] = sheet(`${titles}|`).split("|");

/** A part that begins and ends like this and has one piece in between until it is as long as asked. */
function filled(before: string, piece: string, bytes: number, after: string): Repeated {
  return { before, piece, times: Math.ceil(bytes / piece.length), after };
}

function workbook(rows: string | Repeated, strings: string | Repeated = "<sst></sst>"): Promise<Buffer> {
  return packed({ "xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": rows });
}

/** Builds the four bombs, each `mb` megabytes when it is opened. */
export async function workbookBombs(mb: number): Promise<Bomb[]> {
  const bytes = mb * megabyte;
  const plain = sheet(`${titles}<row r="2"><c r="A2" t="s"><v>0</v></c></row>`);
  const row = '<row r="2"><c r="A2" t="inlineStr"><is><t>';
  const strings = filled("<sst>", `<si><t>${"b".repeat(90)}</t></si>`, bytes, "</sst>");
  const oneString = filled("<sst><si><t>", "c", bytes * 4, "</t></si></sst>");
  return [
    { name: "shared strings", bytes: await workbook(plain, strings) },
    {
      name: "one long cell",
      bytes: await workbook(filled(start + row, "a", bytes, `</t></is></c></row>${end}`)),
    },
    { name: "rows of nothing", bytes: await workbook(filled(start, "<row/>", bytes, end)) },
    { name: "one string four times as long", bytes: await workbook(plain, oneString) },
  ];
}
