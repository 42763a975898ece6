/** What the database, the wire or a stranger's text brings about is told with the field and with a way out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../kernel/log.ts";
import { startHarness } from "../testing/harness.ts";
import type { Answer } from "../testing/harness.ts";
import { asOperationError } from "./failures.ts";

const frontdesk = await startHarness();
const contacts = "/api/v1/contacts";
const fieldsOf = (answer: Answer) =>
  ((answer.body.error.details?.fields ?? []) as { field: string }[]).map(({ field }) => field);

test("a text with a NUL character is a 400 that names the field, by every door", async () => {
  const workspace = await frontdesk.workspace();
  const made = await workspace.call("POST", contacts, { first_name: "Ann" });
  const one = `${contacts}/${made.body.data.id}`;
  const doors: [string, string, unknown, string][] = [
    ["POST", contacts, { first_name: "A\0" }, "first_name"],
    ["PATCH", one, { notes: "a\0b" }, "notes"],
    ["PATCH", one, { metadata: { deep: [{ x: "\0" }] } }, "metadata.deep.0.x"],
    ["PATCH", one, { metadata: { "a\0": 1 } }, String.raw`metadata.a\u0000`],
    ["GET", `${contacts}?search=a%00`, undefined, "search"],
    ["GET", `${contacts}/a%00`, undefined, "id"],
    ["POST", "/api/v1/opportunities", { name: "\0" }, "name"],
    ["PATCH", "/api/v1/company", { name: "B\0" }, "name"],
  ];
  for (const [method, path, body, field] of doors) {
    const answer = await workspace.call(method, path, body);
    assert.equal(answer.status, 400, `${method} ${path}: ${answer.text}`);
    assert.ok(fieldsOf(answer).includes(field), `${field}: ${answer.text}`);
    assert.notEqual(answer.body.error.fix, "");
  }
  const bulk = await workspace.call("POST", `${contacts}/bulk-create`, {
    records: [{ first_name: "Bob" }, { first_name: "C\0" }],
  });
  assert.equal(bulk.body.data.created.length, 1, bulk.text);
  const [failed] = bulk.body.data.errors;
  assert.deepEqual([failed.index, failed.fields[0].field], [1, "first_name"]);
  assert.match(failed.fix, /u0000/);
  const call = { name: "create_contact", arguments: { first_name: "D\0" } };
  const rpc = { jsonrpc: "2.0", id: 1, method: "tools/call", params: call };
  const accept = { accept: "application/json, text/event-stream" };
  const mcp = await workspace.call("POST", "/mcp", rpc, accept);
  assert.match(mcp.text, /first_name may not contain the NUL character/);
  const form = "email=a%00%40example.com&password=long+enough+a+word";
  const page = await frontdesk.http.inject({
    method: "POST",
    url: "/sign-in",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: "http://frontdesk.test" },
    payload: form,
  });
  assert.equal(page.statusCode, 400, page.body);
  assert.match(page.body, /email: may not contain the NUL character/);
});

test("what a constraint refuses names its field and says what to send", () => {
  const log = createLog("silent");
  const of = (code: string, detail?: string) => {
    const { status, message, fix, details } = asOperationError(
      Object.assign(new Error("refused"), { code, detail }),
      log,
    );
    const fields = (details?.["fields"] ?? []) as { field: string }[];
    return { status, message, fix, fields: fields.map(({ field }) => field) };
  };
  const taken = of("23505", "Key (workspace_id, lower(sku::text))=(0195, ab) already exists.");
  assert.deepEqual([taken.status, taken.fields], [409, ["sku"]]);
  assert.match(taken.fix, /Send another sku/);
  const lost = of("23503", 'Key (workspace_id, contact_id)=(0195, 0196) is not present in table "contacts".');
  assert.deepEqual([lost.status, lost.fields], [404, ["contact_id"]]);
  assert.match(lost.fix, /as contact_id/);
  const held = of("23503", 'Key (workspace_id, id)=(0195, 0196) is still referenced from table "tasks".');
  assert.deepEqual([held.status, held.fields], [409, []]);
  for (const code of ["23505", "23503", "22021", "22P05", "40001"]) {
    const { status, message, fix } = of(code);
    assert.ok(status >= 400 && status < 500 && fix !== "" && !message.includes(fix), code);
  }
});

test("broken JSON, no object, and a key beyond its bounds are told how to mend them", async () => {
  const workspace = await frontdesk.workspace();
  const fixOf = (answer: Answer) => [answer.status, answer.body.error.fix];
  const broken = await workspace.call("POST", contacts, '{"first_name": "Ann",}');
  assert.deepEqual(fixOf(broken), [
    400,
    "Send JSON: names and texts in double quotes, no comma after the last item.",
  ]);
  const list = await workspace.call("POST", contacts, "[1]");
  assert.deepEqual(fixOf(list), [400, 'Send {"name": value, …} as the body.']);
  const long = { "idempotency-key": "k".repeat(256) };
  const key = await workspace.call("POST", contacts, { first_name: "Ann" }, long);
  assert.equal(key.status, 400);
  assert.match(key.body.error.fix, /shorter/);
  assert.deepEqual(fieldsOf(key), ["Idempotency-Key"]);
});
