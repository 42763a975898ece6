import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { startHarness } from "../testing/harness.ts";
import { probe } from "../testing/probe.ts";
import { systemActor } from "./actor.ts";
import type { Ctx } from "./context.ts";
import { chargeCredits, holdCredits, releaseCredits, settleCredits } from "./credits.ts";
import { nextRun, removeCron, runCron, setCron } from "./cron.ts";
import { noted } from "../testing/probe.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const { app } = frontdesk;
const workspace = await frontdesk.workspace();

const within = <T>(work: (ctx: Ctx) => Promise<T>, workspaceId = workspace.id) =>
  app.inWorkspace(
    { workspaceId, actor: systemActor(workspaceId), operation: "t", surface: "t", requestId: "r" },
    work,
  );
const balance = async (workspaceId = workspace.id) => {
  const [row] = await app.database.read(workspaceId, (db) =>
    db.from("credit_balances").select(["available", "held"]).execute(),
  );
  return [row?.available, row?.held];
};

test("credits: held, settled for less, released; closed once only", async () => {
  assert.deepEqual(await balance(), [1_000_000, 0]);
  const hold = await within((ctx) => holdCredits(ctx, 100));
  assert.deepEqual(await balance(), [999_900, 100]);
  await within((ctx) => settleCredits(ctx, hold, 30));
  assert.deepEqual(await balance(), [999_970, 0]);
  await assert.rejects(
    within((ctx) => settleCredits(ctx, hold, 30)),
    { code: "23505" },
  );
  await assert.rejects(
    within((ctx) => releaseCredits(ctx, hold)),
    { code: "23505" },
  );
  const other = await within((ctx) => holdCredits(ctx, 50));
  await within((ctx) => releaseCredits(ctx, other));
  await assert.rejects(
    within((ctx) => releaseCredits(ctx, other)),
    { code: "23505" },
  );
  assert.deepEqual(await balance(), [999_970, 0]);
});

test("credits: what is no hold is never closed, and more than was held is not given back", async () => {
  const rich = await frontdesk.workspace();
  await within((ctx) => chargeCredits(ctx, 1), rich.id);
  const entries = await app.database.read(rich.id, (db) =>
    db.from("credit_entries").select(["id", "kind", "amount", "operation"]).orderBy("created_at").execute(),
  );
  const others = entries.filter(({ kind }) => kind !== "hold");
  assert.ok(others.length > 0);
  for (const { id } of others) {
    await assert.rejects(
      within((ctx) => settleCredits(ctx, id, 1), rich.id),
      /no result/,
    );
    await assert.rejects(
      within((ctx) => releaseCredits(ctx, id), rich.id),
      /no result/,
    );
  }
  const before = await balance(rich.id);
  const hold = await within((ctx) => holdCredits(ctx, 10), rich.id);
  await within((ctx) => settleCredits(ctx, hold, 25), rich.id);
  assert.deepEqual(await balance(rich.id), [Number(before[0]) - 10, 0]);
  const mine = entries.filter(({ operation }) => operation === "t");
  assert.deepEqual(mine.map(({ kind, amount }) => [kind, amount]).toSorted(), [
    ["hold", 1],
    ["settle", 1],
  ]);
});

test("credits: too few is a 402 that changes nothing, and many at once never spend more than there is", async () => {
  const poor = await frontdesk.workspace();
  await within((ctx) => chargeCredits(ctx, 999_950), poor.id);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => poor.call("POST", "/api/v1/probe/paid", { name: `P${index}` })),
  );
  assert.equal(answers.filter((answer) => answer.status === 200).length, 5);
  const refused = answers.filter((answer) => answer.status === 402);
  assert.equal(refused.length, 5);
  assert.equal(refused[0]?.body.error.code, "INSUFFICIENT_CREDITS");
  assert.deepEqual(await balance(poor.id), [0, 0]);
});

test("cron: a wall-clock time keeps its hour over both changes of the clocks", () => {
  const london = (after: string) => nextRun("30 8 * * *", "Europe/London", new Date(after))?.toISOString();
  assert.equal(london("2026-03-28T12:00:00Z"), "2026-03-29T07:30:00.000Z");
  assert.equal(london("2026-03-27T12:00:00Z"), "2026-03-28T08:30:00.000Z");
  assert.equal(london("2026-10-24T12:00:00Z"), "2026-10-25T08:30:00.000Z");
  const missing = nextRun("30 1 * * *", "Europe/London", new Date("2026-03-29T00:00:00Z"));
  assert.ok(
    missing && missing >= new Date("2026-03-29T01:00:00Z"),
    "an hour that does not exist is not skipped over",
  );
  assert.throws(() => nextRun("not a cron", "UTC", new Date(0)), { code: "VALIDATION_ERROR" });
});

test("cron: runs at its times in its zone, is replaced by its key, and stops when removed", async () => {
  await frontdesk.settle();
  noted.length = 0;
  const set = (cron: string, label: string) =>
    within((ctx) =>
      setCron(ctx, {
        key: "daily",
        job: "note-label",
        cron,
        timeZone: "America/New_York",
        payload: { label },
      }),
    );
  assert.equal((await set("0 9 * * *", "nine"))?.toISOString(), "2026-03-02T14:00:00.000Z");
  await frontdesk.advance(2 * 86_400);
  assert.deepEqual(
    noted.map((note) => [note.label, note.at.toISOString()]),
    [
      ["nine", "2026-03-02T14:00:00.000Z"],
      ["nine", "2026-03-03T14:00:00.000Z"],
    ],
  );
  noted.length = 0;
  await set("0 10 * * *", "ten");
  await frontdesk.advance(86_400);
  assert.deepEqual(
    noted.map((note) => note.label),
    ["ten"],
  );
  noted.length = 0;
  await within((ctx) => removeCron(ctx, "daily"));
  await frontdesk.advance(3 * 86_400);
  assert.equal(noted.length, 0);
});

test("cron: a run that came too early, or belongs to a schedule that was replaced, does nothing", async () => {
  noted.length = 0;
  const entry = {
    key: "once",
    job: "note-label",
    cron: "0 12 * * *",
    timeZone: "UTC",
    payload: { label: "noon" },
  };
  const due = await within((ctx) => setCron(ctx, entry));
  assert.ok(due);
  await within(async (ctx) => ctx.enqueue(runCron, { key: "once", generation: 1 }));
  await frontdesk.settle();
  assert.equal(noted.length, 0);
  // Replaced, with the job of the new generation still to come.
  await within((ctx) =>
    ctx.db
      .update("cron_schedules")
      .set({ generation: 2 } as never)
      .where("key", "=", "once")
      .execute(),
  );
  await frontdesk.advance((due.getTime() - app.clock.now().getTime()) / 1000 + 60);
  assert.equal(noted.length, 0);
  await within(async (ctx) => ctx.enqueue(runCron, { key: "once", generation: 2 }));
  await frontdesk.settle();
  assert.deepEqual(
    noted.map((note) => note.label),
    ["noon"],
  );
  const rows = await app.database.read(workspace.id, (db) =>
    db.from("cron_schedules").select("next_run_at").where("key", "=", "once").execute(),
  );
  assert.deepEqual(rows, [{ next_run_at: new Date(due.getTime() + 86_400_000) }]);
  await within((ctx) => removeCron(ctx, "once"));
});
