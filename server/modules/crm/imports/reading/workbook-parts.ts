/** What has to be known of a workbook before its first sheet is read: which one that is, and which numbers are dates. */
import { Unreadable, plainer } from "./limits.ts";
import { readXml } from "./read-xml.ts";
import type { ZipParts } from "./zip-parts.ts";

const mostStyles = 65_536;
/** As many characters as a number format may have. */
const longestFormat = 255;

export type Book = {
  /** The part that holds the first sheet that is shown. */
  sheet: string | undefined;
  /** Days are counted from 1904, as the first spreadsheets on a Mac did. */
  from1904: boolean;
};

/** Finds the first sheet of a workbook that people see. */
export async function readBook(parts: ZipParts): Promise<Book> {
  const shown: string[] = [];
  let from1904 = false;
  const book = {
    open(name: string, attributes: Readonly<Record<string, string>>) {
      if (name === "workbookPr") from1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
      if (name !== "sheet" || (attributes["state"] ?? "visible") !== "visible") return;
      const id = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key));
      if (id && shown.length < 1000) shown.push(id[1]);
    },
  };
  for await (const _ of readXml(parts.text("xl/workbook.xml"), book));
  const targets = new Map<string, string>();
  const relations = {
    open(name: string, { Id, Type, Target }: Readonly<Record<string, string>>) {
      if (name !== "Relationship" || !Id || !Target || !Type?.endsWith("/worksheet")) return;
      if (shown.includes(Id)) targets.set(Id, Target.startsWith("/") ? Target.slice(1) : `xl/${Target}`);
    },
  };
  for await (const _ of readXml(parts.text("xl/_rels/workbook.xml.rels"), relations));
  const names = new Set(parts.names);
  const sheet = shown.map((id) => targets.get(id)).find((one) => one !== undefined && names.has(one));
  return { sheet: sheet ?? parts.names.find((one) => /^xl\/worksheets\/sheet\d+\.xml$/.test(one)), from1904 };
}

/** Reads the styles of a workbook; answers which of them show a number as a date. */
export async function dateStyles(parts: ZipParts): Promise<ReadonlySet<number>> {
  const formats = new Map<number, string>();
  const dates = new Set<number>();
  let isCell = false;
  let style = 0;
  const events = {
    open(name: string, attributes: Readonly<Record<string, string>>) {
      if (name === "cellXfs") isCell = true;
      if (name === "numFmt") formats.set(Number(attributes["numFmtId"]), attributes["formatCode"] ?? "");
      if (name === "xf" && isCell) {
        const format = Number(attributes["numFmtId"] ?? 0);
        if (isDateFormat(format, formats.get(format))) dates.add(style);
        style += 1;
      }
      if (formats.size > mostStyles || style > mostStyles) {
        throw new Unreadable(`has more than ${mostStyles} styles`, plainer);
      }
    },
    close(name: string) {
      if (name === "cellXfs") isCell = false;
    },
  };
  for await (const _ of readXml(parts.text("xl/styles.xml"), events));
  return dates;
}

const builtInDates: readonly [first: number, last: number][] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return builtInDates.some(([first, last]) => id >= first && id <= last);
  if (code.length > longestFormat) return false;
  return /[ymdhsb]/i.test(code.replaceAll(/"[^"]*"|\[[^[\]]*\]|\\./g, "").replaceAll(/general/gi, ""));
}
