import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";
import { CrmSettingsRecord } from "./crm-settings-record.ts";
import { formCompletionRecipients } from "./form-recipients.ts";

const frontdesk = await startHarness();
const path = "/api/v1/company/crm-settings";
const palette = "/api/v1/company/settings/tag-palette";

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
const patch = (workspace: TestWorkspace, body: unknown) => workspace.call("PATCH", path, body);
const settings = async (workspace: TestWorkspace) => (await workspace.call("GET", path)).body.data;

async function activeNumber(workspace: TestWorkspace, e164: string, status = "ACTIVE"): Promise<void> {
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`insert into phone_numbers (workspace_id, id, e164, status, is_default, created_at, updated_at)
      values (${workspace.id}, gen_random_uuid(), ${e164}, ${status}, true, ${now}, ${now})`),
  );
}

test("workspace.get_crm_settings#0 a new workspace has every setting; the short path answers the same", async () => {
  const workspace = await frontdesk.workspace();
  const { status, body } = await workspace.call("GET", path);
  assert.equal(status, 200);
  assert.deepEqual(body.data, {
    opportunity_type_options: [],
    account_type_options: [],
    contact_type_options: [],
    transcript_types: [],
    transcript_sources: [],
    custom_fields_title: "Additional Information",
    accounts_enabled: true,
    contacts_enabled: true,
    enable_work_orders: true,
    lead_sources: [],
    lost_reasons: [],
    won_reasons: [],
    referral_categories: [],
    form_completion_notify_emails: [],
    automation_error_notify_emails: [],
    automation_error_notify_phones: [],
    custom_fields: { deal: [], account: [], contact: [] },
    needs_analysis_config: { questions: [] },
    quick_links: [],
  });
  assert.deepEqual((await workspace.call("GET", "/api/v1/crm-settings")).body.data, body.data);
});

test("workspace.update_crm_settings#0 workspace.update_crm_settings#17 workspace.update_crm_settings#18 every setting is kept, and only what is sent changes", async () => {
  const workspace = await frontdesk.workspace();
  const lists = [
    "opportunity_type_options",
    "account_type_options",
    "contact_type_options",
    "transcript_types",
    "transcript_sources",
    "lead_sources",
    "lost_reasons",
    "won_reasons",
    "referral_categories",
  ];
  const written: Record<string, unknown> = {
    custom_fields_title: "More",
    accounts_enabled: false,
    contacts_enabled: false,
    enable_work_orders: false,
    ...Object.fromEntries(lists.map((name) => [name, [name, "Other"]])),
  };
  const answer = await patch(workspace, written);
  assert.equal(answer.status, 200, answer.text);
  await patch(workspace, { lost_reasons: ["Price"] });
  const now = await settings(workspace);
  for (const [name, value] of Object.entries({ ...written, lost_reasons: ["Price"] })) {
    assert.deepEqual(now[name], value, name);
  }
  assert.equal((await settings(await frontdesk.workspace())).custom_fields_title, "Additional Information");
});

test("workspace.update_crm_settings#0 option lists are tidied; what does not fit is refused by field", async () => {
  const workspace = await frontdesk.workspace();
  await patch(workspace, { lead_sources: [" Web ", "Web", "Radio"] });
  assert.deepEqual((await settings(workspace)).lead_sources, ["Web", "Radio"]);
  for (const [field, body] of Object.entries({
    "lead_sources.1": { lead_sources: ["Web", "  "] },
    won_reasons: { won_reasons: "price" },
    no_such_setting: { no_such_setting: true },
    accounts_enabled: { accounts_enabled: "yes" },
  })) {
    const refused = await patch(workspace, body);
    assert.equal(refused.status, 400, refused.text);
    assert.equal(fieldOf(refused), field);
  }
});

test("workspace.update_crm_settings#0 changes of different settings at once are all kept, and recorded", async () => {
  const workspace = await frontdesk.workspace();
  const fields = [{ id: "size", label: "Size", type: "text" }];
  await Promise.all([
    patch(workspace, { won_reasons: ["Price"] }),
    patch(workspace, { lost_reasons: ["Slow"] }),
    patch(workspace, { custom_fields: { deal: fields } }),
    patch(workspace, { custom_fields: { contact: fields } }),
    workspace.call("PATCH", palette, [{ name: "VIP", color: "#fff" }]),
    workspace.call("PATCH", "/api/v1/company", { industry: "Gas" }),
  ]);
  const now = await settings(workspace);
  assert.deepEqual([now.won_reasons, now.lost_reasons], [["Price"], ["Slow"]]);
  assert.equal(now.custom_fields.deal[0].id, "size");
  assert.equal(now.custom_fields.contact[0].id, "size");
  assert.equal((await workspace.call("GET", palette)).body.data.length, 1);
  assert.equal((await workspace.call("GET", "/api/v1/company")).body.data.industry, "Gas");
  const [entry] = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("audit_entries")
      .selectAll()
      .where("noun", "=", "crm_settings")
      .where(sql<boolean>`changes ? 'won_reasons'`)
      .execute(),
  );
  assert.deepEqual(entry?.changes["won_reasons"], { from: [], to: ["Price"] });
});

test("workspace.update_crm_settings#1 whoever is mailed has a valid address", async () => {
  const workspace = await frontdesk.workspace();
  for (const name of ["automation_error_notify_emails", "form_completion_notify_emails"]) {
    for (const wrong of ["nobody", "a@b", "a b@example.com", ""]) {
      const refused = await patch(workspace, { [name]: ["ok@example.com", wrong] });
      assert.equal(refused.status, 400, wrong);
      assert.match(fieldOf(refused), new RegExp(`^${name}`));
    }
    await patch(workspace, { [name]: ["ok@example.com"] });
    assert.deepEqual((await settings(workspace))[name], ["ok@example.com"]);
  }
});

test("workspace.update_crm_settings#2 whoever is texted has a number in E.164, and there is an active number to text from", async () => {
  const workspace = await frontdesk.workspace({ country: "AU" });
  const name = "automation_error_notify_phones";
  const without = await patch(workspace, { [name]: ["+61431377068"] });
  assert.equal(without.status, 400);
  assert.equal(fieldOf(without), name);
  assert.match(without.text, /active phone number/);
  assert.equal((await patch(workspace, { [name]: [] })).status, 200);
  await activeNumber(workspace, "+61255500001", "PENDING_ACTIVATION");
  assert.equal((await patch(workspace, { [name]: ["+61431377068"] })).status, 400, "pending is not active");
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.update("phone_numbers").set({ status: "ACTIVE" }).execute(),
  );
  assert.equal((await patch(workspace, { [name]: ["+61431377068"] })).status, 200);
  for (const wrong of ["0431377068", "61431377068", "+61 431 377 068", "+6143", "phone"]) {
    const refused = await patch(workspace, { [name]: [wrong] });
    assert.equal(refused.status, 400, wrong);
    assert.equal(fieldOf(refused), name);
  }
  assert.deepEqual((await settings(workspace))[name], ["+61431377068"]);
});

test("workspace.update_crm_settings#11 the workspace's list is told of completed forms; while it is empty, the sender is", async () => {
  const workspace = await frontdesk.workspace();
  assert.deepEqual(formCompletionRecipients(await settings(workspace), "sender@example.com"), [
    "sender@example.com",
  ]);
  assert.deepEqual(formCompletionRecipients(await settings(workspace), null), []);
  await patch(workspace, { form_completion_notify_emails: ["office@example.com"] });
  assert.deepEqual(formCompletionRecipients(await settings(workspace), "sender@example.com"), [
    "office@example.com",
  ]);
  await patch(workspace, { form_completion_notify_emails: [] });
  assert.deepEqual(formCompletionRecipients(await settings(workspace), "sender@example.com"), [
    "sender@example.com",
  ]);
});

test("workspace.get_tag_palette#0 workspace.set_tag_palette#0 the palette is replaced by a list, bare or under tags", async () => {
  const workspace = await frontdesk.workspace();
  const vip = { name: "VIP", color: "#ef4444" };
  const hot = { name: "Hot", color: "#00f" };
  assert.deepEqual((await workspace.call("GET", palette)).body.data, []);
  const bare = await workspace.call("PATCH", palette, [vip, hot]);
  assert.equal(bare.status, 200, bare.text);
  assert.deepEqual(bare.body.data, [vip, hot]);
  assert.deepEqual((await workspace.call("GET", palette)).body.data, [vip, hot]);
  const settings = (await workspace.call("GET", "/api/v1/company/crm-settings")).body.data;
  assert.deepEqual(
    Object.keys(settings).toSorted(),
    Object.keys(CrmSettingsRecord.properties).toSorted(),
    "the palette is no setting, and every setting is documented",
  );
  assert.deepEqual((await workspace.call("PATCH", palette, { tags: [hot] })).body.data, [hot]);
  assert.deepEqual((await workspace.call("GET", palette)).body.data, [hot]);
  assert.deepEqual((await workspace.call("PATCH", palette, [])).body.data, []);
});

test("workspace.set_tag_palette#1 of two tags with one name the later stays", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await workspace.call("PATCH", palette, [
    { name: "VIP", color: "#111111" },
    { name: "Hot", color: "#222222" },
    { name: " vip ", color: "#333333" },
  ]);
  assert.deepEqual(answer.body.data, [
    { name: "Hot", color: "#222222" },
    { name: "vip", color: "#333333" },
  ]);
});

test("workspace.set_tag_palette#2 a tag has a name and a colour in hex", async () => {
  const workspace = await frontdesk.workspace();
  for (const wrong of [
    { name: "VIP" },
    { color: "#fff" },
    { name: "", color: "#fff" },
    { name: "  ", color: "#fff" },
    { name: "VIP", color: "red" },
    { name: "VIP", color: "#ff" },
    { name: "VIP", color: "#gggggg" },
  ]) {
    const refused = await workspace.call("PATCH", palette, [wrong]);
    assert.equal(refused.status, 400, JSON.stringify(wrong));
    assert.match(fieldOf(refused), /^tags\.0\.(name|color)$/);
  }
  assert.equal((await workspace.call("PATCH", palette, { tags: "VIP" })).status, 400);
});
