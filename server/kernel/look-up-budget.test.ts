import assert from "node:assert/strict";
import { test } from "node:test";
import { MovableClock } from "./clock.ts";
import { OperationError } from "./errors.ts";
import { LookUpBudget } from "./look-up-budget.ts";

const atOnce = 300;
const clock = () => new MovableClock({ frozenAt: new Date("2026-03-02T09:00:00Z"), offsetMs: 0 });

/** Looks up a secret that is good or not; answers whether it was looked up at all. */
async function lookUp(budget: LookUpBudget, address: string, secret: string, isGood: boolean) {
  let asked = false;
  try {
    const find = () => ((asked = true), Promise.resolve(isGood));
    assert.equal(await budget.spend(address, secret, find, (found) => found), isGood);
  } catch (error) {
    assert.ok(error instanceof OperationError && error.status === 429);
    assert.equal(Number(error.headers?.["retry-after"]) >= 1, true);
  }
  return asked;
}

async function exhausted(address: string): Promise<LookUpBudget> {
  const budget = new LookUpBudget(clock());
  for (let count = 0; count < atOnce; count += 1) {
    assert.equal(await lookUp(budget, address, `bad ${count}`, false), true);
  }
  return budget;
}

test("an address has so many in vain, with all of its network, and others their own", async () => {
  const budget = await exhausted("2001:db8:1:2::1");
  assert.equal(await lookUp(budget, "2001:db8:1:2::1", "bad", false), false);
  assert.equal(await lookUp(budget, "2001:db8:1:2::2", "bad", false), false, "the same network");
  assert.equal(await lookUp(budget, "2001:db8:1:3::1", "bad", false), true);
});

test("what is good costs nothing, and once known is looked up whoever else uses the address up", async () => {
  const budget = new LookUpBudget(clock());
  for (let count = 0; count < atOnce + 5; count += 1) {
    assert.equal(await lookUp(budget, "a", `good ${count}`, true), true);
  }
  for (let count = 0; count < atOnce; count += 1) await lookUp(budget, "a", `bad ${count}`, false);
  assert.equal(await lookUp(budget, "a", "good and new", true), false);
  assert.equal(await lookUp(budget, "a", "good 7", true), true);
  assert.equal(await lookUp(budget, "a", "good 7", true), true, "and again");
  assert.equal(
    await lookUp(budget, "a", "bad", false),
    false,
    "which gives nothing back that it did not take",
  );
});

test("what was good and is not any more counts again", async () => {
  const budget = new LookUpBudget(clock());
  await lookUp(budget, "a", "good", true);
  for (let count = 0; count < atOnce; count += 1) await lookUp(budget, "a", `bad ${count}`, false);
  assert.equal(await lookUp(budget, "a", "good", false), true, "revoked");
  assert.equal(await lookUp(budget, "a", "good", false), false);
});

test("of the good ones the last ten thousand are known", async () => {
  const budget = new LookUpBudget(clock());
  for (let count = 0; count <= 10_000; count += 1) await lookUp(budget, "a", `good ${count}`, true);
  for (let count = 0; count < atOnce; count += 1) await lookUp(budget, "a", `bad ${count}`, false);
  assert.equal(await lookUp(budget, "a", "good 0", true), false);
  assert.equal(await lookUp(budget, "a", "good 1", true), true);
  assert.equal(await lookUp(budget, "a", "good 10000", true), true);
});
