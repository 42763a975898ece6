/** Default rules, through the doors deals really come by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/opportunities";

const rule = (status: string, value: string) => ({
  conditions: [{ field_id: "status", operator: "is", value: status }],
  action: { type: "constant", value },
});

test("workspace.update_crm_settings#6 workspace.update_crm_settings#8 creating, changing, closing and importing deals all set off their rules", async () => {
  const workspace = await frontdesk.workspace();
  const settings = await workspace.call("PATCH", "/api/v1/company/crm-settings", {
    custom_fields: {
      deal: [
        {
          id: "chase",
          label: "Chase",
          type: "text",
          conditional_logic: { default_rules: [rule("open", "weekly"), rule("lost", "never")] },
        },
      ],
    },
  });
  assert.equal(settings.status, 200, settings.text);
  const chase = async (id: string) => (await workspace.call("GET", `${path}/${id}`)).body.data.metadata.chase;
  const made = await workspace.call("POST", path, { name: "Roof" });
  assert.equal(made.status, 201, made.text);
  assert.equal(await chase(made.body.data.id), "weekly", "a create without metadata");
  const bulk = await workspace.call("POST", `${path}/bulk-create`, {
    records: [{ name: "A" }, { name: "B", metadata: { chase: "mine" } }],
  });
  const [a, b] = bulk.body.data.created as { id: string }[];
  assert.ok(a && b, bulk.text);
  assert.deepEqual([await chase(a.id), await chase(b.id)], ["weekly", "mine"]);
  for (const id of [a.id, b.id]) {
    const lost = await workspace.call("PATCH", `${path}/${id}`, { status: "lost" });
    assert.equal(lost.status, 200, lost.text);
  }
  assert.deepEqual([await chase(a.id), await chase(b.id)], ["never", "mine"]);
  await workspace.call("PATCH", `${path}/${a.id}`, { status: "open" });
  assert.equal(await chase(a.id), "weekly");
});
