import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/crm-templates";
const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

const content = {
  custom_fields: {
    deal: [{ id: "roof", label: "Roof", type: "dropdown", options: ["Tile", "Metal"] }],
    contact: [{ id: "gate_code", label: "Gate code", type: "text" }],
  },
  pipelines: [
    { name: "Jobs", color: "#00f", stages: [{ name: "Enquiry" }, { name: "Quoted" }, { name: "Booked" }] },
    { name: "Warranty", stages: [] },
  ],
  tags: [{ name: "Urgent", color: "#ef4444" }],
  quick_links: [{ id: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b", label: "Drive", icon: "folder" }],
  lead_sources: ["Web", "Radio"],
  lost_reasons: ["Price"],
  won_reasons: ["Service"],
  opportunity_type_options: ["New"],
  account_type_options: ["Client"],
  contact_type_options: ["Owner"],
  referral_categories: ["Neighbour"],
};

async function make(workspace: TestWorkspace, body: object): Promise<string> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

const apply = (workspace: TestWorkspace, id: string) => workspace.call("POST", `${path}/${id}/apply`);

const inDatabase = <T extends object>(workspace: TestWorkspace, statement: ReturnType<typeof sql<T>>) =>
  frontdesk.app.database.read(workspace.id, (db) => db.raw(statement));

const stages = (workspace: TestWorkspace) =>
  inDatabase(
    workspace,
    sql<{ pipeline: string; name: string; position: number }>`
      select p.name as pipeline, s.name, s.position from pipeline_stages s
        join pipelines p on p.workspace_id = s.workspace_id and p.id = s.pipeline_id
       where s.workspace_id = ${workspace.id} order by p.position, s.position`,
  );

test("workspace.create_crm_template#0 a template needs a name; its content is kept as it was sent", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [{}, { name: "" }, { name: "  " }, { name: null }]) {
    const refused = await workspace.call("POST", path, body);
    assert.equal(refused.status, 400, JSON.stringify(body));
    assert.equal(fieldOf(refused), "name");
  }
  const bare = await workspace.call("POST", path, { name: " Roofing " });
  assert.equal(bare.status, 201);
  assert.deepEqual([bare.body.data.name, bare.body.data.content], ["Roofing", {}]);
  const id = await make(workspace, { name: "Full", description: "All of it", content });
  const read = (await workspace.call("GET", `${path}/${id}`)).body.data;
  assert.equal(read.description, "All of it");
  assert.deepEqual(read.content.pipelines, content.pipelines);
  assert.deepEqual(read.content.lead_sources, content.lead_sources);
});

test("templates are listed the newest first, changed in part, and deleted", async () => {
  const workspace = await frontdesk.workspace();
  const first = await make(workspace, { name: "First", content });
  const second = await make(workspace, { name: "Second" });
  const ids = (await workspace.call("GET", path)).body.data.map((row: { id: string }) => row.id);
  assert.deepEqual(ids, [second, first]);
  const renamed = await workspace.call("PATCH", `${path}/${first}`, { name: "Best" });
  assert.equal(renamed.status, 200);
  assert.deepEqual(
    [renamed.body.data.name, renamed.body.data.content.lost_reasons],
    ["Best", content.lost_reasons],
  );
  const replaced = await workspace.call("PATCH", `${path}/${first}`, { content: { won_reasons: ["Trust"] } });
  assert.deepEqual(replaced.body.data.content, { won_reasons: ["Trust"] });
  assert.equal((await workspace.call("DELETE", `${path}/${first}`)).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${first}`)).status, 404);
});

test("content that could not be set up is refused where it is wrong", async () => {
  const workspace = await frontdesk.workspace();
  const field = { id: "a", label: "A", type: "dropdown" };
  for (const [at, wrong] of Object.entries({
    "content.custom_fields.deal.0.options": { custom_fields: { deal: [field] } },
    "content.pipelines.1.name": {
      pipelines: [
        { name: "Jobs", stages: [] },
        { name: " jobs ", stages: [] },
      ],
    },
    "content.pipelines.0.stages.1.name": {
      pipelines: [{ name: "Jobs", stages: [{ name: "New" }, { name: "NEW" }] }],
    },
    "content.pipelines.0.stages": { pipelines: [{ name: "Jobs" }] },
    "content.tags.0.color": { tags: [{ name: "VIP", color: "red" }] },
    "content.stages": { stages: [] },
  })) {
    const refused = await workspace.call("POST", path, { name: "Wrong", content: wrong });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(fieldOf(refused), at);
  }
});

test("a template is applied to an empty workspace: all of it is added, and told", async () => {
  const workspace = await frontdesk.workspace();
  const id = await make(workspace, { name: "Full", content });
  const { status, body } = await apply(workspace, id);
  assert.equal(status, 200);
  const { added, template_id: told } = body.data;
  assert.equal(told, id);
  assert.deepEqual(added.custom_fields, { deal: ["roof"], account: [], contact: ["gate_code"] });
  assert.deepEqual(added.lead_sources, ["Web", "Radio"]);
  assert.deepEqual(added.tags, ["Urgent"]);
  assert.deepEqual(added.quick_links, [content.quick_links[0]?.id]);
  const names = (rows: { name: string }[]) => rows.map((row) => row.name);
  assert.deepEqual(names(added.pipelines), ["Jobs", "Warranty"]);
  assert.deepEqual(names(added.stages), ["Enquiry", "Quoted", "Booked"]);
  const settings = (await workspace.call("GET", "/api/v1/company/crm-settings")).body.data;
  for (const name of [
    "lost_reasons",
    "won_reasons",
    "account_type_options",
    "referral_categories",
  ] as const) {
    assert.deepEqual(settings[name], content[name]);
  }
  assert.equal(settings.custom_fields.deal[0].label, "Roof");
  assert.deepEqual(
    (await workspace.call("GET", "/api/v1/company/settings/tag-palette")).body.data,
    content.tags,
  );
  assert.deepEqual(await stages(workspace), [
    { pipeline: "Jobs", name: "Enquiry", position: 0 },
    { pipeline: "Jobs", name: "Quoted", position: 1 },
    { pipeline: "Jobs", name: "Booked", position: 2 },
  ]);
});

const nothing = {
  custom_fields: { deal: [], account: [], contact: [] },
  quick_links: [],
  tags: [],
  pipelines: [],
  stages: [],
  lead_sources: [],
  lost_reasons: [],
  won_reasons: [],
  opportunity_type_options: [],
  account_type_options: [],
  contact_type_options: [],
  referral_categories: [],
};

test("a template applied again adds nothing, and two at once add everything once", async () => {
  const workspace = await frontdesk.workspace();
  const id = await make(workspace, { name: "Full", content });
  const answers = await Promise.all([apply(workspace, id), apply(workspace, id), apply(workspace, id)]);
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.equal(answers.filter((answer) => answer.body.data.added.pipelines.length > 0).length, 1);
  assert.deepEqual((await apply(workspace, id)).body.data.added, nothing);
  assert.equal((await stages(workspace)).length, 3);
});

test("what is there stays: only what is lacking is added, behind it", async () => {
  const workspace = await frontdesk.workspace();
  const mine = { id: "roof", label: "My roof", type: "text" };
  await workspace.call("PATCH", "/api/v1/company/crm-settings", {
    custom_fields: { deal: [mine] },
    lead_sources: ["web"],
  });
  await workspace.call("PATCH", "/api/v1/company/settings/tag-palette", [{ name: "urgent", color: "#000" }]);
  const id = await make(workspace, { name: "Full", content });
  await apply(workspace, id);
  const longer = {
    pipelines: [{ name: "JOBS", stages: [{ name: "Paid" }, { name: "quoted" }] }],
    lead_sources: ["Radio", "TV"],
  };
  const { added } = (await apply(workspace, await make(workspace, { name: "More", content: longer }))).body
    .data;
  assert.deepEqual(added.lead_sources, ["TV"]);
  assert.deepEqual(added.pipelines, []);
  assert.equal(added.stages.length, 1);
  assert.deepEqual((await stages(workspace)).at(-1), { pipeline: "Jobs", name: "Paid", position: 3 });
  const settings = (await workspace.call("GET", "/api/v1/company/crm-settings")).body.data;
  assert.deepEqual(settings.lead_sources, ["web", "Radio", "TV"]);
  assert.equal(settings.custom_fields.deal.length, 1);
  assert.equal(settings.custom_fields.deal[0].label, "My roof");
  const palette = (await workspace.call("GET", "/api/v1/company/settings/tag-palette")).body.data;
  assert.deepEqual(palette, [{ name: "urgent", color: "#000" }]);
});

test("a template of another workspace cannot be applied, and applying needs both scopes", async () => {
  const [one, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const id = await make(one, { name: "Full", content });
  assert.equal((await apply(other, id)).status, 404);
  assert.deepEqual(await stages(other), []);
  for (const scope of ["crm-templates:write", "company:write"]) {
    const key = await one.keyWith([scope]);
    assert.equal((await frontdesk.call("POST", `${path}/${id}/apply`, { key })).status, 403);
  }
});
