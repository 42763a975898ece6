import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../harness.ts";
import { fuzzProgram } from "./fuzz-program.ts";

const frontdesk = await startHarness();
const requests = Number(process.env["FUZZ_REQUESTS"] ?? 1500);
const seed = Number(process.env["FUZZ_SEED"] ?? 20_260_302);

test("no input, fitting or broken, gets a 5xx, no answer, or an answer the document does not describe", async (t) => {
  const report = await fuzzProgram(frontdesk, { requests, seed });
  const succeeded = [...report.byStatus].reduce((sum, [status, n]) => sum + (status < 300 ? n : 0), 0);
  t.diagnostic(
    `${report.requests} requests, ${succeeded} carried out, ${report.findings.length} findings, seed ${seed}; by status: ${[...report.byStatus].map((one) => one.join("×")).join(", ")}; never carried out: ${report.untouched.join(", ")}`,
  );
  assert.deepEqual(
    report.findings.map((one) => `${one.operation}: ${one.what}\n  ${one.request}`),
    [],
  );
  assert.equal(report.requests, requests);
  assert.ok(succeeded > requests / 4, "a good part of the requests was carried out");
});
