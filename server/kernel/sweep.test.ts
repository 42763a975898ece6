import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";
import { sweepOnce } from "./sweep.ts";

const frontdesk = await startHarness();

test("stored responses go after a day, and not before", async () => {
  const workspace = await frontdesk.workspace();
  const create = () =>
    workspace.call("POST", "/api/v1/contacts", { first_name: "Ida" }, { "idempotency-key": "one" });
  await create();
  const kept = () =>
    frontdesk.app.database.read(workspace.id, (db) => db.from("idempotency_keys").select("key").execute());
  await frontdesk.advance(23 * 3600);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.equal((await kept()).length, 1);
  await frontdesk.advance(2 * 3600);
  assert.ok((await sweepOnce(frontdesk.app, frontdesk.app.clock)) >= 1);
  assert.equal((await kept()).length, 0);
});
