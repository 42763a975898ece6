import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { fieldOf, openDeals } from "../opportunities/test-deals.ts";

const frontdesk = await startHarness();

const namesOf = (rows: Json[]) => rows.map((row) => row.name as string);

test("workspace.create_pipeline#0 workspace.get_pipeline#0 a pipeline has a name and stages in order", async () => {
  const { make, call } = await openDeals(frontdesk);
  const usual = await make("/pipelines", { name: " Jobs " });
  assert.equal(usual.name, "Jobs");
  assert.deepEqual(namesOf(usual.stages), ["New", "In progress", "Done"]);
  const own = await make("/pipelines", {
    name: "Sales",
    description: "What we quote",
    color: "#ff8800",
    stages: ["Enquiry", { name: "Quoted", color: "#00ff00", description: "Sent" }],
  });
  const read = (await call("GET", `/pipelines/${own.id}`)).body.data;
  assert.deepEqual(read, own);
  assert.deepEqual(
    read.stages.map((stage: Json) => [stage.name, stage.color, stage.description, stage.position]),
    [
      ["Enquiry", null, null, 0],
      ["Quoted", "#00ff00", "Sent", 1],
    ],
  );
  assert.deepEqual((await make("/pipelines", { name: "Bare", stages: [] })).stages, []);
  for (const body of [{}, { name: "" }, { name: " " }]) {
    assert.equal(fieldOf(await call("POST", "/pipelines", body)), "name");
  }
  assert.equal(fieldOf(await call("POST", "/pipelines", { name: "A", color: "red" })), "color");
  assert.equal((await call("POST", "/pipelines", { name: "A", shade: "red" })).status, 400);
});

test("workspace.list_pipelines workspace.update_pipeline pipelines stand in their order, each with its stages", async () => {
  const { make, call } = await openDeals(frontdesk);
  const made: Json[] = [];
  for (const name of ["A", "B", "C"]) made.push(await make("/pipelines", { name }));
  const list = async (query = "") => (await call("GET", `/pipelines${query}`)).body;
  assert.deepEqual(namesOf((await list()).data), ["A", "B", "C"]);
  assert.equal((await list()).data[0].stages.length, 3);
  const page = await list("?limit=2");
  assert.deepEqual(namesOf((await list(`?limit=2&cursor=${page.pagination.next_cursor}`)).data), ["C"]);
  const patch = (body: object) => call("PATCH", `/pipelines/${made[0].id}`, body);
  const changed = await patch({ name: "Z", position: 9, description: "", color: "#123456" });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(
    [changed.body.data.name, changed.body.data.description, changed.body.data.stages.length],
    ["Z", null, 3],
  );
  assert.deepEqual(namesOf((await list()).data), ["B", "C", "Z"]);
  assert.equal(fieldOf(await patch({ stages: ["X"] })), "stages");
});

test("workspace.delete_pipeline the cards go with the pipeline, the opportunities stay", async () => {
  const { deal, board, call, make } = await openDeals(frontdesk);
  const [jobs, sales] = [await board("Jobs"), await board("Sales")];
  const { id } = await deal({ stage_id: jobs.stages[0] });
  await make(`/opportunities/${id}/add-card`, { pipeline_id: sales.id, stage_id: sales.stages[0] });
  assert.equal((await call("DELETE", `/pipelines/${jobs.id}`)).status, 409);
  assert.equal((await call("DELETE", `/pipelines/${jobs.id}?remove_cards=true`)).status, 204);
  assert.equal((await call("GET", `/pipelines/${jobs.id}`)).status, 404);
  const { placements } = (await call("GET", `/opportunities/${id}`)).body.data;
  assert.deepEqual(
    placements.map((card: Json) => card.pipeline_id),
    [sales.id],
  );
});

test("workspace.list_pipeline_stages#0 workspace.list_pipeline_stages#1 stages in order, with how many opportunities stand in each", async () => {
  const { deal, board, call } = await openDeals(frontdesk);
  const jobs = await board();
  for (const stage of [0, 0, 2]) await deal({ stage_id: jobs.stages[stage] });
  const { data } = (await call("GET", `/pipelines/${jobs.id}/stages`)).body;
  assert.deepEqual(
    data.map((stage: Json) => [stage.name, stage.position, stage.deal_count]),
    [
      ["New", 0, 2],
      ["Quoted", 1, 0],
      ["Done", 2, 1],
    ],
  );
});

test("workspace.create_pipeline_stage#0 workspace.update_pipeline_stage a stage comes last or at its position, and the others close up", async () => {
  const { board, call, make } = await openDeals(frontdesk);
  const jobs = await board();
  const path = `/pipelines/${jobs.id}/stages`;
  const order = async () => {
    const { data } = (await call("GET", path)).body;
    assert.deepEqual(
      data.map((stage: Json) => stage.position),
      data.map((_: Json, index: number) => index),
    );
    return namesOf(data);
  };
  await make(path, { name: " Lost " });
  const second = await make(path, { name: "Visited", position: 1, color: "#fff" });
  assert.equal(second.position, 1);
  assert.deepEqual(await order(), ["New", "Visited", "Quoted", "Done", "Lost"]);
  const patch = (id: string | undefined, body: object) => call("PATCH", `${path}/${id}`, body);
  const moved = await patch(jobs.stages[0], { position: 99, name: "Last" });
  assert.deepEqual([moved.body.data.position, moved.body.data.name], [4, "Last"]);
  assert.deepEqual(await order(), ["Visited", "Quoted", "Done", "Lost", "Last"]);
  await patch(jobs.stages[2], { position: 0 });
  assert.deepEqual(await order(), ["Done", "Visited", "Quoted", "Lost", "Last"]);
  assert.equal(fieldOf(await call("POST", path, {})), "name");
  const other = await board("Other");
  assert.equal((await patch(other.stages[0], { name: "Mine" })).status, 404);
  // Several at once still leave one of each place.
  await Promise.all([0, 1, 2, 3].map((position) => patch(jobs.stages[1], { position })));
  assert.equal((await order()).length, 5);
});

test("workspace.delete_pipeline_stage a stage that holds opportunities says how many and where they may go", async () => {
  const { deal, board, call, column, events } = await openDeals(frontdesk);
  const [jobs, other] = [await board(), await board("Other")];
  const [first = "", second = "", third = ""] = jobs.stages;
  for (const name of ["b", "a"]) await deal({ name, stage_id: first });
  await deal({ name: "z", stage_id: third });
  const path = `/pipelines/${jobs.id}/stages`;
  const refused = await call("DELETE", `${path}/${first}`);
  assert.equal(refused.status, 409, refused.text);
  assert.equal(refused.body.error.code, "CONFLICT");
  assert.match(refused.body.error.message, /2 opportunities/);
  assert.match(refused.body.error.fix, /move_to_stage_id/);
  assert.equal(refused.body.error.details.deal_count, 2);
  for (const wrong of [first, other.stages[0], randomUUID()]) {
    const answer = await call("DELETE", `${path}/${first}?move_to_stage_id=${wrong}`);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), "move_to_stage_id");
  }
  const before = (await events("opportunity.stage_changed")).length;
  assert.equal((await call("DELETE", `${path}/${first}?move_to_stage_id=${third}`)).status, 204);
  assert.deepEqual(await column(third), ["z", "a", "b"]);
  const told = (await events("opportunity.stage_changed")).slice(before);
  assert.deepEqual(
    told.map(({ payload }) => [payload.from_stage_id, payload.to_stage_id, payload.skip_automations]),
    [
      [first, third, true],
      [first, third, true],
    ],
  );
  assert.equal((await call("DELETE", `${path}/${second}`)).status, 204);
  const { data } = (await call("GET", path)).body;
  assert.deepEqual(
    data.map((stage: Json) => [stage.id, stage.position]),
    [[third, 0]],
  );
});

test("drags into a stage that is being deleted are refused or moved on, and none is lost", async () => {
  const { deal, board, call } = await openDeals(frontdesk);
  const jobs = await board();
  const [first = "", second = ""] = jobs.stages;
  const ids: string[] = [];
  for (let index = 0; index < 12; index += 1) ids.push((await deal({ stage_id: second })).id);
  const drags = ids.map((id) =>
    call("POST", `/opportunities/${id}/move`, { pipeline_id: jobs.id, stage_id: first }),
  );
  const gone = call("DELETE", `/pipelines/${jobs.id}/stages/${first}?move_to_stage_id=${jobs.stages[2]}`);
  const statuses = (await Promise.all(drags)).map((answer) => answer.status);
  assert.equal((await gone).status, 204, (await gone).text);
  assert.ok(
    statuses.every((status) => status === 200 || status === 400),
    statuses.join(),
  );
  const { data } = (await call("GET", `/opportunities?pipeline_id=${jobs.id}&limit=100`)).body;
  assert.equal(data.length, 12);
  assert.ok(data.every((row: Json) => row.placements.length === 1 && row.placements[0].stage_id !== first));
});

test("workspace.list_pipeline_deals#0 workspace.list_pipeline_deals#1 workspace.list_pipeline_deals#2 workspace.list_pipeline_deals#3 the pipeline's opportunities as GET /opportunities shows them, without filters", async () => {
  const { deal, board, call } = await openDeals(frontdesk);
  const [jobs, sales] = [await board("Jobs"), await board("Sales")];
  for (const name of ["a", "b"]) await deal({ name, stage_id: jobs.stages[0] });
  await deal({ name: "c", stage_id: sales.stages[0] });
  const answer = await call("GET", `/pipelines/${jobs.id}/deals`);
  assert.deepEqual(namesOf(answer.body.data), ["b", "a"]);
  assert.deepEqual(answer.body.data, (await call("GET", `/opportunities?pipeline_id=${jobs.id}`)).body.data);
  assert.equal(answer.body.data[0].placements[0].pipeline_id, jobs.id);
  for (const parameter of ["stage_id", "status", "search", "limit", "cursor"]) {
    assert.equal(fieldOf(await call("GET", `/pipelines/${jobs.id}/deals?${parameter}=1`)), parameter);
  }
  const operation = frontdesk.app.registry.operations.find((one) => one.name === "list_pipeline_deals");
  assert.match(operation?.summary ?? "", /Deprecated: prefer GET \/opportunities/);
});

test("workspace.get_pipeline_summary#0 counts and values by stage and currency", async () => {
  const { deal, board, call, make, product } = await openDeals(frontdesk);
  const jobs = await board();
  const [stage_id, other] = jobs.stages;
  const one = await deal({ stage_id, value: 100.5 });
  await deal({ stage_id, value: 50, status: "won" });
  await deal({ stage_id, value: 7, currency: "EUR" });
  await deal({ stage_id: other, status: "lost" });
  await deal({ value: 9999 });
  const product_id = await product();
  for (const quantity of [1, 2]) await make(`/opportunities/${one.id}/products`, { product_id, quantity });
  const { data } = (await call("GET", `/pipelines/${jobs.id}/summary`)).body;
  const aud = { currency: "AUD", deal_count: 2, value: 150.5, products_total_value: 37.5 };
  const eur = { currency: "EUR", deal_count: 1, value: 7, products_total_value: 0 };
  assert.deepEqual(
    data.stages.map(({ name, deal_count, open_count, won_count, lost_count, values }: Json) => ({
      name,
      counts: [deal_count, open_count, won_count, lost_count],
      values,
    })),
    [
      { name: "New", counts: [3, 2, 1, 0], values: [aud, eur] },
      {
        name: "Quoted",
        counts: [1, 0, 0, 1],
        values: [{ currency: "AUD", deal_count: 1, value: 0, products_total_value: 0 }],
      },
      { name: "Done", counts: [0, 0, 0, 0], values: [] },
    ],
  );
  assert.deepEqual([data.deal_count, data.values], [4, [{ ...aud, deal_count: 3 }, eur]]);
});
