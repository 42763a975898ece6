import assert from "node:assert/strict";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { Readable } from "node:stream";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import ExcelJS from "exceljs";
import fc from "fast-check";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Value } from "./cells.ts";
import { ZipParts } from "../imports/reading/zip-parts.ts";
import { csvFile, csvLine, guarded, unguarded } from "./csv.ts";
import { filenameOf } from "./export-file.ts";
import type { Display, Header } from "./export-plan.ts";
import { xlsxFile } from "./xlsx.ts";

async function* once(rows: Value[][]): AsyncGenerator<Value[][]> {
  yield await Promise.resolve(rows);
}

const titled = (...columns: [string, Display][]): Header[] =>
  columns.map(([title, display]) => ({ title, display }));

async function readBack(headers: Header[], rows: Value[][]): Promise<ExcelJS.Worksheet> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load((await buffer(Readable.from(xlsxFile(headers, once(rows))))) as never);
  return book.worksheets[0] as ExcelJS.Worksheet;
}

test("no text in a CSV runs as a formula; numbers and phone numbers stay as they are", () => {
  for (const written of [
    "=1+1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "+61-412-345",
    "-@x",
    "＝1+1",
    "＠SUM(A1)",
  ]) {
    assert.equal(guarded(written), `'${written}`, written);
    assert.equal(unguarded(guarded(written)), written);
  }
  for (const written of [
    "+61412345678",
    "+61 412 345 678",
    "-12.50",
    "+3",
    "-1,234",
    "a=b",
    "'s-Gravenhage",
    "",
  ]) {
    assert.equal(guarded(written), written);
    assert.equal(unguarded(written), written);
  }
  assert.equal(csvLine([-5, 'a "b", c', "x\ny", null, true]), '-5,"a ""b"", c","x\ny",,TRUE\r\n');
  assert.equal(csvLine(["a\rb", "a\nb", "a;=1", "plain"]), '"a\rb","a\nb","a;\'=1","plain"\r\n');
});

test("where a semicolon or a tab separates, no cell begins as a formula either, and every text comes back exactly", () => {
  for (const [written, file] of [
    ["foo;=1+1", "foo;'=1+1"],
    ["a\t@x;  -y", "a\t'@x;  '-y"],
    ["a;'=b", "a;''=b"],
    ["'=b", "''=b"],
    ["\t\t=1", "'\t\t'=1"],
    ["a;b;c = d", "a;b;c = d"],
  ] as const) {
    assert.equal(guarded(written), file);
    assert.equal(unguarded(file), written);
  }
  const texts = fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n;, '\"a1") });
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 5 }), (cells) => {
      const line = csvLine(cells);
      const [read] = parse(line, { relax_column_count: true, record_delimiter: "\r\n" }) as [string[]];
      assert.deepEqual(read.map(unguarded), cells);
      for (const cell of read) assert.doesNotMatch(cell, /[;\t\r\n] *[=+@-]/);
    }),
    { numRuns: 500 },
  );
});

test("a CSV begins with the mark of UTF-8 only when it should", async () => {
  const of = (bom: boolean) => text(Readable.from(csvFile(titled(["A", "text"]), once([["x"]]), bom)));
  assert.equal(await of(true), '\uFEFF"A"\r\n"x"\r\n');
  assert.equal(await of(false), '"A"\r\n"x"\r\n');
});

test("any text comes out of a workbook as it went in, but for what a cell cannot hold", async () => {
  const texts = [
    "<b>&\"'",
    "a\u0000b\u0008c\uFFFEd",
    "\uD800x",
    "_x0041_",
    "line\r\nbreak",
    "=1+1",
    "  spaced  ",
    "😀",
    "y".repeat(40_000),
  ];
  const kept = [
    "<b>&\"'",
    "abcd",
    "\uFFFDx",
    "_x0041_",
    "line\nbreak",
    "=1+1",
    "  spaced  ",
    "😀",
    "y".repeat(32_767),
  ];
  const sheet = await readBack(
    titled(["Text <&>", "text"]),
    texts.map((text) => [text]),
  );
  assert.equal(sheet.getRow(1).getCell(1).value, "Text <&>");
  kept.forEach((text, index) => {
    const { value, type } = sheet.getRow(index + 2).getCell(1);
    // The reader leaves escaped characters to spreadsheets.
    assert.equal(String(value).replace("_x005F_", "_"), text);
    assert.equal(type, ExcelJS.ValueType.String, "a text, never a formula");
  });
});

test("what looks like an escaped character in a text is escaped itself", async () => {
  const [header] = titled(["A", "text"]);
  const file = await buffer(Readable.from(xlsxFile([header as never], once([["_x0041_ _x00zz_ __x0042_"]]))));
  const folder = await mkdtemp(join(tmpdir(), "export-"));
  const path = join(folder, "book.xlsx");
  await writeFile(path, file);
  let xml = "";
  for await (const piece of (await ZipParts.open(path)).text("xl/worksheets/sheet1.xml")) xml += piece;
  await rm(folder, { recursive: true });
  assert.match(xml, />_x005F_x0041_ _x00zz_ __x005F_x0042_</);
});

test("numbers, money, dates and truth are typed cells; days before 1900 stay text", async () => {
  const headers = titled(
    ["N", "number"],
    ["M", "currency"],
    ["D", "date"],
    ["T", "datetime"],
    ["B", "boolean"],
  );
  const sheet = await readBack(headers, [
    [-1.5, 1234.5, "2026-03-24", "2026-03-24 13:45:06", true],
    ["odd", null, "1850-01-01", "soon", false],
  ]);
  const [first, second] = [sheet.getRow(2), sheet.getRow(3)];
  assert.equal(first.getCell(1).value, -1.5);
  assert.equal(first.getCell(2).numFmt, "#,##0.00");
  assert.deepEqual(first.getCell(3).value, new Date("2026-03-24T00:00:00Z"));
  assert.deepEqual(first.getCell(4).value, new Date("2026-03-24T13:45:06Z"));
  assert.equal(first.getCell(5).value, true);
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((at) => second.getCell(at).value),
    ["odd", null, "1850-01-01", "soon", false],
  );
});

test("a file's name keeps out of other folders", () => {
  const name = (template: string) => filenameOf(template, "../a/b", "csv", "2026-03-24");
  assert.equal(name("{name}"), "-a-b.csv");
  assert.equal(name("{YYYY}{MM}{DD}.CSV"), "20260324.CSV");
  assert.equal(name("\u0000"), "-.csv");
  assert.equal(name(" . "), "export.csv");
});

test("a caller who hangs up ends the reading", async () => {
  const frontdesk = await startHarness();
  const workspace = await frontdesk.workspace();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`insert into companies (workspace_id, id, public_id, name, notes, created_at, updated_at)
      select ${workspace.id}::uuid, gen_random_uuid(), 'A-' || n, 'Company ' || n, repeat('x', 5000), now(), now()
        from generate_series(1, 7000) n`),
  );
  let reads = 0;
  const { database } = frontdesk.app;
  const read = database.read.bind(database);
  database.read = (workspaceId, work) => {
    reads += 1;
    return read(workspaceId, work);
  };
  await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const { port } = frontdesk.http.server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${workspace.key}` };
  const path = "/api/v1/crm/export?type=customers&format=csv";
  const response = await new Promise<IncomingMessage>((resolve) => get({ port, path, headers }, resolve));
  await new Promise((resolve) => response.once("data", resolve));
  response.destroy();
  await new Promise((resolve) => response.once("close", resolve));
  let [before, after] = [-1, reads];
  while (before !== after) {
    await new Promise((resolve) => setImmediate(resolve));
    await read(workspace.id, (db) => db.raw(sql`select 1`));
    [before, after] = [after, reads];
  }
  assert.ok(reads < 7, `${reads} reads, where the whole file takes 8 and more`);
});
