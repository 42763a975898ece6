/** A sample of `npm run prove:attacks`, which also holds the figures to their bounds on a quiet machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { proveAttacks } from "./prove-attacks.ts";

test("what strangers send neither stops nor fills the house, and small keys open no more than they say", async () => {
  const databaseUrl = process.env["FRONTDESK_TEST_DATABASE_URL"];
  const outcomes = await proveAttacks({ full: false, ...(databaseUrl ? { databaseUrl } : {}) });
  const fallen = outcomes.filter((one) => !one.withstood);
  assert.deepEqual(fallen, []);
  // Others use this machine at the same time: what is looked for here is a stop, not a stumble.
  const stopped = outcomes.filter((one) => one.longestStallMs > 3000);
  assert.deepEqual(stopped, []);
});
