import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurn } from "./turns.ts";
import type { TurnPlan, Turns } from "./turns.ts";

type Held = { item: string; release(): void; fail(): void };

/** A plan over a queue, whose items are worked on until the test lets them go. */
function heldPlan(queue: string[], options: { atOnce?: number; over?: () => boolean } = {}) {
  const held: Held[] = [];
  const plan: TurnPlan<string> = {
    atOnce: options.atOnce ?? 2,
    isOver: options.over ?? (() => false),
    claim: (limit) => Promise.resolve(queue.splice(0, limit)),
    work: (item) =>
      new Promise((resolve, reject) =>
        held.push({ item, release: () => resolve(queue.shift()), fail: () => reject(new Error(item)) }),
      ),
  };
  return { plan, held };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test("one has the turn; who comes meanwhile wakes it and goes, and what is new is begun at once", async () => {
  const turns: Turns = new Map();
  const queue = ["a"];
  const { plan, held } = heldPlan(queue);
  const first = takeTurn(turns, "endpoint", plan);
  await soon();
  queue.push("b", "c");
  assert.equal(await takeTurn(turns, "endpoint", plan), false);
  await soon();
  assert.deepEqual(
    held.map(({ item }) => item),
    ["a", "b"],
    "two at once, c waits",
  );
  held[0]?.release();
  await soon();
  assert.deepEqual(held.at(-1)?.item, "c");
  for (const one of held) one.release();
  assert.equal(await first, true);
  assert.equal(turns.size, 0);
});

test("another endpoint has a turn of its own", async () => {
  const turns: Turns = new Map();
  const [slow, quick] = [heldPlan(["slow"]), heldPlan(["quick"])];
  const one = takeTurn(turns, "slow", slow.plan);
  const other = takeTurn(turns, "quick", quick.plan);
  await soon();
  quick.held[0]?.release();
  assert.equal(await other, true);
  slow.held[0]?.release();
  assert.equal(await one, true);
});

test("a failure ends the turn after what is under way, and is told", async () => {
  const turns: Turns = new Map();
  const queue = ["a", "b"];
  const { plan, held } = heldPlan(queue);
  const turn = takeTurn(turns, "endpoint", plan);
  await soon();
  held[0]?.fail();
  queue.push("c");
  await takeTurn(turns, "endpoint", plan);
  await soon();
  held[1]?.release();
  await soon();
  held[2]?.release();
  await assert.rejects(turn, /a/);
  assert.equal(turns.size, 0);
});

test("a turn that is over takes up nothing more", async () => {
  const turns: Turns = new Map();
  const queue = ["a"];
  let over = false;
  const { plan, held } = heldPlan(queue, { over: () => over });
  const turn = takeTurn(turns, "endpoint", plan);
  await soon();
  over = true;
  queue.push("b");
  await takeTurn(turns, "endpoint", plan);
  await soon();
  assert.equal(held.length, 1);
  queue.length = 0;
  held[0]?.release();
  assert.equal(await turn, true);
});
