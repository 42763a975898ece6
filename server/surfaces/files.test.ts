import assert from "node:assert/strict";
import { test } from "node:test";
import { FrontdeskError, Transport } from "../../sdk/runtime.ts";
import { startHarness } from "../testing/harness.ts";
import type { Json } from "../testing/harness.ts";

const frontdesk = await startHarness();
const workspace = await frontdesk.workspace();
await workspace.call("POST", "/api/v1/contacts", { first_name: "Paul", email: "paul@example.com" });

async function asAgent(input: object): Promise<Json> {
  const params = { name: "execute_operation", arguments: { name: "export_crm", input } };
  const answer = await frontdesk.call("POST", "/mcp", {
    key: workspace.key,
    headers: { accept: "application/json, text/event-stream" },
    body: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.result;
}

test("an agent reads a small text file whole", async () => {
  const result = await asAgent({ type: "contacts", format: "csv" });
  const [{ type, resource }] = result.content;
  assert.equal(type, "resource");
  assert.match(resource.text as string, /paul@example\.com/);
  assert.equal(result.structuredContent.file.headers["x-row-count"], "1");
});

test("an agent is told how to download what it cannot read", async () => {
  const workbook = await asAgent({ type: "contacts" });
  const { download, message, file } = workbook.structuredContent;
  assert.deepEqual(download, { method: "GET", url: "http://frontdesk.test/api/v1/crm/export" });
  assert.match(message as string, /Download it/);
  assert.match(file.filename as string, /\.xlsx$/);
  const notes = "x".repeat(1000);
  const records = Array.from({ length: 70 }, (_, index) => ({ first_name: `N${index}`, notes }));
  assert.ok((await workspace.call("POST", "/api/v1/contacts/bulk-create", { records })).status < 300);
  const long = await asAgent({ type: "contacts", format: "csv" });
  assert.equal(long.structuredContent.file.text, undefined);
  assert.ok(JSON.stringify(long).length < 2000);
});

test("the client hands a file over as the answer itself, and an error as an error", async () => {
  const baseUrl = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const shape = {
    name: "export_crm",
    method: "GET",
    path: "/api/v1/crm/export",
    inQuery: true,
    answers: "file",
  } as const;
  const transport = new Transport({ baseUrl, apiKey: workspace.key });
  const response = await transport.send<Response>(shape, { type: "contacts", format: "csv" });
  assert.match(response.headers.get("content-disposition") ?? "", /contacts/);
  assert.match(await response.text(), /paul@example\.com/);
  await assert.rejects(transport.send(shape, { type: "invoices" }), FrontdeskError);
});
