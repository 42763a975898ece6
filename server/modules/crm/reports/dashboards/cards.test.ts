import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import { addCard, base, create, fieldOf, titles } from "./test-dashboards.ts";
import type { Card } from "./test-dashboards.ts";

const frontdesk = await startHarness();

test("workspace.create_report_card workspace.create_report_card#0 workspace.create_report_card#1 workspace.create_report_card#2 a card has a title, a kind of picture and a size", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const refused = async (body: object, field: string) => {
    const answer = await workspace.call("POST", `${base}/${id}/cards`, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), field);
  };
  await refused({}, "title");
  await refused({ title: "  " }, "title");
  await refused({ title: "A", visualization_type: "radar" }, "visualization_type");
  await refused({ title: "A", size: "xl" }, "size");
  for (const visualization_type of "stat bar horizontal_bar line area donut pie table composed".split(" ")) {
    assert.equal(
      (await addCard(workspace, id, { title: "A", visualization_type }))["visualization_type"],
      visualization_type,
    );
  }
  for (const size of ["sm", "md", "lg"])
    assert.equal((await addCard(workspace, id, { title: "A", size }))["size"], size);
  const plain = await addCard(workspace, id, { title: " Trimmed " });
  assert.deepEqual([plain.title, plain["size"], plain["visualization_type"]], ["Trimmed", "md", "stat"]);
  const time = { source: "deals", time_dimension: { field: "won_at" } };
  assert.equal(
    (await addCard(workspace, id, { title: "A", query_spec: time }))["visualization_type"],
    "line",
  );
});

test("workspace.create_report_card#3 workspace.create_report_card#6 a card's query is checked when it is saved, down to the place that is wrong", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  for (const [query_spec, field] of [
    [{}, "query_spec.source"],
    [{ source: "deals", dimensions: ["color"] }, "query_spec.dimensions.0"],
    [{ source: "deals", measures: [{ field: "profit" }] }, "query_spec.measures.0.field"],
    [
      { source: "deals", filters: [{ field: "value", operator: "gt", value: "1" }] },
      "query_spec.filters.0.value",
    ],
    [{ source: "tasks", order_by: { field: "client" } }, "query_spec.order_by.field"],
    [{ source: "deals", limit: 1001 }, "query_spec.limit"],
  ] as const) {
    const answer = await workspace.call("POST", `${base}/${id}/cards`, { title: "A", query_spec });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), field);
  }
  const drilldown = {
    source: "tasks",
    mode: "drilldown",
    dimensions: ["title", "client"],
    filters: [{ field: "assignee_id", operator: "eq", value: "current_user" }],
  };
  const card = await addCard(workspace, id, { title: "Mine", query_spec: drilldown });
  assert.deepEqual([card.query_spec, card["visualization_type"]], [drilldown, "table"]);
  assert.ok(
    await addCard(workspace, id, {
      title: "All columns",
      query_spec: { source: "deals", mode: "drilldown" },
    }),
  );
});

test("workspace.create_report_card#4 at most eight columns for the mail, all of them known to the query", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const query_spec = { source: "deals", mode: "drilldown", dimensions: ["name"] };
  const save = (columns: unknown[], spec: object = query_spec) =>
    workspace.call("POST", `${base}/${id}/cards`, {
      title: "A",
      query_spec: spec,
      display_config: { columns },
    });
  const eight = [
    "name",
    { key: "value", label: "Worth" },
    { key: "status" },
    "currency",
    "id",
    "won_at",
    "lost_at",
    "lead_source",
  ];
  assert.deepEqual((await save(eight)).body.data.display_config, { columns: eight });
  assert.equal((await save([...eight, "placed_at"])).status, 400);
  const unknown = await save(["name", "color"]);
  assert.equal(unknown.status, 400);
  assert.equal(fieldOf(unknown), "display_config.columns.1");
  const grouped = { source: "deals", dimensions: ["status"], measures: [{ field: "id", alias: "Deals" }] };
  assert.equal((await save(["Deals", "status"], grouped)).status, 201);
  assert.equal((await save(["name"], grouped)).status, 400);
});

test("workspace.create_report_card#5 positions count from 0 without gaps, wherever a card is put", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  await addCard(workspace, id, { title: "a" });
  await addCard(workspace, id, { title: "b" });
  assert.equal((await addCard(workspace, id, { title: "c", position: 0 })).position, 0);
  assert.equal((await addCard(workspace, id, { title: "d", position: 99 })).position, 3);
  assert.equal(await titles(workspace, id), "cabd");
  for (const position of [-1, 0.5]) {
    assert.equal((await workspace.call("POST", `${base}/${id}/cards`, { title: "e", position })).status, 400);
  }
  await Promise.all(["e", "f", "g", "h"].map((title) => addCard(workspace, id, { title, position: 1 })));
  assert.equal((await titles(workspace, id)).length, 8);
});

test("a dashboard holds fifty cards", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  for (let count = 0; count < 50; count += 1) await addCard(workspace, id, { title: "A" });
  const answer = await workspace.call("POST", `${base}/${id}/cards`, { title: "A" });
  assert.equal(answer.status, 409);
});

test("workspace.update_report_card workspace.update_report_card#0 workspace.update_report_card#1 only what is sent changes, and it is checked like a new card", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const query_spec = { source: "deals", dimensions: ["status"], measures: [{ field: "id", alias: "n" }] };
  const card = await addCard(workspace, id, {
    title: "a",
    query_spec,
    display_config: { columns: ["n"] },
    size: "sm",
  });
  await addCard(workspace, id, { title: "b" });
  const path = `/api/v1/report-cards/${card.id}`;
  const { updated_at: _u, ...rest } = card;
  const renamed = (await workspace.call("PATCH", path, { title: " x " })).body.data;
  const { updated_at: _v, ...now } = renamed;
  assert.deepEqual(now, { ...rest, title: "x" });
  for (const keys of [
    { order_by: [{ field: "status", direction: "desc" }, { field: "n" }] },
    { sort: { field: "n", direction: "desc" } },
  ]) {
    const changed = await workspace.call("PATCH", path, { query_spec: { ...query_spec, ...keys } });
    assert.deepEqual(changed.body.data.query_spec, { ...query_spec, ...keys });
  }
  assert.equal((await workspace.call("PATCH", path, { position: 1 })).body.data.position, 1);
  assert.equal(await titles(workspace, id), "bx");
  for (const [body, field] of [
    [{ query_spec: { ...query_spec, sort: { field: "nope" } } }, "query_spec.sort.field"],
    [{ query_spec: { source: "tasks" } }, "display_config.columns.0"],
    [{ display_config: { columns: Array.from({ length: 9 }, () => "n") } }, "display_config.columns"],
    [{ visualization_type: "radar" }, "visualization_type"],
  ] as const) {
    const answer = await workspace.call("PATCH", path, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), field);
  }
});

test("workspace.delete_report_card workspace.delete_report_card#0 a card goes, the dashboard and its other cards close up", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const cards = [];
  for (const title of ["a", "b", "c"]) cards.push(await addCard(workspace, id, { title }));
  assert.equal((await workspace.call("DELETE", `/api/v1/report-cards/${cards[1]?.id}`)).status, 204);
  assert.equal(await titles(workspace, id), "ac");
  assert.equal((await workspace.call("DELETE", `/api/v1/report-cards/${cards[1]?.id}`)).status, 404);
});

test("workspace.reorder_report_cards workspace.reorder_report_cards#0 the new order names every card once", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const [a, b, c] = [
    await addCard(workspace, id, { title: "a" }),
    await addCard(workspace, id, { title: "b" }),
    await addCard(workspace, id, { title: "c" }),
  ];
  const other = await create(workspace, { template: "sales_overview" });
  const reorder = (card_ids: (string | undefined)[]) =>
    workspace.call("PUT", `${base}/${id}/reorder`, { card_ids });
  const answer = await reorder([c.id, a.id, b.id]);
  assert.deepEqual(
    answer.body.data.map((card: Card) => card.title),
    ["c", "a", "b"],
  );
  assert.equal(await titles(workspace, id), "cab");
  for (const [wrong, field] of [
    [[c.id, a.id], "card_ids"],
    [[c.id, a.id, a.id], "card_ids.2"],
    [[c.id, a.id, b.id, other.cards[0]?.id], "card_ids.3"],
  ] as const) {
    const refused = await reorder([...wrong]);
    assert.equal(refused.status, 400);
    assert.equal(fieldOf(refused), field);
  }
  await Promise.all([reorder([a.id, b.id, c.id]), reorder([b.id, c.id, a.id])]);
  assert.ok(["abc", "bca"].includes(await titles(workspace, id)));
});
