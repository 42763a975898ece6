/** Two transactions that wait for each other: the database ends one, which is done again, whole and once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deleteRows } from "./deletion.ts";
import { againWhenMet } from "./again.ts";
import { modules } from "../modules/index.ts";
import { inside } from "../modules/messaging/testing.ts";
import { engineName, startHarness } from "../testing/harness.ts";
import type { Answer } from "../testing/harness.ts";
import { arrangeMeeting, meetLater, meeting, noted, probe } from "../testing/probe.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const { app } = frontdesk;
// The embedded engine has one connection: nobody meets there.
const skip = engineName === "embedded";
const pairs = [
  { name: "Ann", locks: [1, 2] },
  { name: "Ben", locks: [2, 1] },
];

test("what was ended for another's sake runs again three times at most, and nothing else does", async () => {
  const about = { requestId: "r", operation: "t" };
  for (const [code, times] of [
    ["40P01", 4],
    ["40001", 4],
    ["23505", 1],
    [undefined, 1],
  ] as const) {
    let tried = 0;
    const attempt = () => {
      tried += 1;
      return Promise.reject(Object.assign(new Error("no"), { code }));
    };
    await assert.rejects(againWhenMet(app.log, about, attempt), { message: "no" });
    assert.equal(tried, times, code);
  }
  let tried = 0;
  const fourth = () => {
    tried += 1;
    return tried < 4
      ? Promise.reject(Object.assign(new Error(), { code: "40P01" }))
      : Promise.resolve("done");
  };
  assert.equal(await againWhenMet(app.log, about, fourth), "done");
});

test(
  "two calls that wait for each other are both done, each once, and are answered the same again",
  { skip },
  async () => {
    const workspace = await frontdesk.workspace();
    const call = (body: { name: string }) =>
      workspace.call("POST", "/api/v1/probe/meeting", body, { "idempotency-key": body.name });
    arrangeMeeting();
    noted.length = 0;
    const answers = await Promise.all(pairs.map(call));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.data?.name]),
      [
        [200, "Ann met"],
        [200, "Ben met"],
      ],
    );
    assert.equal(meeting.begun.length, 3, "one of them began twice");
    assert.deepEqual(meeting.committed.toSorted(), ["Ann", "Ben"]);
    await frontdesk.settle();
    assert.deepEqual(noted.map(({ label }) => label).toSorted(), ["Ann", "Ben"]);
    const kept = await app.database.read(workspace.id, async (db) => ({
      contacts: await db.from("contacts").select("first_name").orderBy("first_name").execute(),
      events: await db.from("events").select("type").where("type", "=", "probe.written").execute(),
      entries: await db
        .from("audit_entries")
        .select("record_id")
        .where("operation", "=", "write_meeting_probe")
        .execute(),
      keys: await db.from("idempotency_keys").select(["key", "status"]).orderBy("key").execute(),
    }));
    assert.deepEqual(
      kept.contacts.map((one) => one.first_name),
      ["Ann", "Ben"],
    );
    assert.equal(kept.events.length, 2);
    assert.deepEqual(
      new Set(kept.entries.map((one) => one.record_id)),
      new Set(answers.map(({ body }) => body.data.id)),
    );
    assert.deepEqual(kept.keys, [
      { key: "Ann", status: 200 },
      { key: "Ben", status: 200 },
    ]);
    const replayed = await Promise.all(pairs.map(call));
    assert.deepEqual(
      replayed.map(({ headers, body }) => [headers["idempotent-replayed"], body.data]),
      answers.map(({ body }) => ["true", body.data]),
    );
  },
);

test(
  "approved calls that met are done again with their approval, instead of having failed",
  { skip },
  async () => {
    const workspace = await frontdesk.workspace();
    const key = await workspace.keyWith(["contacts:write"], "with-approval");
    meeting.together = () => Promise.resolve();
    const held = [];
    for (const body of pairs) held.push(await frontdesk.call("POST", "/api/v1/probe/meeting", { key, body }));
    arrangeMeeting();
    const answers = await Promise.all(
      held.map(({ body }) => workspace.call("POST", `/api/v1/approvals/${body.data.approval_id}/approve`)),
    );
    assert.equal(meeting.begun.length, 3);
    for (const { status, body, text } of answers) {
      assert.deepEqual([status, body.execution_status], [200, 200], text);
    }
  },
);

test("a job's transaction that met another runs again in the same attempt", { skip }, async () => {
  const workspace = await frontdesk.workspace();
  arrangeMeeting();
  noted.length = 0;
  await inside(frontdesk, workspace.id, (ctx) => {
    for (const payload of pairs) ctx.enqueue(meetLater, payload);
    return Promise.resolve();
  });
  await frontdesk.settle();
  assert.equal(meeting.begun.length, 3);
  assert.deepEqual(meeting.committed.toSorted(), ["Ann", "Ben"]);
  assert.deepEqual(noted.map(({ label }) => label).toSorted(), ["Ann at attempt 1", "Ben at attempt 1"]);
});

test(
  "a task that is changed while its deal is deleted: both are done, whoever was first",
  { skip },
  async () => {
    const workspace = await frontdesk.workspace();
    const make = async (path: string, body: object) => {
      const made = await workspace.call("POST", `/api/v1${path}`, body);
      assert.equal(made.status, 201, made.text);
      return made.body.data.id as string;
    };
    const contact_id = await make("/contacts", { first_name: "Paul" });
    const deal_id = await make("/opportunities", { name: "Leak" });
    const task = await make("/tasks", { title: "Call", contact_id, deal_id });
    let changing: Promise<Answer> | undefined;
    await inside(frontdesk, workspace.id, async (ctx) => {
      await ctx.db.from("opportunities").select("id").where("id", "=", deal_id).forUpdate().execute();
      if (!changing) {
        changing = workspace.call("PATCH", `/api/v1/tasks/${task}`, { title: "Ring", deal_id });
        await somebodyWaits();
      }
      assert.equal((await deleteRows(ctx, "opportunities", [deal_id])).length, 1);
    });
    const changed = await changing;
    assert.ok(changed);
    const now = (await workspace.call("GET", `/api/v1/tasks/${task}`)).body.data;
    assert.equal(now.deal_id, null);
    // Changed before the deal went, or told that there is no such deal any more.
    assert.deepEqual([changed.status, now.title], changed.status === 200 ? [200, "Ring"] : [400, "Call"]);
    assert.equal((await workspace.call("GET", `/api/v1/opportunities/${deal_id}`)).status, 404);
  },
);

/** Resolves when a statement on this test's database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  for (let round = 0; round < 20_000; round += 1) {
    const { rows } = await app.database.owner(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
  assert.fail("nobody waits");
}
