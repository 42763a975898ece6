import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startHarness } from "../../../../testing/harness.ts";
import type { TestWorkspace } from "../../../../testing/harness.ts";
import { bombs, packed, sheet, textRow } from "../bombs.ts";
import { TableMeter, limits } from "./limits.ts";
import { readTable } from "./read-table.ts";
import { SharedTexts } from "./shared-texts.ts";
import { workbookRows } from "./workbook-rows.ts";

const frontdesk = await startHarness();
const megabytes = Number(process.env["BOMB_MEGABYTES"] ?? 24);

async function send(workspace: TestWorkspace, payload: Buffer) {
  const answer = await frontdesk.http.inject({
    method: "POST",
    url: "/api/v1/imports?entity=contacts",
    headers: {
      authorization: `Bearer ${workspace.key}`,
      "content-type":
        payload[0] === 0x50
          ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          : "text/csv",
      host: "frontdesk.test",
    },
    payload,
  });
  return { status: answer.statusCode, text: answer.body };
}

const named: Record<string, RegExp> = {
  "shared strings": /100 times its size/,
  "one long cell": /100 times its size/,
  "empty rows": /100 times its size/,
  "one shared string in every cell": /100 times its size/,
  "elements in elements": /100 times its size/,
  "one element of many attributes": /100 times its size/,
  "empty lines": /1048576 rows, empty ones among them/,
  "columns without end": /a row of more than 2000000 characters/,
};

test("what expands is refused by name, and nobody else waits or pays for it", async () => {
  const [attacker, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const files = await Promise.all(
    Object.entries(bombs).map(async ([name, make]) => ({ name, file: await make(megabytes) })),
  );
  assert.equal((await send(attacker, Buffer.from("Name\nAnn\n"))).status, 201);
  const idle = process.memoryUsage().rss;
  // In time of the processor: what other programs take from this one is not its fault.
  let [stallMs, slowestMs, most, before] = [0, 0, 0, process.threadCpuUsage()];
  const beat = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    stallMs = Math.max(stallMs, (user + system) / 1000);
    before = process.threadCpuUsage();
    most = Math.max(most, process.memoryUsage().rss - idle);
  }, 10);
  const stopped = new AbortController();
  const looking = (async () => {
    while (!stopped.signal.aborted) {
      const startedAt = performance.now();
      assert.equal((await other.call("GET", "/api/v1/contacts")).status, 200);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await pause(20);
    }
  })();
  try {
    for (const { name, file } of files) {
      const { status, text } = await send(attacker, file);
      assert.equal(status, 400, `${name}: ${text}`);
      assert.match(text, named[name] ?? /never/, name);
      assert.ok(JSON.parse(text).error.fix, `${name}: says what to do`);
    }
  } finally {
    stopped.abort();
    await looking;
    clearInterval(beat);
  }
  assert.ok(stallMs < 250, `the program stood still for ${Math.round(stallMs)} ms`);
  assert.ok(slowestMs < 5000, `another workspace waited ${Math.round(slowestMs)} ms`);
  assert.ok(most < 150e6, `${Math.round(most / 1e6)} MB more than before`);
});

async function read(content: Buffer | string): Promise<string[][]> {
  const path = await frontdesk.app.scratch.path();
  await writeFile(path, content);
  const rows: string[][] = [];
  for await (const { cells } of readTable(path)) rows.push(cells);
  return rows;
}

const sheetOnly = (rows: string) => packed({ "xl/worksheets/sheet1.xml": sheet(rows) });

test("each limit holds by itself and lets through what is just within it", async () => {
  const longest = "a".repeat(limits.cellCharacters);
  assert.deepEqual(await read(await sheetOnly(textRow(1, longest))), [[longest]]);
  assert.deepEqual(await read(longest), [[longest]]);
  const wide = (columns: number) => Array.from({ length: columns }, (_, index) => `t${index}`);
  assert.equal((await read(await sheetOnly(textRow(1, ...wide(300)))))[0]?.length, 300);
  assert.equal((await read(wide(300).join(",")))[0]?.length, 300);
  const nested = (depth: number) => `${"<a>".repeat(depth)}${"</a>".repeat(depth)}`;
  const attributes = (count: number) =>
    wide(count)
      .map((one) => `${one}=""`)
      .join(" ");
  await read(await sheetOnly(`${nested(60)}<a ${attributes(100)}/>`));
  const said = await sheetOnly(textRow(1, "a"));
  // How many parts there are stands at the end of the table of contents.
  said.writeUInt16LE(limits.parts + 1, said.lastIndexOf("PK\u0005\u0006", undefined, "latin1") + 10);
  const refused: [Buffer | string, RegExp][] = [
    [await sheetOnly(textRow(7, "a", `${longest}a`)), /more than 32767 characters in row 7, column 2/],
    [`a\nb,${longest}a`, /more than 32767 characters in row 2, column 2/],
    [await sheetOnly(textRow(4, ...wide(301))), /more than 300 columns in row 4/],
    [await sheetOnly(`<row r="4"><c r="ZZZ4"><v>1</v></c></row>`), /more than 300 columns in row 4/],
    [`a\n${wide(301).join(";")}`.replace("a", "a;b"), /more than 300 columns in row 2/],
    [`a\n${"\n".repeat(limits.lines)}`, /more than 1048576 rows, empty ones among them/],
    [`a\n"${"b\n".repeat(limits.rowCharacters)}`, /a row of more than 2000000 characters: row 2/],
    [await sheetOnly(nested(70)), /cannot be read as a workbook/],
    [await sheetOnly(`<a ${attributes(101)}/>`), /cannot be read as a workbook/],
    [await sheetOnly(`<a ${"b".repeat(200_000)}=""/>`), /cannot be read as a workbook/],
    [
      await packed({
        "xl/sharedStrings.xml": `<!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>`,
        "xl/worksheets/sheet1.xml": sheet(textRow(1, "a")),
      }),
      /cannot be read as a workbook/,
    ],
    [
      await packed({
        "xl/sharedStrings.xml": `<sst><si><t>${longest}a</t></si></sst>`,
        "xl/worksheets/sheet1.xml": sheet(textRow(1, "a")),
      }),
      /a text of more than 32767 characters/,
    ],
    [said, /more than 10000 parts/],
    [await sheetOnly(`<row r="2"/><row r="1"/>`), /rows are not in order/],
    [await sheetOnly(`<row r="1"><c r="B1"/><c r="A1"/></row>`), /cells are not in order/],
    [await sheetOnly(`<row r="1"><c r="A1"/><c r="A1"/></row>`), /cells are not in order/],
  ];
  for (const [content, message] of refused) await assert.rejects(read(content), { message });
  const almost = new TableMeter();
  almost.reached(limits.lines - 2);
  const path = await frontdesk.app.scratch.path();
  await writeFile(path, await sheetOnly("<row/>".repeat(3)));
  await assert.rejects(workbookRows(path, almost).next(), { message: /more than 1048576 rows/ });
});

test("a workbook that unpacks to more than it may is refused, whatever its table of contents says", async () => {
  const large = (megabytesOfNothing: number, noise = "") =>
    packed({
      "xl/worksheets/sheet1.xml": {
        before: "<worksheet>",
        piece: " ".repeat(1000),
        times: megabytesOfNothing * 1000,
        after: "</worksheet>",
      },
      "xl/noise.bin": noise,
    });
  // The size of a part stands 24 bytes into its entry of the table of contents.
  const said = (book: Buffer, bytes: number) => {
    for (let at = 0; (at = book.indexOf("PK\u0001\u0002", at, "latin1")) >= 0; at += 4)
      book.writeUInt32LE(bytes, at + 24);
    return book;
  };
  assert.deepEqual(await read(await large(9)), [], "10 MB are nothing, however well they were packed");
  await assert.rejects(read(await large(11)), { message: /more than 100 times its size/ });
  const noise = randomBytes(1_200_000).toString("hex");
  assert.deepEqual(await read(await large(11, noise)), [], "100 times its size, whatever is in it");
  await assert.rejects(read(said(await large(1, noise.repeat(2)), 210e6)), { message: /more than 200 MB/ });
  await assert.rejects(read(said(await large(11), 9)), { message: /workbook|more than 100 times/ });
});

test("rows, cells and text are counted over the whole file", async () => {
  const rows = new TableMeter();
  for (let number = 0; number <= limits.filledRows; number += 1) rows.filled({ number, cells: ["a"] });
  assert.throws(() => rows.filled({ number: 2, cells: ["a"] }), /more than 500000 rows/);
  const cells = new TableMeter();
  const wide = Array<string>(300).fill("");
  for (let number = 0; number < Math.floor(limits.cells / 300); number += 1)
    cells.filled({ number, cells: wide });
  assert.throws(() => cells.filled({ number: 2, cells: wide }), /more than 20000000 cells/);
  const texts = new TableMeter();
  const long = Array<string>(60).fill("a".repeat(32_000));
  for (let number = 0; number < Math.floor(limits.textCharacters / 1_920_000); number += 1) {
    texts.filled({ number, cells: long });
  }
  assert.throws(() => texts.filled({ number: 2, cells: long }), /more than 200 MB of text/);
  const row = Array<string>(63).fill("a".repeat(32_000));
  assert.throws(
    () => new TableMeter().filled({ number: 3, cells: row }),
    /a row of more than 2000000 characters: row 3/,
  );
  const lines = new TableMeter();
  for (let line = 0; line < limits.lines; line += 1) lines.line();
  assert.throws(() => lines.line(), /1048576 rows/);
});

test("the texts a workbook keeps aside are bounded in number and in bytes", async () => {
  // oxlint-disable-next-line require-await
  async function* many(piece: string, times: number) {
    yield "<sst>";
    for (let left = times; left > 0; left -= 1) yield piece;
    yield "</sst>";
  }
  const texts = await SharedTexts.read(
    many("<si><t>Zoë</t></si><si><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></si>", 2),
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4, -1].map((one) => texts.at(one)),
    ["Zoë", "ab", "Zoë", "ab", "", ""],
  );
  const long = `<si><t>${"é".repeat(32_000)}</t></si>`;
  await assert.rejects(SharedTexts.read(many(long.repeat(20), 40)), {
    message: /more than 48 MB of different texts/,
  });
  const numerous = new SharedTexts();
  for (let count = 0; count < limits.sharedTexts; count += 1) numerous.add("");
  assert.throws(() => numerous.add(""), /more than 2000000 different texts/);
});

test("files wait for one another, the fifth that would is told to come back, and nothing stays behind", async () => {
  const [busy, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const before = await leftBehind();
  const file = Buffer.from(`Name,E-mail\n${"Ann,ann@x.example\n".repeat(3000)}`);
  const answers = await Promise.all([
    ...Array.from({ length: 8 }, () => send(busy, file)),
    send(other, file),
  ]);
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.pop(), 201, "another workspace's file is read all the same");
  assert.deepEqual(statuses.filter((one) => one === 201).length, 5);
  assert.deepEqual(statuses.filter((one) => one === 429).length, 3);
  assert.equal((await busy.call("GET", "/api/v1/imports")).body.data.length, 5);
  for (let look = 0; look < 300 && (await leftBehind()).length > before.length; look += 1) await pause(10);
  assert.deepEqual(await leftBehind(), before);
  const unread = await frontdesk.app.database.read(busy.id, (db) =>
    db.from("imports").select("id").where("status", "=", "reading").execute(),
  );
  assert.deepEqual(unread, []);
});

// The tests above leave what they have read themselves.
async function leftBehind(): Promise<string[]> {
  return (await readdir(join(await frontdesk.app.scratch.path(), ".."))).toSorted();
}
