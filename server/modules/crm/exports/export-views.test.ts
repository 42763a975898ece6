import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { createTemplate, refused, root, templates } from "./exported.ts";

const frontdesk = await startHarness();

test("workspace.create_export_view#0 workspace.create_export_view#1 workspace.create_export_view#2 workspace.list_export_views workspace.update_export_view workspace.delete_export_view a view is its owner's alone", async () => {
  const workspace = await frontdesk.workspace();
  const name = root("first_name");
  const made = await createTemplate(workspace, { root_entity: "contact", columns: [name] });
  const views = `${templates}/${made.id}/views`;
  refused(await workspace.call("POST", views, {}), /name/);
  refused(
    await workspace.call("POST", views, { name: "x", filters: [{ field: "nope", op: "eq", value: 1 }] }),
    /filters.0.field/,
  );
  refused(
    await workspace.call("POST", views, { name: "x", sort: [{ column_id: randomUUID() }] }),
    /sort.0.column_id/,
  );
  const view = (
    await workspace.call("POST", views, { name: "Mine", sort: [{ column_id: name.id, direction: "desc" }] })
  ).body.data;
  assert.equal(view.filters, null);
  assert.deepEqual(
    (await workspace.call("GET", `${templates}/${made.id}`)).body.data,
    made,
    "the template is as it was",
  );
  const changed = (await workspace.call("PATCH", `${views}/${view.id}`, { name: "Ours", filters: [] })).body
    .data;
  assert.deepEqual([changed.name, changed.filters, changed.sort], ["Ours", [], view.sort]);
  assert.deepEqual((await workspace.call("GET", views)).body.data, [changed]);
  const key = await workspace.keyWith(["exports:read", "exports:write", "exports:delete", "contacts:read"]);
  const other = (method: string, path: string, body?: object) =>
    frontdesk.call(method, path, { key, ...(body ? { body } : {}) });
  assert.deepEqual((await other("GET", views)).body.data, []);
  assert.equal((await other("PATCH", `${views}/${view.id}`, { name: "Theirs" })).status, 404);
  assert.equal((await other("POST", `${templates}/${made.id}/preview`, { view_id: view.id })).status, 404);
  assert.equal((await other("DELETE", `${views}/${view.id}`)).status, 404);
  assert.equal((await workspace.call("DELETE", `${views}/${view.id}`)).status, 204);
  assert.deepEqual((await workspace.call("GET", views)).body.data, []);
});

test("two keys of one member share that member's views", async () => {
  const workspace = await frontdesk.workspace();
  const made = await createTemplate(workspace, { root_entity: "contact", columns: [root("email")] });
  const views = `${templates}/${made.id}/views`;
  const keys = [
    await workspace.keyWith(["exports:read", "exports:write"]),
    await workspace.keyWith(["exports:read"]),
  ];
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.update("api_keys").set({ created_by: workspace.adminId }).execute(),
  );
  const created = await frontdesk.call("POST", views, { key: keys[0] ?? "", body: { name: "Mine" } });
  assert.equal(created.body.data.user_id, workspace.adminId);
  const seen = await frontdesk.call("GET", views, { key: keys[1] ?? "" });
  assert.equal(seen.body.data.length, 1);
});
