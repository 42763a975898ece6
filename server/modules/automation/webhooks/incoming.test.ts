import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import { secret, startReceiver, subscribe } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const incoming = "/api/v1/webhooks/incoming";

async function make(workspace: TestWorkspace, body: object = {}): Promise<{ id: string; path: string }> {
  const answer = await workspace.call("POST", incoming, { name: "Website form", ...body });
  assert.equal(answer.status, 201, answer.text);
  return { id: answer.body.data.id, path: new URL(answer.body.data.url).pathname };
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  frontdesk.call("POST", path, { body, headers });

async function eventsOf(workspace: TestWorkspace): Promise<Json[]> {
  return frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("events")
      .select(["type", "record_id", "payload"])
      .where("type", "=", "webhook.received")
      .execute(),
  );
}

test("workspace.create_incoming_webhook workspace.get_incoming_webhook the address takes JSON and forms, and each post becomes an event", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await subscribe(workspace, receiver.url, ["webhook.received"]);
  const { id, path } = await make(workspace);
  assert.match(path, /^\/hooks\/[\w-]{43}$/);
  const first = await post(path, { lead: "Ida", nested: { list: [1, "two\0"] } });
  assert.equal(first.status, 202, first.text);
  assert.equal(first.body.ok, true);
  const form = await frontdesk.call("POST", path, { form: { lead: "Ben", phone: "123" } });
  assert.equal(form.status, 202, form.text);
  assert.equal((await post(path, [1, 2, 3])).status, 202);
  const events = await eventsOf(workspace);
  assert.deepEqual(
    events.map((event) => event.payload.body),
    [{ lead: "Ida", nested: { list: [1, "two"] } }, { lead: "Ben", phone: "123" }, [1, 2, 3]],
  );
  assert.ok(events.every((event) => event.record_id === id));
  assert.equal(events[0].payload.payload_id, first.body.id);
  const shown = (await workspace.call("GET", `${incoming}/${id}`)).body.data;
  assert.equal(shown.received_count, 3);
  assert.equal(shown.last_received_at, frontdesk.app.clock.now().toISOString());
  assert.equal(shown.url, `http://frontdesk.test/hooks/****${path.slice(-4)}`);
  const told = await receiver.seen(3);
  assert.deepEqual(told.map(({ body }) => body.data.body.lead ?? "list").sort(), ["Ben", "Ida", "list"]);
});

test("the same message again is taken once, also when both come at the same moment", async () => {
  const workspace = await frontdesk.workspace();
  const { id, path } = await make(workspace);
  for (const name of ["idempotency-key", "webhook-id"]) {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post(path, { n: 1 }, { [name]: `by ${name}` })),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [202]);
    assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1);
  }
  assert.equal((await eventsOf(workspace)).length, 2);
  assert.equal((await workspace.call("GET", `${incoming}/${id}`)).body.data.received_count, 2);
  assert.equal((await post(path, {}, { "idempotency-key": "k".repeat(256) })).status, 400);
});

test("workspace.update_incoming_webhook workspace.delete_incoming_webhook an address that is off, gone, rotated or never was answers the same", async () => {
  const workspace = await frontdesk.workspace();
  const off = await make(workspace);
  assert.equal((await workspace.call("PATCH", `${incoming}/${off.id}`, { is_active: false })).status, 200);
  const gone = await make(workspace);
  assert.equal((await workspace.call("DELETE", `${incoming}/${gone.id}`)).status, 204);
  const rotated = await make(workspace);
  const fresh = await workspace.call("POST", `${incoming}/${rotated.id}/rotate`);
  const paths = [off.path, gone.path, rotated.path, `/hooks/${"x".repeat(43)}`, "/hooks/short", "/hooks/%00"];
  const answers = await Promise.all(paths.map((path) => post(path, { n: 1 })));
  assert.deepEqual(
    answers.map((answer) => [answer.status, answer.text]),
    paths.map(() => [404, answers[0]?.text]),
  );
  assert.equal(answers[0]?.body.error.code, "NOT_FOUND");
  assert.equal((await post(new URL(fresh.body.data.url).pathname, { n: 1 })).status, 202);
  await workspace.call("PATCH", `${incoming}/${off.id}`, { is_active: true, name: "On again" });
  assert.equal((await post(off.path, { n: 1 })).status, 202);
});

test("workspace.list_incoming_webhooks the list shows no address and no secret", async () => {
  const workspace = await frontdesk.workspace();
  const { id, path } = await make(workspace, { secret });
  const answer = await workspace.call("GET", incoming);
  assert.deepEqual(
    answer.body.data.map((row: { id: string }) => row.id),
    [id],
  );
  assert.ok(!answer.text.includes(path) && !answer.text.includes(secret));
  assert.equal(answer.body.data[0].secret, `****${secret.slice(-4)}`);
  const audit = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").select("changes").where("record_id", "=", id).execute(),
  );
  assert.equal(audit.length, 1);
  assert.ok(!JSON.stringify(audit).includes(secret) && !JSON.stringify(audit).includes("token_hash"));
});

test("with a secret only signed posts are taken", async () => {
  const workspace = await frontdesk.workspace();
  const { id, path } = await make(workspace, { secret });
  const raw = JSON.stringify({ n: 1 });
  const at = new Date();
  const standard = (key: string) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(key, { format: "raw" }).sign("msg_1", at, raw),
  });
  const hub = (key: string) => ({
    "x-hub-signature-256": `sha256=${createHmac("sha256", key).update(raw).digest("hex")}`,
  });
  assert.equal((await post(path, raw)).status, 401);
  assert.equal((await post(path, raw, standard("another-secret-entirely"))).status, 401);
  assert.equal((await post(path, raw, hub("another-secret-entirely"))).status, 401);
  assert.equal((await post(path, JSON.stringify({ n: 2 }), standard(secret))).status, 401);
  assert.equal((await eventsOf(workspace)).length, 0);
  assert.equal((await post(path, raw, standard(secret))).status, 202);
  assert.equal((await post(path, raw, hub(secret))).status, 202);
  await workspace.call("PATCH", `${incoming}/${id}`, { secret: null });
  assert.equal((await post(path, raw)).status, 202);
});

test("what is too large, too deep or no JSON is refused, and nothing is stored", async () => {
  const workspace = await frontdesk.workspace();
  const { path } = await make(workspace);
  assert.equal((await post(path, { text: "x".repeat(300 * 1024) })).status, 413);
  assert.equal((await post(path, `${"[".repeat(5000)}${"]".repeat(5000)}`)).status, 400);
  assert.equal((await post(path, "{not json")).status, 400);
  const plain = await post(path, "text", { "content-type": "text/plain" });
  assert.equal(plain.status, 415);
  assert.equal(plain.body.ok, false);
  assert.equal((await post(path, { text: "x".repeat(200 * 1024) })).status, 202);
  assert.equal((await eventsOf(workspace)).length, 1);
});

test("an address is rate limited", async () => {
  const workspace = await frontdesk.workspace();
  const { path } = await make(workspace);
  const answers = await Promise.all(Array.from({ length: 80 }, () => post(path, { n: 1 })));
  const limited = answers.filter((answer) => answer.status === 429);
  assert.equal(limited.length, 30);
  assert.ok(Number(limited[0]?.headers["retry-after"]) >= 1);
  await frontdesk.advance(2);
  assert.equal((await post(path, { n: 1 })).status, 202);
});
