import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness();

test("an unknown path answers 404 in the surface's own shape and names the route that was meant", async () => {
  const answer = await frontdesk.call("GET", "/api/v1/contcats");
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error.code, "NOT_FOUND");
  assert.equal(answer.body.error.fix, "Did you mean GET /api/v1/contacts?");
  const below = await frontdesk.call("POST", "/api/v1/contacts/bulk-creat");
  assert.equal(below.body.error.fix, "Did you mean POST /api/v1/contacts/bulk-create?");
  const far = await frontdesk.call("GET", "/api/v1/quantum/entanglement/now");
  assert.match(far.body.error.fix, /docs/);
});

test("a path that is there for other methods answers 405 and names them, on every surface", async () => {
  const id = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
  const cases: [string, string, string][] = [
    ["PUT", `/api/v1/contacts/${id}`, "DELETE, GET, HEAD, PATCH"],
    ["DELETE", "/api/v1/contacts?limit=1", "GET, HEAD, POST"],
    ["PUT", "/functions/v1/api/v1/deals", "GET, HEAD, POST"],
    ["GET", "/twilio/sms", "POST"],
    ["POST", "/healthz", "GET, HEAD"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
  ];
  for (const [method, path, allowed] of cases) {
    const answer = await frontdesk.call(method, path);
    assert.deepEqual([answer.status, answer.headers["allow"]], [405, allowed], `${method} ${path}`);
    assert.match(answer.body.error.message, new RegExp(method));
    const [first = ""] = allowed.split(", ");
    assert.match(answer.body.error.fix, new RegExp(`with .*${first}`));
  }
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
