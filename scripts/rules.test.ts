import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { idsIn, ruleReport } from "./rules.ts";

const folder = await mkdtemp(join(tmpdir(), "rules-"));
after(() => rm(folder, { recursive: true }));
const script = join(import.meta.dirname, "rules.ts");

function run(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, out) =>
      resolve({ code: error ? Number(error.code) : 0, out }),
    );
  });
}

test("ids in names of tests count; those in comments and skipped tests do not", () => {
  const ids = idsIn(`
    // area.one#0 is only mentioned
    /* area.one#1 too */
    test("area.one#2 area.two#0 does what it says", () => {});
    test.skip("area.one#3 not now", () => {});
  `);
  assert.deepEqual(ids, ["area.one#2", "area.two#0"]);
});

test("rules of operations that exist must be named; those of others need not; a wrong number is told", () => {
  const contract = [
    { key: "area.one", rules: ["a", "b"] },
    { key: "area.absent", rules: ["c"] },
  ];
  const report = ruleReport(
    contract,
    new Set(["area.one"]),
    new Set(["area.one#0", "area.one#7", "other.x#1"]),
  );
  assert.deepEqual(report, {
    total: 2,
    proven: 1,
    uncovered: [{ id: "area.one#1", rule: "b" }],
    unknown: ["area.one#7"],
  });
});

test("the check fails on a rule without a test, passes without a contract, and says so", async () => {
  const file = join(folder, "operations.json");
  const rules = Array.from({ length: 50 }, (_, n) => `rule ${n}`);
  await writeFile(file, JSON.stringify([{ key: "workspace.list_meta_tools", rules }]));
  const failing = await run("--check", "--contract", file);
  assert.equal(failing.code, 1);
  assert.match(failing.out, /workspace\.list_meta_tools#49 {2}rule 49/);
  assert.match(failing.out, /2 of 50 rules/);
  assert.equal((await run("--contract", file)).code, 0, "without --check it only tells");
  const absent = await run("--check", "--contract", join(folder, "nothing.json"));
  assert.equal(absent.code, 0);
  assert.match(absent.out, /skipped: no contract here/);
});
