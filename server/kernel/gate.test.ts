import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "./gate.ts";

test("a gate lets so many in at once, in the order they came, and survives failures", async () => {
  const gate = new Gate(2);
  const finish: (() => void)[] = [];
  const order: number[] = [];
  let inside = 0;
  let most = 0;
  const all = Array.from({ length: 6 }, (_, index) =>
    gate.pass(async () => {
      order.push(index);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise<void>((resolve) => finish.push(resolve));
      inside -= 1;
      if (index === 1) throw new Error("one fails");
    }),
  );
  const settled = Promise.allSettled(all);
  for (let round = 0; round < 6; round += 1) {
    finish.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const results = await settled;
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  assert.equal(results.filter((result) => result.status === "rejected").length, 1);
});
