import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../generated-file.ts";
import { nearestTests, readImports } from "./nearest-tests.ts";
import { failureIn } from "./try-change.ts";

const graph = await readImports(root);

test("the test of the same name comes first, then what imports the source, then the neighbours", () => {
  const [first] = nearestTests(graph, "server/kernel/idempotency.ts");
  assert.equal(first[0], "server/kernel/idempotency.test.ts");
  const [beside, wider] = nearestTests(graph, "server/modules/workspace/approvals/approvals.store.ts");
  assert.equal(beside[0], "server/modules/workspace/approvals/approvals.test.ts");
  assert.ok(wider.length > 0);
  assert.ok(wider.every((file) => !beside.includes(file)));
});

test("a change is seen by the test that has to do with it, and by that test alone", async () => {
  const options = { root, timeoutMs: 60_000 };
  const file = "scripts/mutants/changes.ts";
  const wrong = {
    file,
    text: 'export function changesIn() { return []; } export function changed() { return ""; }',
  };
  assert.match((await failureIn("scripts/mutants/changes.test.ts", wrong, options)) ?? "", /guard/);
  assert.equal(await failureIn("scripts/mutants/changes.test.ts", undefined, options), undefined);
  const elsewhere = { file, text: "export const nothing = 0;" };
  assert.equal(await failureIn("server/kernel/gate.test.ts", elsewhere, options), undefined);
});
