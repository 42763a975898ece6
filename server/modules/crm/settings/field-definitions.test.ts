import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/company/crm-settings";

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
const patch = (workspace: TestWorkspace, body: unknown) => workspace.call("PATCH", path, body);
const settings = async (workspace: TestWorkspace) => (await workspace.call("GET", path)).body.data;

const link = (icon: string, id = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b") => ({ id, label: "Files", icon });

test("workspace.update_crm_settings#4 workspace.update_crm_settings#12 definitions by entity, seven types, each with its switches", async () => {
  const workspace = await frontdesk.workspace();
  const types = ["text", "textarea", "number", "datetime", "checkbox", "dropdown", "url"];
  const deal = types.map((type) => ({
    id: `f_${type}`,
    label: type,
    type,
    ...(type === "dropdown" ? { options: ["A", "B"] } : {}),
  }));
  const full = {
    id: "budget",
    label: "Budget",
    type: "number",
    show_on_detail: false,
    show_in_table: true,
    required: true,
    fill_with_ai: true,
    hidden: true,
    conditional_logic: { visibility: { mode: "always" } },
  };
  assert.equal((await patch(workspace, { custom_fields: { deal, contact: [full] } })).status, 200);
  await patch(workspace, { custom_fields: { account: [{ id: "a", label: "A", type: "text" }] } });
  const { custom_fields: kept } = await settings(workspace);
  assert.deepEqual(kept.contact, [full]);
  assert.deepEqual(
    kept.deal.map((field: { type: string }) => field.type),
    types,
  );
  assert.deepEqual(kept.deal[5].options, ["A", "B"]);
  assert.deepEqual([kept.deal[0].show_on_detail, kept.deal[0].show_in_table], [true, false]);
  assert.equal(kept.account.length, 1);
});

test("workspace.update_crm_settings#4 workspace.update_crm_settings#12 a definition that cannot work is refused", async () => {
  const workspace = await frontdesk.workspace();
  const good = { id: "a", label: "A", type: "text" };
  const refused = async (field: object, at: string) => {
    const answer = await patch(workspace, { custom_fields: { deal: [good, field] } });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), `custom_fields.deal.1.${at}`);
  };
  await refused({ ...good, id: "b", type: "dropdown" }, "options");
  await refused({ ...good, id: "b", type: "dropdown", options: [] }, "options");
  await refused({ ...good, id: "b", type: "dropdown", options: ["x", "x"] }, "options");
  await refused({ ...good, id: "b", type: "colour" }, "type");
  await refused(good, "id");
  await refused({ ...good, id: "_rule_managed" }, "id");
  await refused({ ...good, id: "quick_links" }, "id");
  await refused({ ...good, id: "a195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b" }, "id");
  await refused({ ...good, id: "has space" }, "id");
  await refused({ id: "b", type: "text" }, "label");
  await refused({ label: "B", type: "text" }, "id");
  await refused({ ...good, id: "b", colour: "red" }, "colour");
  const stray = await patch(workspace, { custom_fields: { deals: [] } });
  assert.equal(stray.status, 400);
  assert.equal(fieldOf(stray), "custom_fields.deals");
});

test("workspace.update_crm_settings#5 visibility names a mode and conditions on fields there are", async () => {
  const workspace = await frontdesk.workspace();
  const send = (visibility: unknown) =>
    patch(workspace, {
      custom_fields: {
        deal: [
          { id: "kind", label: "Kind", type: "text" },
          { id: "more", label: "More", type: "text", conditional_logic: { visibility } },
        ],
      },
    });
  for (const mode of ["always", "when", "never"]) assert.equal((await send({ mode })).status, 200, mode);
  for (const operator of ["is_set", "is_empty"]) {
    assert.equal((await send({ mode: "when", conditions: [{ field_id: "kind", operator }] })).status, 200);
  }
  for (const operator of ["is", "is_not"]) {
    const condition = { field_id: "status", operator, value: "won" };
    assert.equal((await send({ mode: "when", conditions: [condition] })).status, 200);
    assert.equal((await send({ mode: "when", conditions: [{ field_id: "kind", operator }] })).status, 400);
  }
  assert.equal((await send({ mode: "sometimes" })).status, 400);
  const unknown = await send({ mode: "when", conditions: [{ field_id: "nobody", operator: "is_set" }] });
  assert.equal(unknown.status, 400);
  assert.equal(fieldOf(unknown), "custom_fields.deal.1.conditional_logic.visibility.conditions.0.field_id");
  const odd = await send({
    mode: "when",
    conditions: [{ field_id: "kind", operator: "contains", value: "x" }],
  });
  assert.equal(odd.status, 400);
});

test("workspace.update_crm_settings#7 a rule's action must be one its field can take", async () => {
  const workspace = await frontdesk.workspace();
  const send = (type: string, action: object, entity = "deal") =>
    patch(workspace, {
      custom_fields: {
        [entity]: [
          { id: "start", label: "Start", type: "datetime" },
          {
            id: "f",
            label: "F",
            type,
            ...(type === "dropdown" ? { options: ["A"] } : {}),
            conditional_logic: { default_rules: [{ conditions: [], action }] },
          },
        ],
      },
    });
  const plus = { amount: 1, unit: "days" };
  for (const unit of ["days", "weeks", "months"]) {
    const action = { type: "today_plus", amount: 1, unit, skip_saturday: true, skip_sunday: true };
    assert.equal((await send("datetime", action)).status, 200);
  }
  const from = (source_field_id: string) => ({ type: "field_plus", source_field_id, ...plus });
  assert.equal((await send("datetime", from("start"))).status, 200);
  assert.equal((await send("datetime", from("expected_close_date"))).status, 200);
  assert.equal((await send("number", { type: "constant", value: 3 })).status, 200);
  for (const [type, action, at] of [
    ["number", { type: "today_plus", ...plus }, "type"],
    ["datetime", from("f2"), "source_field_id"],
    ["datetime", from("name"), "source_field_id"],
    ["number", { type: "constant", value: "three" }, "value"],
    ["dropdown", { type: "constant", value: "B" }, "value"],
  ] as const) {
    const refused = await send(type, action);
    assert.equal(refused.status, 400, refused.text);
    assert.match(fieldOf(refused), new RegExp(`default_rules\\.0\\.action\\.${at}$`));
  }
  for (const action of [
    { type: "today_plus", amount: 1.5, unit: "days" },
    { type: "today_plus", amount: 1, unit: "years" },
    { type: "constant" },
    { type: "shell", value: "rm" },
  ]) {
    assert.equal((await send("datetime", action)).status, 400, JSON.stringify(action));
  }
  assert.equal((await send("datetime", { type: "today_plus", ...plus }, "contact")).status, 400);
});

test("workspace.update_crm_settings#9 workspace.update_crm_settings#15 quick link types have ids of the caller's, and an icon that exists", async () => {
  const workspace = await frontdesk.workspace();
  for (const icon of ["link", "google-drive", "dropbox", "notion", "slack", "docs", "folder"]) {
    assert.equal((await patch(workspace, { quick_links: [link(icon)] })).status, 200, icon);
  }
  assert.deepEqual((await settings(workspace)).quick_links, [link("folder")]);
  for (const wrong of [
    [link("rocket")],
    [{ ...link("link"), id: "files" }],
    [link("link"), link("docs")],
    [{ id: link("link").id, icon: "link" }],
  ]) {
    assert.equal((await patch(workspace, { quick_links: wrong })).status, 400, JSON.stringify(wrong));
  }
  assert.deepEqual((await settings(workspace)).quick_links, [link("folder")], "nothing of it was kept");
  await patch(workspace, { quick_links: [] });
  assert.deepEqual((await settings(workspace)).quick_links, []);
});

test("workspace.update_crm_settings#10 questions are replaced, and cleared by an empty list", async () => {
  const workspace = await frontdesk.workspace();
  const question = {
    key: "budget",
    label: "What is the budget?",
    type: "number",
    show_on_detail: true,
    show_in_table: false,
    ai_fill: true,
  };
  await patch(workspace, { needs_analysis_config: { questions: [question] } });
  assert.deepEqual((await settings(workspace)).needs_analysis_config, { questions: [question] });
  assert.equal((await patch(workspace, { needs_analysis_config: {} })).status, 400);
  const twice = await patch(workspace, { needs_analysis_config: { questions: [question, question] } });
  assert.equal(twice.status, 400);
  await patch(workspace, { needs_analysis_config: { questions: [] } });
  assert.deepEqual((await settings(workspace)).needs_analysis_config, { questions: [] });
});
