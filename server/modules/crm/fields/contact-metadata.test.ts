import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/contacts";
const drive = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function define(workspace: TestWorkspace, contact: object[], more: object = {}): Promise<void> {
  const body = { custom_fields: { contact }, ...more };
  const answer = await workspace.call("PATCH", "/api/v1/company/crm-settings", body);
  assert.equal(answer.status, 200, answer.text);
}

const create = (workspace: TestWorkspace, metadata: object) =>
  workspace.call("POST", path, { first_name: "Ann", metadata });

const field = (type: string, more: object = {}) => ({ id: "f", label: "F", type, ...more });

const cases: Record<string, { definition: object; good: unknown[]; bad: unknown[] }> = {
  text: { definition: field("text"), good: ["a"], bad: [1, true, ["a"], {}, "x".repeat(2001)] },
  textarea: { definition: field("textarea"), good: ["a\nb", "x".repeat(2001)], bad: [1] },
  number: { definition: field("number"), good: [0, -1.5], bad: ["1", true, []] },
  datetime: {
    definition: field("datetime"),
    good: ["2026-04-01", "2026-04-01T09:30", "2026-04-01T09:30:00Z", "2026-04-01T09:30:00.5+10:00"],
    bad: ["tomorrow", "2026-02-30", "2026-13-01T00:00:00Z", "2026-04-01T25:00:00Z", 0],
  },
  checkbox: { definition: field("checkbox"), good: [true, false], bad: ["true", 1] },
  dropdown: { definition: field("dropdown", { options: ["A", "B"] }), good: ["A"], bad: ["a", "C", ["A"]] },
  url: {
    definition: field("url"),
    good: ["https://example.com/a?b#c", "http://localhost:8080"],
    bad: ["example.com", "javascript:alert(1)", "ftp://example.com", 1],
  },
};

for (const [type, { definition, good, bad }] of Object.entries(cases)) {
  test(`workspace.update_crm_settings#4 a ${type} takes what fits it and refuses the rest`, async () => {
    const workspace = await frontdesk.workspace();
    await define(workspace, [definition]);
    for (const value of good) {
      const answer = await create(workspace, { f: value });
      assert.equal(answer.status, 201, answer.text);
      assert.deepEqual(answer.body.data.metadata, { f: value });
    }
    for (const value of bad) {
      const refused = await create(workspace, { f: value });
      assert.equal(refused.status, 400, JSON.stringify(value));
      assert.equal(fieldOf(refused), "metadata.f");
    }
    for (const empty of [null, ""]) {
      assert.deepEqual((await create(workspace, { f: empty })).body.data.metadata, {});
    }
  });
}

test("a number beyond all numbers is refused, not stored", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [field("number")]);
  const refused = await frontdesk.call("POST", path, {
    key: workspace.key,
    body: '{"first_name":"Ann","metadata":{"f":1e400}}',
  });
  assert.equal(refused.status, 400, refused.text);
});

test("keys nobody defined are free; what stands in a record is not questioned when it comes back", async () => {
  const workspace = await frontdesk.workspace();
  const made = await create(workspace, { f: "Old", free: { any: ["thing"] } });
  await define(workspace, [field("dropdown", { options: ["New"] })]);
  const { id, metadata } = made.body.data;
  const patch = (sent: object) => workspace.call("PATCH", `${path}/${id}`, { metadata: sent });
  const echoed = await patch({ ...metadata, more: 1 });
  assert.equal(echoed.status, 200, echoed.text);
  assert.deepEqual(echoed.body.data.metadata, { f: "Old", free: { any: ["thing"] }, more: 1 });
  assert.equal((await patch({ f: "Other" })).status, 400);
});

test("a name that is a slip away from a custom field's is refused with the field's, by every door; others are kept", async () => {
  const workspace = await frontdesk.workspace();
  const fields = [
    { id: "budget_range", label: "What they spend", type: "text" },
    { id: "line_1", label: "Line 1", type: "text" },
  ];
  const before = await create(workspace, { budgetrange: "stands there already" });
  await define(workspace, fields);
  await workspace.call("PATCH", "/api/v1/company/crm-settings", { custom_fields: { deal: fields } });
  const doors: [string, object][] = [
    [path, { first_name: "Ann" }],
    ["/api/v1/opportunities", { name: "Kitchen" }],
  ];
  for (const [door, record] of doors) {
    for (const slip of ["budgetRange", "Budget-Range", "budget_rang", "bugdet_range", "what they spend"]) {
      const refused = await workspace.call("POST", door, { ...record, metadata: { [slip]: "x" } });
      assert.equal(refused.status, 400, `${door} ${slip}: ${refused.text}`);
      assert.equal(fieldOf(refused), `metadata.${slip}`);
      assert.match(refused.body.error.fix, /Did you mean budget_range\?/);
    }
    for (const other of ["line_2", "bud", "range", "source_ref"]) {
      const kept = await workspace.call("POST", door, { ...record, metadata: { [other]: "x" } });
      assert.deepEqual([kept.status, kept.body.data?.metadata], [201, { [other]: "x" }], other);
    }
  }
  const { id, metadata } = before.body.data;
  const again = await workspace.call("PATCH", `${path}/${id}`, { metadata: { ...metadata, line_1: "a" } });
  assert.equal(again.status, 200, again.text);
});

test("a required field cannot be emptied once it is there, unless it is hidden", async () => {
  const workspace = await frontdesk.workspace();
  const hidden = {
    visibility: { mode: "when", conditions: [{ field_id: "kind", operator: "is", value: "b" }] },
  };
  await define(workspace, [
    field("text", { required: true }),
    { id: "kind", label: "Kind", type: "text" },
    { id: "extra", label: "Extra", type: "text", required: true, conditional_logic: hidden },
  ]);
  assert.equal((await create(workspace, { f: "" })).status, 400);
  assert.equal((await workspace.call("POST", path, { first_name: "Bo" })).status, 201);
  const { id } = (await create(workspace, { f: "a", kind: "b", extra: "x" })).body.data;
  const patch = (sent: object) => workspace.call("PATCH", `${path}/${id}`, { metadata: sent });
  for (const sent of [
    { f: null, kind: "b", extra: "x" },
    { kind: "b", extra: "x" },
  ]) {
    const refused = await patch(sent);
    assert.equal(refused.status, 400);
    assert.equal(fieldOf(refused), "metadata.f");
  }
  assert.equal(fieldOf(await patch({ f: "a", kind: "b" })), "metadata.extra");
  assert.equal((await patch({ f: "a", kind: "c" })).status, 200);
});

test("workspace.update_crm_settings#15 a record's links stand under quick_links by a type's id, as web addresses", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [], { quick_links: [{ id: drive, label: "Drive", icon: "google-drive" }] });
  const links = { [drive]: "https://drive.example.com/x" };
  const made = await create(workspace, { quick_links: links });
  assert.deepEqual(made.body.data.metadata, { quick_links: links });
  const other = drive.replace("0195", "0196");
  for (const [sent, at] of [
    [{ quick_links: { [other]: "https://example.com" } }, `metadata.quick_links.${other}`],
    [{ quick_links: { [drive]: "javascript:alert(1)" } }, `metadata.quick_links.${drive}`],
    [{ quick_links: { [drive]: 5 } }, `metadata.quick_links.${drive}`],
    [{ quick_links: ["https://example.com"] }, "metadata.quick_links"],
    [{ [drive]: "https://example.com" }, `metadata.${drive}`],
    [{ [drive.toUpperCase()]: "https://example.com" }, `metadata.${drive.toUpperCase()}`],
  ] as const) {
    const refused = await create(workspace, sent);
    assert.equal(refused.status, 400, refused.text);
    assert.equal(fieldOf(refused), at);
  }
  await define(workspace, [], { quick_links: [] });
  const { id } = made.body.data;
  const kept = await workspace.call("PATCH", `${path}/${id}`, { metadata: { quick_links: links, a: 1 } });
  assert.equal(kept.status, 200, "links of a type that is gone may stay");
  const cleared = await workspace.call("PATCH", `${path}/${id}`, {
    metadata: { quick_links: { [drive]: null } },
  });
  assert.deepEqual(cleared.body.data.metadata, { quick_links: {} });
});

test("workspace.update_crm_settings#16 nobody sends _rule_managed", async () => {
  const workspace = await frontdesk.workspace();
  for (const value of [{}, { f: "a" }, true, null]) {
    const refused = await create(workspace, { _rule_managed: value });
    assert.equal(refused.status, 400, JSON.stringify(value));
    assert.equal(fieldOf(refused), "metadata._rule_managed");
  }
});
