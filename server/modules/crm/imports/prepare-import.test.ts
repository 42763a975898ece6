import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { sweepOnce } from "../../../kernel/sweep.ts";
import { startHarness } from "../../../testing/harness.ts";
import { sent } from "./imported.ts";
import { bytesOfBase64 } from "./prepare-import.ts";

const frontdesk = await startHarness();

test("base64 is told by what it stands for, and any text is told in a moment", () => {
  for (let length = 0; length < 40; length += 1) {
    const bytes = randomBytes(length);
    const base64 = bytes.toString("base64");
    assert.deepEqual(bytesOfBase64(base64), bytes);
    assert.deepEqual(bytesOfBase64(base64.replaceAll("=", "")), bytes, "padding may be left out");
    assert.deepEqual(bytesOfBase64(base64.replaceAll(/.{5}/g, "$&\r\n")), bytes, "lines may be broken");
  }
  for (const wrong of [
    "a",
    "abcde",
    "a=",
    "abc==",
    "ab=c",
    "====",
    "YQ===",
    "-_-_",
    "ab%d",
    "abcd\u0000abc",
    "é",
  ]) {
    assert.equal(bytesOfBase64(wrong), undefined, wrong);
  }
  const startedAt = process.threadCpuUsage();
  for (const slow of [" ", "\n", "a ", "=", "= ", "a="])
    bytesOfBase64(`${slow.repeat(1_999_998 / slow.length)}!`);
  assert.ok(process.threadCpuUsage(startedAt).user < 1e6);
});

test("an import that its call never took over is seen by nobody and swept after an hour", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await sent(workspace, "Name\nAnn\n");
  const now = frontdesk.app.clock.now();
  const unread = randomUUID();
  const row = {
    entity: "contacts",
    filename: "",
    columns: "[]",
    mapping: "{}",
    options: "{}",
    row_count: 1,
    created_at: now,
    updated_at: now,
  } as const;
  await frontdesk.app.database.transaction(workspace.id, async (db) => {
    await db.insert("imports", { ...row, id: unread, status: "reading" }).execute();
    await db
      .insert("import_batches", { import_id: unread, number: 0, rows: "[]", created_at: now })
      .execute();
  });
  const listed = await workspace.call("GET", "/api/v1/imports");
  assert.deepEqual(
    listed.body.data.map((one: { id: string }) => one.id),
    [id],
  );
  for (const [method, path] of [
    ["GET", ""],
    ["POST", "/run"],
    ["DELETE", ""],
  ] as const) {
    assert.equal((await workspace.call(method, `/api/v1/imports/${unread}${path}`)).status, 404);
  }
  const kept = () =>
    frontdesk.app.database.read(workspace.id, (db) => db.from("imports").select("id").execute());
  await frontdesk.advance(59 * 60);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.equal((await kept()).length, 2);
  await frontdesk.advance(2 * 60);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual(await kept(), [{ id }]);
});

test("a file sent twice with one Idempotency-Key is one import, and the second reading leaves nothing", async () => {
  const workspace = await frontdesk.workspace();
  const content_base64 = Buffer.from("Name\nAnn\nBen\n").toString("base64");
  const again = (body: object) =>
    workspace.call("POST", "/api/v1/imports", body, { "idempotency-key": "once" });
  const first = await again({ entity: "contacts", content_base64 });
  const second = await again({ entity: "contacts", content_base64 });
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.equal(second.headers["idempotent-replayed"], "true");
  assert.equal(second.body.data.id, first.body.data.id);
  assert.equal((await again({ entity: "companies", content_base64 })).status, 409);
  const rows = await frontdesk.app.database.read(workspace.id, async (db) => ({
    imports: await db.from("imports").select(["id", "status"]).execute(),
    batches: await db.from("import_batches").select("rows").execute(),
  }));
  assert.deepEqual(rows.imports, [{ id: first.body.data.id, status: "ready" }]);
  assert.deepEqual(rows.batches, [
    {
      rows: [
        [2, "Ann"],
        [3, "Ben"],
      ],
    },
  ]);
});

test("a file of many batches is taken in order, each batch once", async () => {
  const workspace = await frontdesk.workspace();
  const long = "x".repeat(990);
  const lines = Array.from({ length: 1_300 }, (_, index) => `P${index},${long}`);
  const { id, row_count } = await sent(workspace, `First name,Notes\n${lines.join("\n")}\n`);
  assert.equal(row_count, 1_300);
  const batches = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("import_batches")
      .selectAll()
      .where("import_id", "=", id as string)
      .orderBy("number")
      .execute(),
  );
  assert.deepEqual(
    batches.map(({ number }) => number),
    batches.map((_, index) => index),
  );
  assert.ok(batches.length === 3 && batches.every(({ rows }) => rows.length < 500));
  assert.ok(batches.every(({ rows }) => JSON.stringify(rows).length < 510_000));
  assert.deepEqual(
    batches.flatMap(({ rows }) => rows.map(([number, name]) => `${number} ${name}`)),
    lines.map((_, index) => `${index + 2} P${index}`),
  );
});
