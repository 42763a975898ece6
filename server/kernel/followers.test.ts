import assert from "node:assert/strict";
import { setTimeout as realTime } from "node:timers/promises";
import { test } from "node:test";
import { sql } from "kysely";
import { modules } from "../modules/index.ts";
import { inside } from "../modules/messaging/testing.ts";
import { startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { probe } from "../testing/probe.ts";
import { followFromHere, stopFollowing } from "./followers.ts";
import type { Follower } from "./followers.ts";
import { module } from "./operation.ts";
import { sweepOnce } from "./sweep.ts";

const taken: { workspaceId: string; id: string; name: unknown }[] = [];
const failures = { next: 0 };

const listener: Follower = {
  name: "listener",
  take(ctx, events) {
    if (failures.next > 0) {
      failures.next -= 1;
      throw new Error("not this time");
    }
    const { workspaceId } = ctx;
    const named = events.filter(({ payload }) => payload["name"] !== undefined);
    for (const { id, payload } of named) taken.push({ workspaceId, id, name: payload["name"] });
    return Promise.resolve();
  },
};

const frontdesk = await startHarness({
  modules: [...modules, probe, module({ name: "listening", followers: [listener] })],
});

const follow = (workspace: TestWorkspace) =>
  inside(frontdesk, workspace.id, (ctx) => followFromHere(ctx, listener.name));

const namesOf = (workspace: TestWorkspace) => [
  ...new Set(taken.filter((one) => one.workspaceId === workspace.id).map((one) => one.name)),
];

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !condition(); round += 1) await realTime(10);
  assert.ok(condition());
}

const write = (workspace: TestWorkspace, name: string) => workspace.call("POST", "/api/v1/probe", { name });

test("a follower is told what happens from where it began, in its workspaces only, and no more once it has stopped", async (context) => {
  const [mine, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await write(mine, "Before");
  if (!(await settlesSoon(mine))) return context.skip(heldUp);
  await follow(mine);
  await write(other, "Elsewhere");
  await write(mine, "After");
  await until(() => namesOf(mine).length > 0);
  await frontdesk.settle();
  assert.deepEqual(namesOf(mine), ["After"]);
  assert.deepEqual(namesOf(other), []);
  await inside(frontdesk, mine.id, (ctx) => stopFollowing(ctx, listener.name));
  await write(mine, "Too late");
  await frontdesk.settle();
  assert.deepEqual(namesOf(mine), ["After"]);
});

test("many writers at once: the follower misses nothing, and what fails is read again", async () => {
  const workspace = await frontdesk.workspace();
  await follow(workspace);
  failures.next = 2;
  const names = Array.from({ length: 60 }, (_, n) => `W${n}`);
  await Promise.all(names.map((name) => write(workspace, name)));
  await until(() => namesOf(workspace).length === names.length);
  assert.deepEqual(namesOf(workspace).sort(), names.sort());
});

test("what a node left behind that died after its commit is found by looking round", async () => {
  const workspace = await frontdesk.workspace();
  await follow(workspace);
  await write(workspace, "Rung for");
  await until(() => namesOf(workspace).includes("Rung for"));
  await frontdesk.settle();
  // Nobody rings the bell for this one.
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.insert("events", eventNamed("Orphan", frontdesk.app.clock.now())).execute(),
  );
  await until(() => namesOf(workspace).includes("Orphan"));
});

test("an event that was recorded early and committed late is not stepped over", async (context) => {
  const { database, clock } = frontdesk.app;
  if (database.engine.name === "embedded") return context.skip("one connection, no overtaking");
  const workspace = await frontdesk.workspace();
  await follow(workspace);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let recorded = () => {};
  const isRecorded = new Promise<void>((resolve) => (recorded = resolve));
  const slow = database.transaction(workspace.id, async (db) => {
    await db.insert("events", eventNamed("Early", clock.now())).execute();
    recorded();
    await released;
  });
  await isRecorded;
  await write(workspace, "Overtaker");
  await until(() => namesOf(workspace).includes("Overtaker"));
  release();
  await slow;
  frontdesk.app.bell.ring(workspace.id);
  await until(() => namesOf(workspace).includes("Early"));
});

test("events go after thirty days, unless a follower has not read them yet", async (context) => {
  const [idle, behind] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await follow(behind);
  await frontdesk.settle();
  await write(idle, "Old");
  await write(behind, "Old");
  await until(() => namesOf(behind).includes("Old"));
  await frontdesk.settle();
  const names = async ({ id }: TestWorkspace) => {
    const rows = await frontdesk.app.database.read(id, (db) => db.from("events").select("payload").execute());
    return rows.map((row) => row.payload["name"]).filter((name) => name !== undefined);
  };
  // As if the follower's node had been away since before it was written.
  const rewind = (place: string) =>
    frontdesk.app.database.transaction(behind.id, (db) =>
      db.update("event_followers").set({ transaction_id: place, position: 0 }).execute(),
    );
  await frontdesk.advance(29 * 86_400);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual([await names(idle), await names(behind)], [["Old"], ["Old"]]);
  await frontdesk.advance(2 * 86_400);
  failures.next = Number.MAX_SAFE_INTEGER;
  await rewind("0");
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual([await names(idle), await names(behind)], [[], ["Old"]]);
  failures.next = 0;
  await write(behind, "New");
  await until(() => namesOf(behind).includes("New"));
  if (!(await settlesSoon(behind))) return context.skip(heldUp);
  frontdesk.app.bell.ring(behind.id);
  await placeMoved(behind);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual(await names(behind), ["New"]);
});

const heldUp = "a transaction of another database on this server stays open";

/**
 * Whether what was written settles. Transactions are numbered by the server, so one of another database's that stays open keeps
 * everything later from settling, and a test from saying anything about it.
 */
async function settlesSoon(workspace: TestWorkspace): Promise<boolean> {
  for (let round = 0; round < 1000; round += 1) {
    const open = await frontdesk.app.database.read(workspace.id, (db) =>
      db
        .from("events")
        .select("id")
        .where(sql<boolean>`transaction_id >= pg_snapshot_xmin(pg_current_snapshot())`)
        .executeTakeFirst(),
    );
    if (!open) return true;
    await realTime(10);
  }
  return false;
}

async function placeMoved(workspace: TestWorkspace): Promise<void> {
  let moved = false;
  for (let round = 0; round < 1000 && !moved; round += 1) {
    const row = await frontdesk.app.database.read(workspace.id, (db) =>
      db
        .from("event_followers")
        .select(sql<boolean>`position > 0`.as("moved"))
        .executeTakeFirst(),
    );
    moved = row?.moved === true;
    if (!moved) await realTime(10);
  }
  assert.ok(moved);
}

function eventNamed(name: string, at: Date) {
  return {
    id: crypto.randomUUID(),
    type: "contact.created",
    noun: "contact",
    record_id: null,
    payload: JSON.stringify({ name }),
    request_id: "test",
    occurred_at: at,
  };
}
