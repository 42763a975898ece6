/** Default rules, through an operation that does with its input what every door to a deal does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { module, operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { modules } from "../../index.ts";
import { fieldCatalogue } from "./field-catalogue.ts";
import type { CatalogueEntity } from "./field-catalogue.ts";
import { metadataRules } from "./metadata-rules.ts";

const json = () => Type.Record(Type.String(), Type.Unknown());

const writeMetadata = operation({
  name: "write_metadata",
  surface: workspaceApi,
  section: "Probe",
  route: "POST /probe/metadata",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "What a deal's metadata becomes.",
  input: Type.Object({
    sent: Type.Optional(json()),
    before: Type.Optional(json()),
    fields: Type.Optional(json()),
  }),
  output: json(),
  async run(ctx, { sent, before, fields }) {
    const rules = await metadataRules(ctx);
    return rules.written("deal", sent, before && { metadata: before }, fields ?? {}) as never;
  },
});

const catalogue = operation({
  name: "list_catalogue",
  surface: workspaceApi,
  section: "Probe",
  route: "GET /probe/catalogue/:entity",
  scopes: ["contacts:read"],
  effect: "read",
  noun: "contact",
  summary: "The fields of an entity.",
  input: Type.Object({ entity: Type.String() }),
  output: Type.Array(json()),
  run: async (ctx, { entity }) => (await fieldCatalogue(ctx, entity as CatalogueEntity)) as never,
});

const probe = module({ name: "metadata-probe", operations: [writeMetadata, catalogue] });
// A Monday morning in London; in Sydney it is Monday evening.
const frontdesk = await startHarness({ modules: [...modules, probe] });

type Metadata = Record<string, unknown> & { _rule_managed?: Record<string, unknown> };

async function write(
  workspace: TestWorkspace,
  body: { sent?: Metadata; before?: Metadata; fields?: object } = {},
): Promise<Metadata> {
  const answer = await workspace.call("POST", "/api/v1/probe/metadata", body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

async function define(workspace: TestWorkspace, deal: object[]): Promise<void> {
  const answer = await workspace.call("PATCH", "/api/v1/company/crm-settings", { custom_fields: { deal } });
  assert.equal(answer.status, 200, answer.text);
}

const plain = (id: string, type = "text") => ({ id, label: id, type });
const ruled = (id: string, type: string, default_rules: object[]) => ({
  ...plain(id, type),
  conditional_logic: { default_rules },
});
const constant = (value: unknown, conditions: object[] = []) => ({
  conditions,
  action: { type: "constant", value },
});
const is = (field_id: string, value: unknown) => ({ field_id, operator: "is", value });

test("workspace.update_crm_settings#6 rules are tried from the top, and the first that matches writes", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [
    ruled("size", "text", [
      constant("large", [is("status", "open"), is("value", 1000)]),
      constant("open", [is("status", "open")]),
      constant("any"),
      constant("never"),
    ]),
  ]);
  assert.equal((await write(workspace, { fields: { status: "open", value: 1000 } }))["size"], "large");
  assert.equal((await write(workspace, { fields: { status: "open", value: 1 } }))["size"], "open");
  assert.equal((await write(workspace, { fields: { status: "won" } }))["size"], "any");
});

test("workspace.update_crm_settings#5 conditions all have to hold: is, is_not, is_set, is_empty", async () => {
  const workspace = await frontdesk.workspace();
  const when = (operator: string, value?: unknown) => ({
    field_id: "kind",
    operator,
    ...(value === undefined ? {} : { value }),
  });
  await define(workspace, [
    plain("kind"),
    ruled("is_it", "checkbox", [constant(true, [when("is", "roof")])]),
    ruled("is_not_it", "checkbox", [constant(true, [when("is_not", "roof")])]),
    ruled("is_there", "checkbox", [constant(true, [when("is_set")])]),
    ruled("is_away", "checkbox", [constant(true, [when("is_empty")])]),
    ruled("both", "checkbox", [constant(true, [when("is_set"), is("status", "open")])]),
  ]);
  const held = async (kind: string | undefined, status = "open") => {
    const {
      kind: _k,
      _rule_managed: _m,
      ...found
    } = await write(workspace, {
      sent: kind === undefined ? {} : { kind },
      fields: { status },
    });
    return Object.keys(found).sort();
  };
  assert.deepEqual(await held("roof"), ["both", "is_it", "is_there"]);
  assert.deepEqual(await held("wall", "won"), ["is_not_it", "is_there"]);
  assert.deepEqual(await held(undefined), ["is_away", "is_not_it"]);
});

test("workspace.update_crm_settings#7 workspace.update_crm_settings#13 today_plus counts days, weeks and months from today, on the workspace's wall", async () => {
  const action = (amount: number, unit: string) => [{ action: { type: "today_plus", amount, unit } }];
  const fields = [
    ruled("d", "datetime", action(2, "days")),
    ruled("w", "datetime", action(1, "weeks")),
    ruled("m", "datetime", action(1, "months")),
    ruled("back", "datetime", action(-1, "days")),
  ];
  const london = await frontdesk.workspace();
  await define(london, fields);
  const { _rule_managed: managed, ...here } = await write(london);
  assert.deepEqual(here, {
    d: "2026-03-04T00:00:00+00:00",
    w: "2026-03-09T00:00:00+00:00",
    // The clocks have gone forward by then.
    m: "2026-04-02T00:00:00+01:00",
    back: "2026-03-01T00:00:00+00:00",
  });
  assert.deepEqual(managed, here);
  const kiritimati = await frontdesk.workspace({ timeZone: "Pacific/Kiritimati" });
  await define(kiritimati, fields);
  assert.equal((await write(kiritimati))["d"], "2026-03-04T00:00:00+14:00");
  const honolulu = await frontdesk.workspace({ timeZone: "Pacific/Honolulu" });
  await define(honolulu, fields);
  assert.equal((await write(honolulu))["d"], "2026-03-03T00:00:00-10:00", "there it is still the first");
});

test("workspace.update_crm_settings#7 field_plus counts from another field, and does nothing while that is empty", async () => {
  const workspace = await frontdesk.workspace();
  const plus = (source_field_id: string, amount: number, unit = "days") => [
    { action: { type: "field_plus", source_field_id, amount, unit } },
  ];
  await define(workspace, [
    plain("start", "datetime"),
    ruled("end", "datetime", plus("start", 1)),
    ruled("check", "datetime", plus("end", 1, "weeks")),
    ruled("built_in", "datetime", plus("expected_close_date", 1, "months")),
  ]);
  assert.deepEqual(await write(workspace, { sent: {} }), {});
  // Nine o'clock stays nine o'clock over the night the clocks go forward.
  const over = await write(workspace, { sent: { start: "2026-03-28T09:00:00Z" } });
  assert.equal(over["end"], "2026-03-29T09:00:00+01:00");
  assert.equal(over["check"], "2026-04-05T09:00:00+01:00", "a rule builds on what another wrote");
  assert.equal((await write(workspace, { sent: { start: "2026-03-28" } }))["end"], "2026-03-29");
  assert.equal(
    (await write(workspace, { sent: { start: "2026-03-28T09:00" } }))["end"],
    "2026-03-29T09:00:00+01:00",
  );
  const built = await write(workspace, { fields: { expected_close_date: "2026-01-31" } });
  assert.equal(built["built_in"], "2026-02-28");
});

test("workspace.update_crm_settings#7 a rule that has nothing to go by still was the first that matched", async () => {
  const workspace = await frontdesk.workspace();
  const fromStart = { type: "field_plus", source_field_id: "start", amount: 1, unit: "days" };
  await define(workspace, [
    plain("start", "datetime"),
    ruled("end", "datetime", [{ conditions: [], action: fromStart }, constant("2026-01-01")]),
  ]);
  assert.deepEqual(await write(workspace, { sent: {} }), {});
});

test("workspace.update_crm_settings#14 a result on a day to skip moves past it", async () => {
  const workspace = await frontdesk.workspace();
  const skipping = (amount: number, more: object) => [
    { action: { type: "today_plus", amount, unit: "days", ...more } },
  ];
  const both = { skip_saturday: true, skip_sunday: true };
  await define(workspace, [
    ruled("friday", "datetime", skipping(4, both)),
    ruled("saturday", "datetime", skipping(5, both)),
    ruled("sunday", "datetime", skipping(6, both)),
    ruled("saturday_only", "datetime", skipping(5, { skip_saturday: true })),
    ruled("sunday_kept", "datetime", skipping(6, { skip_saturday: true })),
    ruled("saturday_kept", "datetime", skipping(5, { skip_sunday: true })),
    ruled("sunday_only", "datetime", skipping(6, { skip_sunday: true })),
  ]);
  const { _rule_managed: _m, ...found } = await write(workspace);
  const days = Object.fromEntries(Object.entries(found).map(([id, at]) => [id, String(at).slice(8, 10)]));
  assert.deepEqual(days, {
    friday: "06",
    saturday: "09",
    sunday: "09",
    saturday_only: "08",
    sunday_kept: "08",
    saturday_kept: "07",
    sunday_only: "09",
  });
});

test("workspace.update_crm_settings#8 a rule writes what is empty or its own, and never what a person wrote", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [
    ruled("stage", "text", [constant("open", [is("status", "open")]), constant("closed")]),
  ]);
  const opened = await write(workspace, { fields: { status: "open" } });
  assert.deepEqual(opened, { stage: "open", _rule_managed: { stage: "open" } });
  const closed = await write(workspace, { before: opened, fields: { status: "won" } });
  assert.deepEqual(closed, { stage: "closed", _rule_managed: { stage: "closed" } });
  const echoed = await write(workspace, { sent: closed, before: closed, fields: { status: "open" } });
  assert.equal(echoed["stage"], "open", "whoever sends back what was read has edited nothing");
  const edited = await write(workspace, { sent: { stage: "mine" }, before: closed, fields: {} });
  assert.deepEqual(edited, { stage: "mine" });
  const later = await write(workspace, { before: edited, fields: { status: "open" } });
  assert.deepEqual(later, { stage: "mine" });
  const again = await write(workspace, {
    sent: { stage: "closed" },
    before: edited,
    fields: { status: "open" },
  });
  assert.deepEqual(again, { stage: "closed" }, "a person may choose the very words of a rule");
  const emptied = await write(workspace, {
    sent: { stage: null },
    before: edited,
    fields: { status: "open" },
  });
  assert.deepEqual(emptied, opened);
});

test("workspace.update_crm_settings#8 what is filled in from the start is a person's", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [ruled("stage", "text", [constant("rule")])]);
  const made = await write(workspace, { sent: { stage: "mine" } });
  assert.deepEqual(made, { stage: "mine" });
  assert.deepEqual(await write(workspace, { before: made }), { stage: "mine" });
});

test("workspace.update_crm_settings#16 _rule_managed comes back as it was read or not at all", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [ruled("stage", "text", [constant("rule")])]);
  const before = await write(workspace);
  for (const _rule_managed of [{}, { stage: "other" }, { stage: "rule", more: 1 }]) {
    const sent = { ...before, _rule_managed };
    const refused = await workspace.call("POST", "/api/v1/probe/metadata", { sent, before });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.body.error.details.fields[0].field, "metadata._rule_managed");
  }
});

test("the catalogue lists the built-in fields of an entity and the workspace's own", async () => {
  const workspace = await frontdesk.workspace();
  await define(workspace, [
    { ...plain("roof", "dropdown"), label: "Roof", options: ["Tile", "Metal"] },
    plain("signed", "checkbox"),
  ]);
  const fields = async (entity: string) =>
    (await workspace.call("GET", `/api/v1/probe/catalogue/${entity}`)).body.data as { key: string }[];
  const opportunity = await fields("opportunity");
  assert.deepEqual(opportunity.slice(-2), [
    { key: "metadata.roof", label: "Roof", type: "dropdown", custom: true, options: ["Tile", "Metal"] },
    { key: "metadata.signed", label: "signed", type: "boolean", custom: true },
  ]);
  for (const [entity, key] of Object.entries({
    contact: "first_name",
    account: "industry",
    work_order: "schedule_date",
    task: "due_date",
  })) {
    const found = await fields(entity);
    assert.ok(found.some((one) => one.key === key));
    assert.equal(new Set(found.map((one) => one.key)).size, found.length);
  }
});
