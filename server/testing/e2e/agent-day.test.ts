/**
 * A day in a plumber's office, done by an agent with nothing but the tools it finds over MCP. Afterwards a person looks.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startHarness } from "../harness.ts";
import type { Json, TestWorkspace } from "../harness.ts";

const frontdesk = await startHarness();
const url = new URL("/mcp", await frontdesk.http.listen({ host: "127.0.0.1", port: 0 }));

type Agent = {
  /** Finds an operation by words, reads its description, runs it and answers its data. */
  does(words: string, name: string, input: Json): Promise<Json>;
  close(): Promise<void>;
};

async function startAgent(key: string): Promise<Agent> {
  const client = new Client({ name: "office-agent", version: "1" });
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  const tool = async (name: string, args: Json): Promise<Json> => {
    const result = (await client.callTool({ name, arguments: args })) as Json;
    assert.ok(!result.isError, `${name}: ${JSON.stringify(result.structuredContent)}`);
    return result.structuredContent;
  };
  return {
    async does(words, name, input) {
      const found = await tool("search_operations", { query: words, limit: 10 });
      const names = found.operations.map((operation: { name: string }) => operation.name);
      assert.ok(names.includes(name), `"${words}" finds ${name}, not only ${names.join(", ")}`);
      const { input_schema: schema } = await tool("describe_operation", { name });
      for (const field of Object.keys(input))
        assert.ok(schema.properties[field], `${name} tells of ${field}`);
      return (await tool("execute_operation", { name, input })).data;
    },
    close: () => client.close(),
  };
}

test("an agent finds the customer, notes the call, moves the deal, sets a task and reads the figures", async () => {
  const workspace = await frontdesk.workspace({ name: "Ready Plumbing" });
  await person(workspace, "POST", "/contacts", {
    first_name: "Ida",
    last_name: "Brown",
    email: "ida@example.com",
  });
  await person(workspace, "POST", "/contacts", { first_name: "Paul", last_name: "Green" });
  const stages = ["Enquiry", "Quoted", "Booked"];
  await person(workspace, "POST", "/pipelines", { name: "Bathrooms", stages });
  const agent = await startAgent(workspace.key);

  const [ida, ...others] = await agent.does("search contacts by name", "search_contacts", {
    query: "ida brown",
  });
  assert.deepEqual(others, []);
  await agent.does("write down a call", "create_activity", {
    activity_type: "call",
    subject: "Wants a new bathroom",
    description: "Can spend 12,500, free in April.",
    contact_id: ida.id,
  });
  const [board] = await agent.does("list pipelines", "list_pipelines", {});
  const [enquiry, quoted] = board.stages as { id: string; name: string }[];
  const deal = await agent.does("create an opportunity", "create_opportunity", {
    name: "New bathroom",
    contact_id: ida.id,
    value: 12_500,
    pipeline_id: board.id,
    stage_id: enquiry?.id,
  });
  await agent.does("move an opportunity to another stage", "move_opportunity", {
    id: deal.id,
    pipeline_id: board.id,
    stage_id: quoted?.id,
  });
  await agent.does("create a task", "create_task", {
    title: "Send Ida the quote",
    due_date: "2026-03-04",
    deal_id: deal.id,
    contact_id: ida.id,
  });
  const rows = await agent.does("run a report", "query_report", {
    source: "deals",
    measures: [
      { field: "id", aggregation: "count", alias: "deals" },
      { field: "value", aggregation: "sum", alias: "total" },
    ],
    dimensions: ["stage_name"],
  });
  await agent.close();
  assert.deepEqual(rows, [{ stage_name: "Quoted", currency: "AUD", deals: 1, total: 12_500 }]);

  await personSees(workspace, { ida: ida.id, deal: deal.id, quoted: String(quoted?.id) });
});

/** What is on the screen afterwards. */
async function personSees(workspace: TestWorkspace, ids: { ida: string; deal: string; quoted: string }) {
  const [activity, ...more] = await person(workspace, "GET", `/activities?contact_id=${ids.ida}`);
  assert.deepEqual(more, []);
  assert.deepEqual([activity.activity_type, activity.subject], ["call", "Wants a new bathroom"]);
  const deal = await person(workspace, "GET", `/opportunities/${ids.deal}`);
  assert.deepEqual(
    [deal.name, deal.value, deal.status, deal.contact_id],
    ["New bathroom", 12_500, "open", ids.ida],
  );
  assert.deepEqual(
    deal.placements.map((placement: { stage_id: string }) => placement.stage_id),
    [ids.quoted],
  );
  const [task, ...rest] = await person(workspace, "GET", `/tasks?deal_id=${ids.deal}`);
  assert.deepEqual(rest, []);
  assert.deepEqual([task.title, task.due_date.slice(0, 10)], ["Send Ida the quote", "2026-03-04"]);
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select("type").orderBy("position").execute(),
  );
  const told = [...new Set(events.map((event) => event.type))];
  const wanted = ["activity.created", "opportunity.created", "opportunity.stage_changed", "task.created"];
  assert.deepEqual(
    told.filter((type) => wanted.includes(type)),
    wanted,
  );
}

async function person(workspace: TestWorkspace, method: string, path: string, body?: object): Promise<Json> {
  const answer = await workspace.call(method, `/api/v1${path}`, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
  return answer.body.data;
}
