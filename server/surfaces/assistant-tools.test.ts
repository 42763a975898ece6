import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness();

type Tool = { name: string; required_scopes: string[]; is_write: boolean; preferred_model: string };

test("workspace.list_meta_tools#0 every tool the key may use is described completely", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await workspace.call("GET", "/api/v1/_meta/tools");
  assert.equal(answer.status, 200);
  const { tools, count } = answer.body.data as { tools: Tool[]; count: number };
  assert.equal(count, tools.length);
  const fields = [
    "api_path",
    "description",
    "input_schema",
    "is_write",
    "name",
    "portal_path",
    "preferred_model",
    "required_scopes",
  ];
  for (const tool of tools) {
    assert.deepEqual(Object.keys(tool).sort(), fields);
    assert.match(tool.name, /^[a-z][a-z0-9_]*$/);
    assert.ok(["haiku", "sonnet"].includes(tool.preferred_model));
  }
  const create = tools.find((tool) => tool.name === "create_contact");
  assert.equal(create?.is_write, true);
  assert.deepEqual(create?.required_scopes, ["contacts:write"]);
  const read = await frontdesk.call("GET", "/api/v1/_meta/tools", {
    key: await workspace.keyWith(["contacts:read", "contacts:write"], "read-only"),
  });
  assert.ok(!(read.body.data.tools as Tool[]).some((tool) => tool.is_write));
});

test("workspace.list_meta_tools#1 a key with only contacts:read sees only tools that read contacts", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:read"]);
  for (const base of ["/api/v1", "/functions/v1/api/v1"]) {
    const answer = await frontdesk.call("GET", `${base}/_meta/tools`, { key });
    const tools = answer.body.data.tools as Tool[];
    assert.ok(tools.some((tool) => tool.name === "list_contacts"));
    for (const tool of tools) {
      assert.equal(tool.is_write, false);
      // An export names the scopes of everything it can export, and contacts are among it.
      assert.ok(tool.required_scopes.includes("contacts:read"), tool.name);
    }
  }
});
