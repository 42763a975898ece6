/** What waits for the webhooks of one workspace is bounded: requests are refused, and what happens is kept for a replay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { engineName, startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { disableTheFullest, mostBeforeReplays, mostWaiting } from "./most-waiting.ts";
import { findEndpoint } from "./endpoints.store.ts";
import { createContact, startReceiver, subscribe } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const path = "/api/v1/webhooks/subscriptions";
const since = "2026-03-02T09:00:00Z";

/** Messages that wait for an endpoint and are not due for a day, at places of the feed from `position` on. */
function fill(workspace: TestWorkspace, endpointId: string, count: number, position = 1e9): Promise<unknown> {
  return inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.raw(sql`
      insert into webhook_deliveries (workspace_id, id, endpoint_id, message_id, event_type, noun, lane, position, occurred_at,
                                      status, next_attempt_at, created_at)
      select ${workspace.id}::uuid, gen_random_uuid(), ${endpointId}::uuid, gen_random_uuid(), 'contact.updated', 'contact',
             'contact ' || n, ${position}::bigint + n, ${ctx.now}, 'pending', ${ctx.now}::timestamptz + interval '1 day', ${ctx.now}
        from generate_series(1, ${count}::int) n`),
  );
}

async function stateOf(workspace: TestWorkspace, id: string) {
  const { is_active, disabled_reason } = (await workspace.call("GET", `${path}/${id}`)).body.data;
  const [waiting] = await inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.raw(sql<{ count: number }>`select count(*)::int as count from webhook_deliveries
      where workspace_id = ${workspace.id} and endpoint_id = ${id}::uuid and status = 'pending'`),
  );
  return { is_active, disabled_reason, waiting: waiting?.count };
}

test(
  "the webhook with the longest queue is switched off and says why; it keeps its queue, others get their messages",
  { timeout: 120_000 },
  async () => {
    const workspace = await frontdesk.workspace();
    const [slow, quick] = [await startReceiver(), await startReceiver()];
    const full = await subscribe(workspace, slow.url, ["contact.created"]);
    const other = await subscribe(workspace, quick.url, ["contact.created"]);
    await fill(workspace, full.id, mostWaiting);
    const id = await createContact(workspace);
    await quick.seen(1);
    await frontdesk.settle();
    assert.deepEqual(
      quick.received.map(({ body }) => body.data.id),
      [id],
    );
    const state = await stateOf(workspace, full.id);
    assert.deepEqual([state.is_active, state.waiting], [false, mostWaiting]);
    assert.match(state.disabled_reason, /more than 50,000 messages wait/);
    assert.deepEqual(slow.received, []);
    assert.equal((await stateOf(workspace, other.id)).is_active, true);
    const mails = await frontdesk.app.database.read(workspace.id, (db) =>
      db.from("email_logs").select("text_body").where("email_type", "=", "webhook_disabled").execute(),
    );
    assert.equal(mails.length, 1);
    assert.match(String(mails[0]?.text_body), /more than 50,000 messages wait.*replay/s);
    // What it did not get is among the events still: a replay has it.
    const replay = await workspace.call("POST", `${path}/${other.id}/replay`, { since });
    assert.deepEqual([replay.status, replay.body.data.replayed], [200, 1]);
  },
);

/** What is switched off before `more` messages are added, where `most` may wait. */
const checked = async (workspace: TestWorkspace, more: number, most: number) => [
  ...(await inside(frontdesk, workspace.id, (ctx) => disableTheFullest(ctx, more, most))),
];

test("a webhook that was switched on again gets what comes, however much waits from before", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await subscribe(workspace, "https://example.com/hook", ["contact.created"]);
  await fill(workspace, id, 100, -100);
  assert.deepEqual(await checked(workspace, 100, 100), []);
  await fill(workspace, id, 1);
  assert.deepEqual(await checked(workspace, 100, 100), [id]);
});

test("what waits is counted again before it can have become too much, and no more are switched off than it takes", async () => {
  const workspace = await frontdesk.workspace();
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    ids.push((await subscribe(workspace, "https://example.com/hook", ["contact.created"])).id as string);
  }
  for (const [n, id] of ids.entries()) await fill(workspace, id, 10 * (n + 1));
  assert.deepEqual(await checked(workspace, 1, 100), [], "61 of 100: looked at again after three more");
  await fill(workspace, ids[1] as string, 30, 2e9);
  assert.deepEqual(await checked(workspace, 2, 100), []);
  assert.deepEqual(await checked(workspace, 11, 100), [ids[1]], "the 50, not the 30 and the 10");
  assert.deepEqual(await checked(workspace, 60, 100), []);
  assert.deepEqual((await checked(workspace, 91, 100)).toSorted(), [ids[0], ids[2]].toSorted());
});

test(
  "an endpoint that somebody is changing is left to the next look",
  { skip: engineName === "embedded" },
  async () => {
    const workspace = await frontdesk.workspace();
    const { id } = await subscribe(workspace, "https://example.com/hook", ["contact.created"]);
    await fill(workspace, id, 2);
    await inside(frontdesk, workspace.id, async (ctx) => {
      await findEndpoint(ctx, id, { lock: "change" });
      assert.deepEqual(await checked(workspace, 1, 2), []);
    });
    assert.deepEqual(await checked(workspace, 1, 2), [id]);
  },
);

test("replays and tests are refused while many messages wait, with how many do; what waits already may go at once", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  const made = await workspace.call("POST", "/api/v1/webhooks/outgoing", {
    name: "Accounts",
    url: receiver.url,
  });
  const deliveries = async (status: string) =>
    (await workspace.call("GET", `/api/v1/webhooks/deliveries?status=${status}`)).body.data;
  const [delivered] = await deliveries("delivered");
  await fill(workspace, id, mostBeforeReplays - 1);
  const replay = () => workspace.call("POST", `${path}/${id}/replay`, { since });
  assert.equal((await replay()).body.data.replayed, 1);
  await receiver.seen(2);
  await frontdesk.settle();
  await fill(workspace, id, 1, 2e9);
  for (const refused of [
    await replay(),
    await workspace.call("POST", `/api/v1/webhooks/deliveries/${delivered.id}/replay`),
    await workspace.call("POST", `/api/v1/webhooks/outgoing/${made.body.data.id}/test`),
  ]) {
    assert.deepEqual([refused.status, refused.body.error.code], [429, "RATE_LIMITED"]);
    assert.match(refused.body.error.message, /20,000 webhook messages wait/);
    assert.match(refused.body.error.fix, /Wait until/);
    assert.equal(refused.headers["retry-after"], "60");
    assert.deepEqual(refused.body.error.details, { waiting: mostBeforeReplays, most: mostBeforeReplays });
  }
  const [waiting] = await deliveries("pending");
  assert.equal(
    (await workspace.call("POST", `/api/v1/webhooks/deliveries/${waiting.id}/replay`)).status,
    200,
  );
  await receiver.seen(3);
  // A queue nobody sends is in nobody's way, but in its own webhook's.
  await workspace.call("PATCH", `${path}/${id}`, { is_active: false });
  await fill(workspace, id, 1, 3e9);
  assert.equal((await replay()).status, 429);
  const test = await workspace.call("POST", `/api/v1/webhooks/outgoing/${made.body.data.id}/test`);
  assert.equal(test.status, 202, test.text);
});
