import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../harness.ts";
import { fuzzProgram } from "./fuzz-program.ts";

const frontdesk = await startHarness();
const requests = Number(process.env["FUZZ_REQUESTS"] ?? 1500);
const seed = Number(process.env["FUZZ_SEED"] ?? 20_260_302);

test("no input, fitting or broken, gets a 5xx, no answer, or an answer the document does not describe", async (t) => {
  const report = await fuzzProgram(frontdesk, { requests, seed });
  t.diagnostic(`${report.requests} requests, ${report.findings.length} findings, seed ${seed}`);
  assert.deepEqual(
    report.findings.map((one) => `${one.operation}: ${one.what}\n  ${one.request}`),
    [],
  );
  assert.ok(report.requests === requests && (report.byStatus.get(200) ?? 0) > requests / 10);
});
