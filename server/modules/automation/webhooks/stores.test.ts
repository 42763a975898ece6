import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sql } from "kysely";
import { systemActor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { engineName, startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { claimDeliveries, hurry, recordAttempt, redeliver } from "./deliveries.store.ts";
import type { Outcome } from "./deliveries.store.ts";
import type { Delivery } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { findEndpoint, holdEndpoint, noteHealth } from "./endpoints.store.ts";
import { subscribe } from "./testing.ts";

// Nobody works here: what is claimed, and what waits, is what the test says.
const frontdesk = await startHarness({ work: false });

function within<T>(workspace: TestWorkspace, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const { id: workspaceId } = workspace;
  const actor = systemActor(workspaceId);
  const occasion = { workspaceId, actor, operation: "test", surface: "test", requestId: "test" };
  return frontdesk.app.inWorkspace(occasion, work);
}

async function endpointOf(workspace: TestWorkspace): Promise<Endpoint> {
  const { id } = await subscribe(workspace, "https://example.com/hook", ["contact.*"]);
  return (await within(workspace, (ctx) => findEndpoint(ctx, id as string))) as Endpoint;
}

/** Messages that wait for an endpoint, `perLane` of them for each record. */
async function wait(workspace: TestWorkspace, endpoint: Endpoint, count: number, perLane = 1): Promise<void> {
  await within(workspace, (ctx) =>
    ctx.db.raw(sql`
      insert into webhook_deliveries (workspace_id, id, endpoint_id, message_id, event_type, noun, record_id, lane, position,
                                      occurred_at, status, next_attempt_at, created_at)
      select ${workspace.id}::uuid, gen_random_uuid(), ${endpoint.id}::uuid, gen_random_uuid(), 'contact.updated', 'contact',
             'r' || (n / ${perLane}::int), 'contact r' || (n / ${perLane}::int), n, ${ctx.now}, 'pending', ${ctx.now}, ${ctx.now}
        from generate_series(0, ${count - 1}::int) n`),
  );
}

const claim = (workspace: TestWorkspace, endpoint: Endpoint, limit: number) =>
  within(workspace, (ctx) => claimDeliveries(ctx, endpoint, limit));
const positions = (rows: readonly Delivery[]) =>
  rows.map(({ position }) => Number(position)).toSorted((a, b) => a - b);
const deliveries = (workspace: TestWorkspace) =>
  within(workspace, (ctx) => ctx.db.from("webhook_deliveries").selectAll().orderBy("position").execute());

test("what a claim reads does not grow with what waits", { timeout: 120_000 }, async () => {
  const workspace = await frontdesk.workspace();
  const endpoint = await endpointOf(workspace);
  await wait(workspace, endpoint, 20_000);
  // The planner as it is on a fresh database, and when it knows the table.
  for (const analyzed of [false, true]) {
    if (analyzed)
      await frontdesk.app.database.system("sweep", (kysely) =>
        sql`analyze webhook_deliveries`.execute(kysely),
      );
    const read = await within(workspace, async (ctx) => {
      let plan = "";
      const { db } = ctx;
      const explained = {
        ...ctx,
        db: {
          raw: async (statement: { toOperationNode(): unknown }) => {
            const rows = await db.raw(
              sql<{ "QUERY PLAN": object }>`explain (analyze, format json, timing off) ${statement as never}`,
            );
            plan = JSON.stringify(rows[0]?.["QUERY PLAN"]);
            return [];
          },
        },
      };
      await claimDeliveries(explained as never, endpoint, 8);
      const filtered = [...plan.matchAll(/"(?:Rows Removed by Filter|Actual Rows)":(\d+)/g)];
      return Math.max(...filtered.map((one) => Number(one[1])));
    });
    assert.ok(read <= 100, `${read} rows at one place of the plan, analyzed: ${analyzed}`);
  }
});

test("a claim takes the first of each record, and what others have in their hands is passed over", async () => {
  const workspace = await frontdesk.workspace();
  const endpoint = await endpointOf(workspace);
  await wait(workspace, endpoint, 9, 3);
  const first = await claim(workspace, endpoint, 2);
  assert.deepEqual(positions(first), [0, 3]);
  assert.deepEqual(positions(await claim(workspace, endpoint, 5)), [6]);
  assert.deepEqual(await claim(workspace, endpoint, 5), [], "the rest waits for those before it");
  const done: Outcome = {
    status: "delivered",
    http_status: 200,
    duration_ms: 1,
    error: null,
    response_excerpt: "",
    next_attempt_at: null,
  };
  assert.equal(await within(workspace, (ctx) => recordAttempt(ctx, first[0] as Delivery, done)), true);
  const [next] = await claim(workspace, endpoint, 5);
  assert.equal(Number(next?.position), Number(first[0]?.position) + 1);
});

test("whoever lost a claim writes nothing over what its new holder does", async () => {
  const workspace = await frontdesk.workspace();
  const endpoint = await endpointOf(workspace);
  await wait(workspace, endpoint, 1);
  const [slow] = await claim(workspace, endpoint, 1);
  await frontdesk.advance(26);
  const [quick] = await claim(workspace, endpoint, 1);
  assert.ok(slow && quick && slow.id === quick.id && slow.claim !== quick.claim);
  const failed: Outcome = {
    status: "failed",
    http_status: 500,
    duration_ms: 1,
    error: "late",
    response_excerpt: "",
    next_attempt_at: null,
  };
  assert.equal(await within(workspace, (ctx) => recordAttempt(ctx, slow, failed)), false);
  const [row] = await deliveries(workspace);
  assert.deepEqual([row?.status, row?.claim, row?.error], ["pending", quick.claim, null]);
});

test("what is hurried, sent anew or noted of one endpoint leaves the others alone", async () => {
  const workspace = await frontdesk.workspace();
  const [mine, other] = [await endpointOf(workspace), await endpointOf(workspace)];
  await wait(workspace, mine, 1);
  await wait(workspace, other, 1);
  const later = new Date(frontdesk.app.clock.now().getTime() + 3_600_000);
  const event = randomUUID();
  await within(workspace, async (ctx) => {
    await ctx.db.update("webhook_deliveries").set({ next_attempt_at: later, give_up_at: later }).execute();
    await hurry(ctx, mine.id);
    assert.equal(await noteHealth(ctx, mine.id, false), true);
    assert.equal(await noteHealth(ctx, mine.id, false), false, "told once");
  });
  const ofEach = async () => {
    const rows = await deliveries(workspace);
    const at = (endpoint: Endpoint) => rows.filter((row) => row.endpoint_id === endpoint.id);
    return { mine: at(mine), other: at(other) };
  };
  const hurried = await ofEach();
  assert.deepEqual([hurried.mine[0]?.give_up_at, hurried.other[0]?.give_up_at], [null, later]);
  assert.deepEqual(hurried.other[0]?.next_attempt_at, later);
  const failing = await within(workspace, (ctx) =>
    ctx.db.from("webhook_endpoints").select(["id", "failing_since"]).execute(),
  );
  assert.deepEqual(new Map(failing.map((one) => [one.id, one.failing_since !== null])).get(other.id), false);
  assert.equal(await within(workspace, (ctx) => noteHealth(ctx, mine.id, true)), true);
  await within(workspace, (ctx) =>
    ctx.db.update("webhook_deliveries").set({ status: "delivered", message_id: event }).execute(),
  );
  const stored = {
    id: event,
    settled: true,
    place: { transactionId: "1", position: 1 },
    type: "contact.updated",
    noun: "contact",
    recordId: "r0",
    payload: {},
    occurredAt: later,
  };
  await within(workspace, (ctx) => redeliver(ctx, [{ endpointId: mine.id, event: stored as never }]));
  const anew = await ofEach();
  assert.deepEqual([anew.mine[0]?.status, anew.other[0]?.status], ["pending", "delivered"]);
});

test("an endpoint that is switched on again begins with what comes, and shows what its changer may read", async () => {
  const workspace = await frontdesk.workspace();
  const endpoint = await endpointOf(workspace);
  const path = `/api/v1/webhooks/subscriptions/${endpoint.id}`;
  const now = () => within(workspace, (ctx) => findEndpoint(ctx, endpoint.id)) as Promise<Endpoint>;
  assert.equal((await workspace.call("PATCH", path, { is_active: false })).status, 200);
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Meanwhile" });
  assert.equal((await workspace.call("PATCH", path, { is_active: true })).status, 200);
  assert.ok((await now()).after_position > endpoint.after_position);
  const { after_position } = await now();
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Later" });
  await workspace.call("PATCH", path, { is_active: true, description: "still on" });
  assert.equal((await now()).after_position, after_position);
  const before = (await now()).scopes;
  const key = await workspace.keyWith(["webhooks:write", "webhooks:read", "contacts:read"]);
  const change = (body: object) => frontdesk.call("PATCH", path, { key, body });
  assert.equal((await change({ description: "not where it goes" })).status, 200);
  assert.deepEqual((await now()).scopes, before);
  assert.equal((await change({ url: "https://example.org/mine" })).status, 200);
  assert.deepEqual((await now()).scopes?.toSorted(), ["contacts:read", "webhooks:read", "webhooks:write"]);
});

test(
  "an endpoint being deleted and an attempt being recorded wait for each other in one order",
  { skip: engineName === "embedded" },
  async () => {
    const workspace = await frontdesk.workspace();
    for (let round = 0; round < 10; round += 1) {
      const endpoint = await endpointOf(workspace);
      await wait(workspace, endpoint, 8);
      const claimed = await claim(workspace, endpoint, 8);
      const outcome: Outcome = {
        status: "failed",
        http_status: null,
        duration_ms: 1,
        error: "no",
        response_excerpt: null,
        next_attempt_at: frontdesk.app.clock.now(),
      };
      const work = claimed.map((delivery) =>
        within(workspace, async (ctx) => {
          if (!(await holdEndpoint(ctx, endpoint.id))) return;
          await noteHealth(ctx, endpoint.id, false);
          await recordAttempt(ctx, delivery, outcome);
          await claimDeliveries(ctx, endpoint, 1);
        }),
      );
      const deleted = workspace.call("DELETE", `/api/v1/webhooks/subscriptions/${endpoint.id}`);
      await Promise.all(work);
      assert.equal((await deleted).status, 204);
    }
    assert.deepEqual(await deliveries(workspace), []);
  },
);
