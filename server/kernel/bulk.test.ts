import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";
import { bulkMost } from "./bulk.ts";

const frontdesk = await startHarness({ work: false });

test("a hundred ids are taken in one call, and one more is refused with the limit", async () => {
  const workspace = await frontdesk.workspace();
  const path = "/api/v1/contacts/bulk-delete";
  const ids = Array.from({ length: bulkMost }, () => randomUUID());
  const most = await workspace.call("POST", path, { ids });
  assert.equal(most.status, 200, most.text);
  const over = await workspace.call("POST", path, { ids: [...ids, randomUUID()] });
  assert.equal(over.status, 400);
  const { message, fix } = over.body.error;
  assert.match(`${message} ${fix}`, /ids.*100\b/);
  assert.equal((await workspace.call("POST", path, { ids: [] })).status, 400);
});
