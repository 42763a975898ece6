import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { engineName, startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { gate, noted, probe } from "../testing/probe.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });

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

test("keys of another actor, another operation and another workspace are their own", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:write"]);
  const statuses = [
    await post(workspace, "k", { name: "A" }),
    await post(workspace, "k", { name: "A" }, "/api/v1/probe/other"),
    await post(stranger, "k", { name: "A" }),
    await frontdesk.call("POST", "/api/v1/probe", {
      key,
      body: { name: "A" },
      headers: { "idempotency-key": "k" },
    }),
  ];
  for (const answer of statuses) assert.equal(answer.headers["idempotent-replayed"], undefined);
  assert.equal(await contactsOf(workspace), 3);
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
