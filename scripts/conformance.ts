/**
 * Runs the capabilities' conformance tests against a running server, over HTTP as any agent would, and publishes what
 * came out on its /capabilities page:
 *
 *   node scripts/conformance.ts <base url> [--provider <id>] [--key fd_live_…] [--json]
 *
 * Key and provider default to FRONTDESK_API_KEY and to demo.json in FRONTDESK_DATA (./data). The bookings it makes are
 * cancelled again. Exits with 1 when a test failed, with 2 when it could not run.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { conformanceTests } from "./conformance-tests.ts";
import type { Outcome } from "./conformance-tests.ts";
import { openClient } from "./conformance-client.ts";
import type { ConformanceTarget } from "./conformance-client.ts";

/** Runs every test in order; a test that throws has failed, and the others still run. */
export async function runConformance(target: ConformanceTarget): Promise<Outcome[]> {
  const client = await openClient(target);
  const outcomes: Outcome[] = [];
  const tests = conformanceTests.filter((one) => !one.needsMailbox || client.canReadMail);
  for (const { capability, name, run } of tests) {
    client.beginTest();
    let detail: string | undefined;
    try {
      await run(client);
    } catch (error) {
      detail = (error as Error).message.slice(0, 500);
    }
    outcomes.push({
      capability,
      test: name,
      passed: detail === undefined,
      duration_ms: Math.round(client.measuredMs()),
      ...(detail === undefined ? {} : { detail }),
    });
  }
  await client.cleanUp();
  await client.publish(outcomes);
  return outcomes;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { provider: { type: "string" }, key: { type: "string" }, json: { type: "boolean" } },
  });
  const demo = await readDemo();
  const baseUrl = positionals[0] ?? demo["base_url"];
  const key = values.key ?? process.env["FRONTDESK_API_KEY"] ?? demo["api_key"];
  const providerId = values.provider ?? demo["provider_id"];
  if (!baseUrl || !key || !providerId) {
    throw new Error(
      "usage: npm run conformance -- <base url> --provider <id> --key fd_live_… (demo.json has them for the demo)",
    );
  }
  const outcomes = await runConformance({ baseUrl, key, providerId });
  const when = new Date().toISOString();
  if (values.json) {
    console.log(JSON.stringify({ provider: providerId, ran_at: when, runs: outcomes }, null, 2));
  } else {
    for (const one of outcomes) console.log(lineOf(one, providerId, when));
  }
  if (outcomes.some((one) => !one.passed)) process.exitCode = 1;
}

function lineOf(one: Outcome, provider: string, when: string): string {
  const result = one.passed ? "pass" : "FAIL";
  const detail = one.detail === undefined ? "" : `  ${one.detail}`;
  return `${result}  ${provider}  ${`${one.capability} ${one.test}`.padEnd(50)} ${String(one.duration_ms).padStart(5)} ms  ${when}${detail}`;
}

async function readDemo(): Promise<Record<string, string>> {
  const path = join(process.env["FRONTDESK_DATA"] ?? "./data", "demo.json");
  const text = await readFile(path, "utf8").catch(() => "{}");
  return JSON.parse(text) as Record<string, string>;
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
