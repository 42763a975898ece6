import assert from "node:assert/strict";
import { test } from "node:test";
import { nextAttempt, patienceMs } from "./retry-plan.ts";

const start = new Date("2026-03-02T09:00:00Z");
const giveUpAt = new Date(start.getTime() + patienceMs);
const middle = () => 0.5;

test("the waits grow threefold to eight hours, and the last attempt is made when the patience ends", () => {
  const waits: number[] = [];
  let now = start;
  for (let attempts = 1; ; attempts += 1) {
    const next = nextAttempt(now, attempts, giveUpAt, undefined, middle);
    if (!next) break;
    waits.push((next.getTime() - now.getTime()) / 1000);
    now = next;
  }
  assert.deepEqual(waits.slice(0, 9), [10, 30, 90, 270, 810, 2430, 7290, 21_870, 28_800]);
  assert.equal(now.getTime(), giveUpAt.getTime());
  assert.ok(waits.length < 25);
});

test("a receiver's wish is heeded in seconds or as a date, a day at most, never sooner than the plan", () => {
  const wait = (wish: string | undefined) =>
    ((nextAttempt(start, 1, giveUpAt, wish, middle)?.getTime() ?? 0) - start.getTime()) / 1000;
  assert.equal(wait("120"), 120);
  assert.equal(wait("Mon, 02 Mar 2026 10:00:00 GMT"), 3600);
  assert.equal(wait("1"), 10);
  assert.equal(wait("999999999"), 86_400);
  assert.equal(wait("soon"), 10);
  assert.equal(wait("Mon, 02 Mar 2020 10:00:00 GMT"), 10);
});

test("the wait is spread by a fifth either way", () => {
  const wait = (random: number) =>
    (nextAttempt(start, 1, giveUpAt, undefined, () => random)?.getTime() ?? 0) - start.getTime();
  assert.deepEqual([wait(0), wait(1)], [8_000, 12_000]);
});
