import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../generated-file.ts";
import { wasRun } from "./covered-lines.ts";
import { nearestTests, readImports } from "./nearest-tests.ts";
import { baselineOf, failureIn } from "./try-change.ts";

const graph = await readImports(root);

test("the test of the same name comes first, then what imports the source, then the neighbours, then all others", () => {
  assert.equal(nearestTests(graph, "server/kernel/idempotency.ts")[0], "server/kernel/idempotency.test.ts");
  const tests = nearestTests(graph, "server/modules/workspace/approvals/approvals.store.ts");
  assert.equal(tests[0], "server/modules/workspace/approvals/approvals.test.ts");
  assert.deepEqual([...tests].sort(), [...graph.tests].sort());
  const far = tests.indexOf("server/modules/calendar/slots/slots.test.ts");
  const generated = tests.findIndex((test) => test.startsWith("server/testing/generated/"));
  assert.ok(generated > 0 && generated < far);
});

test("a test is known by the places it runs", async () => {
  const { failure, coverage } = await baselineOf("scripts/mutants/changes.test.ts", {
    root,
    timeoutMs: 60_000,
  });
  assert.equal(failure, undefined);
  const source = await readFile(join(root, "scripts/mutants/changes.ts"), "utf8");
  assert.equal(
    wasRun(coverage.get("scripts/mutants/changes.ts"), source.indexOf("return found.sort(")),
    true,
  );
  assert.equal(wasRun(coverage.get("scripts/mutants/nearest-tests.ts"), 0), false);
});

test("what is inside a function that ran may not have run, in one process or in all", () => {
  const one = [
    [0, 100, true],
    [10, 50, false],
    [20, 30, true],
  ] as const;
  assert.deepEqual(
    [5, 15, 25, 60, 100].map((place) => wasRun([one], place)),
    [true, false, true, true, false],
  );
  assert.equal(wasRun([one, [[0, 20, true]]], 15), true);
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
