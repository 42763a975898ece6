import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness({
  work: false,
  environment: { FRONTDESK_RATE_PER_SECOND: "1", FRONTDESK_RATE_BURST: "3" },
});

test("too many calls with a key are told when to come back, and are welcome then", async () => {
  const workspace = await frontdesk.workspace();
  const statuses: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await workspace.call("GET", "/api/v1/contacts")).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429]);
  const refused = await workspace.call("GET", "/api/v1/contacts");
  assert.equal(refused.body.error.code, "RATE_LIMITED");
  const wait = Number(refused.headers["retry-after"]);
  assert.ok(wait >= 1);
  const other = await frontdesk.workspace();
  assert.equal((await other.call("GET", "/api/v1/contacts")).status, 200);
  await frontdesk.advance(wait);
  assert.equal((await workspace.call("GET", "/api/v1/contacts")).status, 200);
});
