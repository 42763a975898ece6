import assert from "node:assert/strict";
import { test } from "node:test";
import { MovableClock } from "./clock.ts";
import { RateLimit } from "./rate-limit.ts";

const start = new Date("2026-03-02T09:00:00Z");

function limited(perSecond: number, burst: number) {
  const clock = new MovableClock({ frozenAt: start, offsetMs: 0 });
  const limit = new RateLimit(clock, perSecond, burst);
  const at = (seconds: number) =>
    clock.apply({ frozenAt: new Date(start.getTime() + seconds * 1000), offsetMs: 0 });
  /** How many calls in a row may come, up to a hundred. */
  const passing = (id: string, rate?: number) => {
    let count = 0;
    while (count < 100 && limit.take(id, rate) === undefined) count += 1;
    return count;
  };
  return { limit, at, passing };
}

test("what was used up comes back with time, a part of a call as well, and never more than a burst", () => {
  const { limit, at, passing } = limited(2, 4);
  assert.equal(passing("a"), 4);
  at(0.25);
  assert.equal(limit.take("a"), 1, "half a call");
  at(0.5);
  assert.equal(passing("a"), 1);
  at(1.5);
  assert.equal(passing("a"), 2);
  at(1000);
  assert.equal(passing("a"), 4);
});

test("the wait is as long as the next call takes to come back, and a second at least", () => {
  const slow = limited(0.1, 1);
  assert.equal(slow.limit.take("a"), undefined);
  assert.equal(slow.limit.take("a"), 10);
  slow.at(3.5);
  assert.equal(slow.limit.take("a"), 7);
  slow.at(9);
  assert.equal(slow.limit.take("a"), 1);
  slow.at(10);
  assert.equal(slow.limit.take("a"), undefined);
});

test("a rate of its own is also the burst, of one call at least", () => {
  const { passing } = limited(50, 60);
  assert.equal(passing("three", 3), 3);
  assert.equal(passing("half", 0.5), 1);
  assert.equal(passing("none", 0), 60);
  assert.equal(passing("others"), 60);
});

test("what is given back may be used once, and a full bucket takes none", () => {
  const { limit, passing } = limited(1, 3);
  assert.equal(passing("a"), 3);
  limit.giveBack("a");
  assert.equal(passing("a"), 1);
  for (let count = 0; count < 9; count += 1) limit.giveBack("a");
  assert.equal(passing("a"), 3);
});

test("fifty thousand are remembered; of more, the one not asked for longest starts afresh", () => {
  const { limit, passing } = limited(1, 2);
  assert.deepEqual([passing("first"), passing("second")], [2, 2]);
  for (let stranger = 2; stranger < 50_000; stranger += 1) limit.take(String(stranger));
  assert.equal(passing("first"), 0, "with itself the fifty thousandth");
  limit.take("one more");
  assert.equal(passing("first"), 0);
  assert.equal(passing("second"), 2, "forgotten");
});
