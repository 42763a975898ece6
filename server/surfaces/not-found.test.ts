import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness();

test("an unknown path answers 404 in the surface's own shape and names the route that was meant", async () => {
  const answer = await frontdesk.call("GET", "/api/v1/contcats");
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error.code, "NOT_FOUND");
  assert.equal(answer.body.error.fix, "Did you mean GET /api/v1/contacts?");
  const method = await frontdesk.call("PUT", "/api/v1/contacts/0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b");
  assert.match(method.body.error.fix, /\/api\/v1\/contacts\/:id/);
  const far = await frontdesk.call("GET", "/api/v1/quantum/entanglement/now");
  assert.match(far.body.error.fix, /docs/);
});

test("an unknown path outside the API answers a plain 404", async () => {
  const answer = await frontdesk.call("GET", "/nothing-here");
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error.code, "NOT_FOUND");
});

test("security headers are on every answer", async () => {
  const answer = await frontdesk.call("GET", "/healthz");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.match(String(answer.headers["content-security-policy"]), /frame-ancestors 'none'/);
});

test("what an operation answers is kept by nothing on the way", async () => {
  const workspace = await frontdesk.workspace();
  for (const path of ["/api/v1/contacts", "/api/v1/company"]) {
    assert.equal((await workspace.call("GET", path)).headers["cache-control"], "no-store", path);
  }
});
