import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import {
  createTemplate,
  csvRows,
  defineFields,
  download,
  put,
  refused,
  related,
  root,
  templates,
} from "./exported.ts";

const frontdesk = await startHarness();
async function preview(workspace: TestWorkspace, id: string, body: object = {}): Promise<Json> {
  const answer = await workspace.call("POST", `${templates}/${id}/preview`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

const run = (workspace: TestWorkspace, id: string, body: object = {}) =>
  download(frontdesk, workspace.key, "POST", `/exports/templates/${id}/run`, body);

test("workspace.get_export_field_catalog#0 workspace.get_export_field_catalog#1 root_entity decides the fields, their operators and relations", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, { deal: [{ id: "size", label: "Size", type: "number" }] });
  refused(await workspace.call("GET", "/api/v1/exports/field-catalog"), /root_entity/);
  refused(await workspace.call("GET", "/api/v1/exports/field-catalog?root_entity=invoice"), /root_entity/);
  for (const entity of ["opportunity", "contact", "account", "work_order"]) {
    const { body } = await workspace.call("GET", `/api/v1/exports/field-catalog?root_entity=${entity}`);
    const { filter_fields, column_fields } = body.data;
    assert.ok(
      filter_fields.length > 5 && column_fields.root.length > 5 && column_fields.relations.length > 0,
    );
    const columns = column_fields.root.map((one: Json) => root(one.field as string));
    const links = column_fields.relations.flatMap((one: Json) =>
      one.fields.map((field: Json) =>
        related(one.relation as string, field.field as string, one.modes.at(-1)),
      ),
    );
    const joined = links.map((one: Json) => ({
      ...one,
      relation_mode: one.relation_mode === "explode" ? "comma_joined" : "primary",
    }));
    const template = await createTemplate(workspace, { root_entity: entity, columns });
    await preview(workspace, template.id as string);
    for (let from = 0; from < joined.length; from += 90) {
      await preview(workspace, template.id as string, { columns: joined.slice(from, from + 90) });
    }
  }
  const { body } = await workspace.call("GET", "/api/v1/exports/field-catalog?root_entity=opportunity");
  const ops = new Map<string, string[]>(body.data.filter_fields.map((one: Json) => [one.field, one.ops]));
  assert.deepEqual(ops.get("tags"), ["in", "not_in", "is_null", "not_null"]);
  assert.deepEqual(ops.get("stage_id"), ["in", "not_in"]);
  assert.deepEqual(ops.get("status"), ["in", "not_in"]);
  assert.ok(ops.get("name")?.includes("contains"));
  assert.ok(ops.get("metadata.size")?.includes("between"));
});

test("workspace.list_export_templates workspace.list_export_templates#0 workspace.list_export_templates#1 workspace.list_export_templates#2 by name and kind, 25 at a time, after the last id", async () => {
  const workspace = await frontdesk.workspace();
  for (let index = 0; index < 26; index += 1) {
    const entity = index % 2 ? "contact" : "account";
    await createTemplate(workspace, {
      name: `Layout ${index}`,
      root_entity: entity,
      columns: [root("email")],
    });
  }
  const list = async (query = "") => (await workspace.call("GET", `${templates}?${query}`)).body;
  const page = await list();
  assert.equal(page.data.length, 25);
  const rest = await list(`after=${page.data.at(-1).id}`);
  assert.deepEqual(
    rest.data.map((one: Json) => one.name),
    ["Layout 0"],
  );
  assert.equal((await list("search=LAYOUT 2")).data.length, 7);
  assert.equal((await list("search=%25")).data.length, 0);
  assert.equal((await list("root_entity=contact&limit=100")).data.length, 13);
  refused(await workspace.call("GET", `${templates}?limit=101`), /limit/);
});

test("workspace.get_export_template a template comes back whole", async () => {
  const workspace = await frontdesk.workspace();
  const made = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [root("email", { header: "Mail" })],
  });
  const { body } = await workspace.call("GET", `${templates}/${made.id}`);
  assert.deepEqual(body.data, made);
  assert.equal(body.data.columns[0].header, "Mail");
});

test("workspace.create_export_template#0 workspace.create_export_template#1 workspace.create_export_template#7 what a template needs, and what its columns are made of", async () => {
  const workspace = await frontdesk.workspace();
  const good = { name: "Mine", root_entity: "contact", columns: [root("email")] };
  for (const field of ["name", "root_entity", "columns"]) {
    refused(await workspace.call("POST", templates, { ...good, [field]: undefined }), new RegExp(field));
  }
  const send = (column: object) => workspace.call("POST", templates, { ...good, columns: [column] });
  refused(await send({ ...root("email"), source: "elsewhere" }), /columns.0.source/);
  refused(await send(root("shoe_size")), /columns.0.field.*shoe_size/);
  refused(await send({ id: randomUUID(), source: "root" }), /columns.0.field/);
  refused(await send(related("friends", "email")), /columns.0.relation.*friends/);
  refused(await send(related("companies", "shoe_size")), /columns.0.relation_field/);
  refused(await send(related("companies", "name", "all_of_them")), /columns.0.relation_mode/);
  refused(await send(root("email", { format: "roman" })), /columns.0.format/);
  refused(await send(root("email", { id: "one" })), /columns.0.id/);
  const twice = root("email");
  refused(await workspace.call("POST", templates, { ...good, columns: [twice, twice] }), /columns.1.id/);
  const two = [related("companies", "name", "explode"), related("opportunities", "name", "explode")];
  refused(await workspace.call("POST", templates, { ...good, columns: two }), /columns.*explode/);
  for (const format of ["date", "datetime", "currency", "boolean", "array"]) {
    assert.equal((await send(root("created_at", { format }))).status, 201);
  }
});

async function deals(
  workspace: TestWorkspace,
): Promise<{ template: string; pipeline: string; stage: string }> {
  const [contact] = await put(frontdesk, workspace, "contacts", [
    { first_name: "Ann", last_name: "Hill", email: "ann@x.example" },
  ]);
  const [pipeline = ""] = await put(frontdesk, workspace, "pipelines", [{ name: "Sales" }]);
  const [stage = ""] = await put(frontdesk, workspace, "pipeline_stages", [
    { name: "Quoted", pipeline_id: pipeline },
  ]);
  const day = (date: string) => `2026-0${date}`;
  const [a] = await put(frontdesk, workspace, "opportunities", [
    {
      name: "Alpha",
      value_minor: 100_050,
      tags: tagged("Hot", "Roof"),
      created_at: day("1-05T10:00Z"),
      contact_id: contact,
      metadata: { size: 1, kind: "tile" },
    },
    {
      name: "Beta",
      value_minor: 200_000,
      tags: tagged("cold"),
      created_at: day("1-06T10:00Z"),
      status: "won",
      lost_reasons: ["price"],
      metadata: { size: 2 },
    },
    {
      name: "Gamma",
      tags: "[]",
      created_at: day("1-07T10:00Z"),
      lead_source: "web",
      expected_close_date: day("2-01"),
      metadata: { size: "?", kind: "slate" },
    },
  ]);
  const placed = {
    opportunity_id: a,
    pipeline_id: pipeline,
    stage_id: stage,
    rank: "a0",
    placed_at: new Date(0),
  };
  await put(frontdesk, workspace, "opportunity_placements", [placed]);
  const template = await createTemplate(workspace, { root_entity: "opportunity", columns: [root("name")] });
  return { template: template.id as string, pipeline, stage };
}

const tagged = (...names: string[]) => JSON.stringify(names.map((name) => ({ name, color: "#ffffff" })));

test("workspace.create_export_template#2 workspace.create_export_template#3 workspace.update_export_template#2 workspace.preview_export_template#0 workspace.preview_export_template#2 workspace.run_export_template#2 every operator selects what it says", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, {
    deal: [
      { id: "size", label: "Size", type: "number" },
      { id: "kind", label: "Kind", type: "text" },
    ],
  });
  const { template } = await deals(workspace);
  const cases: [field: string, op: string, value: unknown, expected: string][] = [
    ["name", "eq", "Alpha", "Alpha"],
    ["lead_source", "neq", "web", "Alpha Beta"],
    ["name", "in", ["Alpha", "Gamma"], "Alpha Gamma"],
    ["lead_source", "not_in", ["web"], "Alpha Beta"],
    ["value", "gte", 1000.5, "Alpha Beta"],
    ["value", "lte", 1000.5, "Alpha"],
    ["value", "between", [1000.51, 2000], "Beta"],
    ["name", "contains", "AMM", "Gamma"],
    ["name", "contains", "%", ""],
    ["value", "is_null", undefined, "Gamma"],
    ["value", "not_null", undefined, "Alpha Beta"],
    ["created_at", "gte", "2026-01-06", "Beta Gamma"],
    ["created_at", "lte", "2026-01-06", "Alpha Beta"],
    ["created_at", "eq", "2026-01-06", "Beta"],
    ["created_at", "neq", "2026-01-06", "Alpha Gamma"],
    ["created_at", "between", ["2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z"], "Alpha Beta"],
    ["expected_close_date", "eq", "2026-02-01", "Gamma"],
    ["tags", "in", ["hot", "COLD"], "Alpha Beta"],
    ["tags", "not_in", ["hot", "other"], "Beta Gamma"],
    ["tags", "not_contains", ["hot"], "Beta Gamma"],
    ["tags", "not_contains", "hot", "Beta Gamma"],
    ["tags", "is_null", undefined, "Gamma"],
    ["lost_reasons", "in", ["price"], "Beta"],
    ["lost_reasons", "not_in", ["price"], "Alpha Gamma"],
    ["status", "in", ["won", "lost"], "Beta"],
    ["metadata.size", "gte", 2, "Beta"],
    ["metadata.size", "is_null", undefined, "Gamma"],
    ["metadata.kind", "eq", "tile", "Alpha"],
    ["metadata.kind", "contains", "l", "Alpha Gamma"],
  ];
  for (const [field, op, value, expected] of cases) {
    const filters = [{ id: randomUUID(), field, op, value }];
    const shown = await preview(workspace, template, { filters });
    assert.deepEqual(shown.headers, ["Name"]);
    assert.equal(shown.rows.flat().sort().join(" "), expected, `${field} ${op} ${JSON.stringify(value)}`);
  }
  const filters = [{ id: randomUUID(), field: "tags", op: "not_contains", value: ["hot"] }];
  assert.equal((await workspace.call("PATCH", `${templates}/${template}`, { filters })).status, 200);
  assert.deepEqual(
    csvRows(await run(workspace, template)).map((row) => row["Name"]),
    ["Gamma", "Beta"],
  );
});

test("workspace.create_export_template#6 operators and values that do not fit are refused by name", async () => {
  const workspace = await frontdesk.workspace();
  const { template, pipeline, stage } = await deals(workspace);
  const send = (field: string, op: string, value?: unknown) =>
    workspace.call("POST", `${templates}/${template}/preview`, { filters: [{ field, op, value }] });
  for (const field of ["pipeline_id", "stage_id", "assigned_to", "status"]) {
    for (const op of ["eq", "neq", "contains", "is_null", "gte", "between"]) {
      refused(await send(field, op, "open"), /filters.0.op/);
    }
  }
  assert.deepEqual(
    (await preview(workspace, template, { filters: [{ field: "pipeline_id", op: "in", value: [pipeline] }] }))
      .rows,
    [["Alpha"]],
  );
  assert.deepEqual(
    (await preview(workspace, template, { filters: [{ field: "stage_id", op: "not_in", value: [stage] }] }))
      .rows,
    [["Gamma"], ["Beta"]],
  );
  assert.equal((await send("assigned_to", "in", [workspace.adminId])).status, 200);
  refused(await send("stage_id", "in", ["quoted"]), /filters.0.value/);
  refused(await send("nonsense", "eq", "x"), /filters.0.field.*nonsense/);
  refused(await send("name", "not_contains", "x"), /filters.0.op/);
  refused(await send("value", "gte", "much"), /filters.0.value/);
  refused(await send("value", "gte"), /filters.0.value/);
  refused(await send("value", "between", [1]), /filters.0.value/);
  refused(await send("name", "in", []), /filters.0.value/);
  refused(await send("created_at", "gte", "0000-01-01"), /filters.0.value/);
  refused(await send("created_at", "gte", "soon"), /filters.0.value/);
});

test("workspace.create_export_template#4 workspace.create_export_template#8 sorted by the record's own columns; related ones are passed over", async () => {
  const workspace = await frontdesk.workspace();
  const { template } = await deals(workspace);
  const [name, value, contact, tags] = [
    root("name"),
    root("value"),
    related("primary_contact", "email"),
    root("tags"),
  ];
  const columns = [name, value, contact, tags];
  const rows = async (sort: object[]) =>
    (await preview(workspace, template, { columns, sort })).rows.map((row: Json) => row[0]).join(" ");
  assert.equal(await rows([{ column_id: name.id, direction: "desc" }]), "Gamma Beta Alpha");
  assert.equal(
    await rows([{ column_id: value.id, direction: "desc" }]),
    "Beta Alpha Gamma",
    "empty ones last",
  );
  assert.equal(
    await rows([{ column_id: contact.id }, { column_id: tags.id }, { column_id: name.id }]),
    "Alpha Beta Gamma",
  );
  refused(
    await workspace.call("POST", `${templates}/${template}/preview`, {
      columns,
      sort: [{ column_id: randomUUID() }],
    }),
    /sort.0.column_id/,
  );
  refused(
    await workspace.call("POST", templates, {
      name: "x",
      root_entity: "contact",
      columns: [root("email")],
      sort: [{ column_id: randomUUID() }],
    }),
    /sort.0.column_id/,
  );
});

test("workspace.create_export_template#5 the file is named and marked as the output says", async () => {
  const workspace = await frontdesk.workspace();
  const made = await createTemplate(workspace, {
    name: 'Ann\'s "list" / all',
    root_entity: "contact",
    columns: [root("first_name", { header: "=cmd" })],
    output: { format: "csv", filename_template: "{name} {YYYY}.{MM}.{DD} {YYYY-MM-DD}" },
  });
  assert.equal(made.output.bom, true);
  const marked = await run(workspace, made.id as string);
  assert.deepEqual([...marked.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.equal(marked.bytes.subarray(3).toString(), `"'=cmd"\r\n`);
  assert.match(
    String(marked.headers["content-disposition"]),
    /Ann's -list- - all 2026\.03\.02 2026-03-02\.csv/,
  );
  await workspace.call("PATCH", `${templates}/${made.id}`, { output: { format: "csv", bom: false } });
  assert.equal((await run(workspace, made.id as string)).bytes[0], '"'.charCodeAt(0));
  await workspace.call("PATCH", `${templates}/${made.id}`, { output: {} });
  const book = await run(workspace, made.id as string);
  assert.match(String(book.headers["content-type"]), /spreadsheetml/);
  refused(
    await workspace.call("PATCH", `${templates}/${made.id}`, { output: { format: "pdf" } }),
    /output.format/,
  );
});

test("workspace.create_export_template#7 primary, first_n, comma_joined and explode", async () => {
  const workspace = await frontdesk.workspace();
  const [ann = "", ben = ""] = await put(frontdesk, workspace, "contacts", [
    { first_name: "Ann" },
    { first_name: "Ben" },
  ]);
  const companies = await put(frontdesk, workspace, "companies", [
    { name: "A Ltd" },
    { name: "B Ltd", city: "Perth" },
    { name: "C Ltd" },
  ]);
  await put(
    frontdesk,
    workspace,
    "contact_employers",
    companies.map((company_id) => ({ contact_id: ann, company_id })),
  );
  const name = root("first_name");
  const made = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [name],
    sort: [{ column_id: name.id }],
  });
  const rows = async (...columns: object[]) => {
    const shown = await preview(workspace, made.id as string, { columns: [name, ...columns] });
    return [shown.headers.slice(1), ...shown.rows];
  };
  const company = (mode: string, more = {}) =>
    related("companies", "name", mode, { header: "Company", ...more });
  assert.deepEqual(await rows(company("primary")), [["Company"], ["Ann", "A Ltd"], ["Ben", null]]);
  assert.deepEqual(await rows(company("comma_joined")), [
    ["Company"],
    ["Ann", "A Ltd, B Ltd, C Ltd"],
    ["Ben", null],
  ]);
  assert.deepEqual(await rows(company("first_n", { first_n: 2 })), [
    ["Company 1", "Company 2"],
    ["Ann", "A Ltd", "B Ltd"],
    ["Ben", null, null],
  ]);
  const exploded = [company("explode"), related("companies", "city", "explode", { header: "City" })];
  assert.deepEqual(await rows(...exploded), [
    ["Company", "City"],
    ["Ann", "A Ltd", null],
    ["Ann", "B Ltd", "Perth"],
    ["Ann", "C Ltd", null],
    ["Ben", null, null],
  ]);
  await workspace.call("PATCH", `${templates}/${made.id}`, { columns: [name, ...exploded] });
  assert.equal((await run(workspace, made.id as string)).headers["x-row-count"], "4", "rows, not records");
  assert.ok(ben);
});

test("workspace.update_export_template#0 workspace.update_export_template#1 lists are replaced whole, and only what is sent changes", async () => {
  const workspace = await frontdesk.workspace();
  const made = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [root("email"), root("phone")],
    filters: [{ field: "email", op: "not_null" }],
  });
  const change = (body: object) => workspace.call("PATCH", `${templates}/${made.id}`, body);
  const renamed = (await change({ name: "Other" })).body.data;
  assert.deepEqual({ ...renamed, name: made.name, updated_at: made.updated_at }, made);
  const fewer = (await change({ columns: [root("city")], filters: [] })).body.data;
  assert.deepEqual(
    [fewer.columns.length, fewer.columns[0].field, fewer.filters, fewer.name],
    [1, "city", [], "Other"],
  );
  refused(await change({ columns: [root("value")] }), /columns.0.field/);
  refused(await change({ root_entity: "account" }), /root_entity/);
});

test("workspace.delete_export_template#0 its views go with it", async () => {
  const workspace = await frontdesk.workspace();
  const made = await createTemplate(workspace, { root_entity: "contact", columns: [root("email")] });
  const views = `${templates}/${made.id}/views`;
  const view = (await workspace.call("POST", views, { name: "Mine" })).body.data;
  assert.equal((await workspace.call("DELETE", `${templates}/${made.id}`)).status, 204);
  assert.equal((await workspace.call("GET", views)).status, 404);
  assert.equal((await workspace.call("PATCH", `${views}/${view.id}`, { name: "x" })).status, 404);
  const left = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("export_views").selectAll().execute(),
  );
  assert.deepEqual(left, []);
});

test("workspace.preview_export_template#0 workspace.preview_export_template#1 workspace.preview_export_template#2 ten rows; the view lies over the template and what is sent over both", async () => {
  const workspace = await frontdesk.workspace();
  await put(
    frontdesk,
    workspace,
    "contacts",
    Array.from({ length: 12 }, (_, index) => ({
      first_name: `N${10 + index}`,
      source: index < 11 ? "web" : "shop",
    })),
  );
  const name = root("first_name");
  const made = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [name],
    sort: [{ column_id: name.id }],
  });
  const id = made.id as string;
  assert.equal((await preview(workspace, id)).rows.length, 10);
  const view = (
    await workspace.call("POST", `${templates}/${id}/views`, {
      name: "Shop",
      filters: [{ field: "source", op: "eq", value: "shop" }],
    })
  ).body.data;
  assert.deepEqual((await preview(workspace, id, { view_id: view.id })).rows, [["N21"]]);
  const over = {
    view_id: view.id,
    filters: [{ field: "first_name", op: "in", value: ["N10", "N11"] }],
    sort: [{ column_id: name.id, direction: "desc" }],
  };
  assert.deepEqual((await preview(workspace, id, over)).rows, [["N11"], ["N10"]]);
  const columns = [root("source", { header: "From" })];
  assert.deepEqual(await preview(workspace, id, { view_id: view.id, columns }), {
    headers: ["From"],
    rows: [["shop"]],
  });
  const stranger = await workspace.call("POST", `${templates}/${id}/preview`, { view_id: randomUUID() });
  assert.equal(stranger.status, 404);
});

test("workspace.run_export_template#0 workspace.run_export_template#1 the file of a template and of a view, with its counts", async () => {
  const workspace = await frontdesk.workspace();
  await put(frontdesk, workspace, "contacts", [{ first_name: "Ann" }, { first_name: "Ben" }]);
  const made = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [root("first_name", { header: "Name" })],
  });
  const id = made.id as string;
  const all = await run(workspace, id);
  assert.equal(csvRows(all).length, 2);
  assert.deepEqual([all.headers["x-row-count"], all.headers["x-truncated"]], ["2", "0"]);
  const view = (
    await workspace.call("POST", `${templates}/${id}/views`, {
      name: "Ann",
      filters: [{ field: "first_name", op: "eq", value: "Ann" }],
    })
  ).body.data;
  assert.deepEqual(csvRows(await run(workspace, id, { view_id: view.id })), [{ Name: "Ann" }]);
  const key = await workspace.keyWith(["exports:read"]);
  for (const verb of ["run", "preview"]) {
    const answer = await frontdesk.call("POST", `${templates}/${id}/${verb}`, { key, body: {} });
    assert.equal(answer.status, 403, "exports:read alone does not read contacts");
    assert.match(answer.text, /contacts:read/);
  }
});
