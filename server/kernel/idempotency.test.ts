import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { engineName, startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { gate, noted, probe, seen } from "../testing/probe.ts";
import type { Actor } from "./actor.ts";
import type { AnyOperation } from "./operation.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const { app } = frontdesk;

const post = (workspace: TestWorkspace, key: string, body: unknown, path = "/api/v1/probe") =>
  workspace.call("POST", path, body, { "idempotency-key": key });
const contactsOf = async (workspace: TestWorkspace) =>
  (await workspace.call("GET", "/api/v1/contacts?limit=100")).body.data.length as number;

test("the same request again answers the first response, marked as replayed, and does nothing", async () => {
  const workspace = await frontdesk.workspace();
  const first = await post(workspace, "k", { name: "Once", hold: false });
  assert.equal(first.headers["idempotent-replayed"], undefined);
  const again = await post(workspace, "k", { hold: false, name: "Once" });
  assert.equal(again.status, first.status);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.deepEqual(again.body.data, first.body.data);
  assert.equal(await contactsOf(workspace), 1);
  await frontdesk.settle();
  assert.equal(noted.filter((note) => note.label === "Once").length, 1);
});

test("another request under the same key is a conflict", async () => {
  const workspace = await frontdesk.workspace();
  await post(workspace, "k", { name: "First" });
  const other = await post(workspace, "k", { name: "Second" });
  assert.equal(other.status, 409);
  assert.equal(other.body.error.code, "IDEMPOTENCY_CONFLICT");
  assert.equal(await contactsOf(workspace), 1);
});

test("a key belongs to one request: with another operation or another path it is a conflict", async () => {
  const workspace = await frontdesk.workspace();
  await post(workspace, "k", { name: "A" });
  for (const path of ["/api/v1/probe/other", "/api/v1/companies"]) {
    const other = await post(workspace, "k", { name: "A" }, path);
    assert.deepEqual([other.status, other.body.error.code], [409, "IDEMPOTENCY_CONFLICT"], path);
  }
  const [one, two] = await Promise.all(
    ["One", "Two"].map(
      async (first_name) => (await workspace.call("POST", "/api/v1/contacts", { first_name })).body.data,
    ),
  );
  const patch = (id: string) =>
    workspace.call("PATCH", `/api/v1/contacts/${id}`, { first_name: "Same" }, { "idempotency-key": "p" });
  assert.equal((await patch(one.id)).status, 200);
  assert.equal((await patch(two.id)).status, 409);
  assert.equal((await patch(one.id)).headers["idempotent-replayed"], "true");
});

test("of two requests at once under one key, one is done, whatever they are for", async () => {
  const workspace = await frontdesk.workspace();
  const answers = await Promise.all(
    ["/api/v1/probe", "/api/v1/probe/other"].map((path) => post(workspace, "race", { name: "R" }, path)),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  assert.equal(await contactsOf(workspace), 1);
});

test("a key is one over all doors: what came in by HTTP is not done again for an agent", async () => {
  const workspace = await frontdesk.workspace();
  await post(workspace, "k", { name: "A" });
  const tool = async (operation: string) => {
    const answer = await frontdesk.call("POST", "/mcp", {
      key: workspace.key,
      headers: { accept: "application/json, text/event-stream" },
      body: {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name: "execute_operation",
          arguments: { name: operation, input: { name: "A" }, idempotency_key: "k" },
        },
      },
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.text;
  };
  assert.match(await tool("write_other_probe"), /IDEMPOTENCY_CONFLICT/);
  assert.doesNotMatch(await tool("write_probe"), /IDEMPOTENCY_CONFLICT/);
  assert.equal(await contactsOf(workspace), 1);
});

test("the lock of a key is its actor's and its workspace's: others with the same key go on meanwhile", async () => {
  const [one, two] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const lockOf = async (key: string, idempotencyKey = "k") => {
    const headers = { "idempotency-key": idempotencyKey };
    const answer = await frontdesk.call("POST", "/api/v1/probe/locks", { key, body: { name: "L" }, headers });
    assert.equal(answer.status, 200, answer.text);
    const locks = seen.locks.filter((lock) => lock.startsWith("advisory"));
    assert.equal(locks.length, 1, "the key is locked while the call runs");
    return locks[0];
  };
  const locks = [
    await lockOf(one.key),
    await lockOf(two.key),
    await lockOf(await one.keyWith(["contacts:write"])),
    await lockOf(one.key, "other"),
  ];
  assert.equal(new Set(locks).size, 4, locks.join());
});

test("a held answer is held when it is replayed, for agents as well", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  const body = { name: "Held" };
  const headers = { "idempotency-key": "k" };
  await frontdesk.call("POST", "/api/v1/probe", { key, body, headers });
  const again = await app.run(app.registry.find("write_probe") as AnyOperation, {
    actor: (await app.credentials.actorOf(key, "workspace", "127.0.0.1")) as Actor,
    input: body,
    requestId: "r",
    idempotencyKey: "k",
  });
  assert.deepEqual([again.status, again.held, again.replayed], [202, true, true]);
  const first = await frontdesk.call("POST", "/api/v1/probe/quiet", {
    key: workspace.key,
    body: {},
    headers,
  });
  assert.equal(first.status, 200, "and one that was done is none");
});

test("keys of another actor and another workspace are their own", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:write"]);
  const statuses = [
    await post(workspace, "k", { name: "A" }),
    await post(stranger, "k", { name: "A" }),
    await frontdesk.call("POST", "/api/v1/probe", {
      key,
      body: { name: "A" },
      headers: { "idempotency-key": "k" },
    }),
  ];
  for (const answer of statuses) assert.equal(answer.headers["idempotent-replayed"], undefined);
  assert.equal(await contactsOf(workspace), 2);
});

test("a request that failed left no trace of its key", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal((await post(workspace, "k", { name: "A", fail: true })).status, 400);
  const then = await post(workspace, "k", { name: "B" });
  assert.equal(then.status, 200);
  assert.equal(then.headers["idempotent-replayed"], undefined);
});

test(
  "while the first one runs, the second is told to wait",
  { skip: engineName === "embedded" },
  async () => {
    const workspace = await frontdesk.workspace();
    let open = () => {};
    gate.wait = new Promise((resolve) => (open = resolve));
    const entered = new Promise<void>((resolve) => (gate.entered = resolve));
    const running = post(workspace, "k", { name: "Slow", hold: true });
    await entered;
    const second = await post(workspace, "k", { name: "Slow", hold: true });
    assert.equal(second.status, 409);
    assert.equal(second.body.error.code, "IDEMPOTENCY_IN_PROGRESS");
    assert.equal(second.headers["retry-after"], "1");
    open();
    delete gate.wait;
    delete gate.entered;
    assert.equal((await running).status, 200);
    assert.equal(
      (await post(workspace, "k", { name: "Slow", hold: true })).headers["idempotent-replayed"],
      "true",
    );
  },
);

test("a key is kept for 24 hours", async () => {
  const workspace = await frontdesk.workspace();
  await post(workspace, "k", { name: "A" });
  await frontdesk.advance(86_400 - 1);
  assert.equal((await post(workspace, "k", { name: "A" })).headers["idempotent-replayed"], "true");
  await frontdesk.advance(2);
  const later = await post(workspace, "k", { name: "Other" });
  assert.equal(later.status, 200);
  assert.equal(later.headers["idempotent-replayed"], undefined);
  assert.equal(await contactsOf(workspace), 2);
});

test("of 100 identical requests at once exactly one does the work", async () => {
  const workspace = await frontdesk.workspace();
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post(workspace, "k", { name: "Crowd" })),
  );
  const done = answers.filter((answer) => answer.status === 200);
  const ids = new Set(done.map((answer) => answer.body.data.id));
  assert.equal(ids.size, 1);
  assert.equal(done.filter((answer) => answer.headers["idempotent-replayed"] === undefined).length, 1);
  for (const answer of answers) assert.ok([200, 409].includes(answer.status), String(answer.status));
  assert.equal(await contactsOf(workspace), 1);
  await frontdesk.settle();
  assert.equal(noted.filter((note) => note.label === "Crowd").length, 1);
});

test("a key of no use is refused by name", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await post(workspace, "x".repeat(256), { name: "A" });
  assert.equal(answer.status, 400);
  assert.match(answer.body.error.message, /Idempotency-Key/);
});
