/** What a role may do, for every operation there is: nothing lists operations here either. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { AnyOperation } from "../../kernel/operation.ts";
import { nameOf, pathParameters } from "../../kernel/registry.ts";
import { administratorScopes } from "../../scopes.ts";
import { browse, joined } from "../../modules/workspace/members/test-people.ts";
import { startHarness } from "../harness.ts";
import type { Answer } from "../harness.ts";
import { authOf } from "./requests.ts";

const frontdesk = await startHarness();
const workspace = await frontdesk.workspace();
const [viewer, editor, admin] = [
  await joined(frontdesk, workspace, "client_viewer"),
  await joined(frontdesk, workspace, "client_editor"),
  await joined(frontdesk, workspace, "client_admin"),
];
const operations = frontdesk.app.registry.operations.filter(
  (one) => one.route && authOf(one) === "workspace-key",
);

// Nothing of it has to fit: who may call is decided before what they send is looked at.
function callAs({ cookie }: { cookie: string }, operation: AnyOperation): Promise<Answer> {
  const [method = "GET", path = "/"] = operation.route?.split(" ") ?? [];
  const filled = pathParameters(path).reduce((at, name) => at.replace(`:${name}`, randomUUID()), path);
  const { field } = operation.selects ?? {};
  const body = method === "GET" || method === "DELETE" ? undefined : field ? { [field]: "x" } : {};
  return browse(frontdesk, cookie, method, `${operation.surface.bases[0]}${filled}`, body);
}

function isAdministrative(operation: AnyOperation): boolean {
  return operation.scopes.some((scope) => administratorScopes.has(scope));
}

test("there is something to prove", () => {
  assert.ok(operations.filter((one) => one.effect !== "read").length > 10);
  assert.ok(operations.filter(isAdministrative).length > 3);
});

for (const operation of operations) {
  if (operation.effect !== "read") {
    test(`${nameOf(operation)} is not for a viewer`, async () => {
      const answer = await callAs(viewer, operation);
      assert.equal(answer.status, 403, answer.text);
    });
  }
  if (isAdministrative(operation)) {
    test(`${nameOf(operation)} is for administrators`, async () => {
      assert.equal((await callAs(editor, operation)).status, 403);
      assert.equal((await callAs(viewer, operation)).status, 403);
      const answer = await callAs(admin, operation);
      assert.ok(![401, 403].includes(answer.status), answer.text);
    });
  } else {
    test(`${nameOf(operation)} lets in an editor`, async () => {
      const answer = await callAs(editor, operation);
      assert.ok(![401, 403].includes(answer.status), answer.text);
      assert.ok(answer.status < 500, answer.text);
    });
  }
}
