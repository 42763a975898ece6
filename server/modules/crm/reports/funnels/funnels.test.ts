import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";

const frontdesk = await startHarness();
const path = "/api/v1/report-funnels";

async function shop() {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { id, stages } = await seed.pipeline("Sales", ["New", "Called", "Quoted", "Done"]);
  const ids = stages.map((stage) => stage.id);
  return { workspace, seed, pipelineId: id, stages, ids };
}

const step = (name: string, ...stage_ids: (string | undefined)[]) => ({ name, stage_ids });

test("workspace.set_report_funnel workspace.set_report_funnel#0 workspace.set_report_funnel#1 workspace.set_report_funnel#2 a pipeline has one funnel, whose steps group stages", async () => {
  const { workspace, seed, pipelineId, ids, stages } = await shop();
  const set = (steps: object[]) => workspace.call("PUT", path, { pipeline_id: pipelineId, steps });
  const first = await set([step("In", ids[0])]);
  assert.equal(first.status, 200, first.text);
  const steps = [step(" In ", ids[0], ids[1]), step("Quoted", ids[2]), step("Done", ids[3])];
  const second = await set(steps);
  assert.equal(second.body.data.id, first.body.data.id);
  for (const at of [0, 1, 1, 2, 3, 3]) await seed.deal({ stages: stages.slice(at, at + 1) });
  const got = (await workspace.call("GET", `${path}?pipeline_id=${pipelineId}`)).body.data;
  assert.deepEqual(got.steps, [
    { name: "In", stage_ids: [ids[0], ids[1]], count: 3, reached: 6 },
    { name: "Quoted", stage_ids: [ids[2]], count: 1, reached: 3 },
    { name: "Done", stage_ids: [ids[3]], count: 2, reached: 2 },
  ]);
  const answers = await Promise.all([set(steps), set(steps), set([step("All", ...ids)])]);
  for (const answer of answers) assert.equal(answer.body.data.id, first.body.data.id);
});

test("two first funnels of a pipeline at once are one funnel", async () => {
  const { workspace, pipelineId, ids } = await shop();
  const set = () => workspace.call("PUT", path, { pipeline_id: pipelineId, steps: [step("All", ...ids)] });
  const answers = await Promise.all([set(), set(), set()]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200],
  );
  assert.equal(new Set(answers.map((answer) => answer.body.data.id)).size, 1);
});

test("workspace.set_report_funnel#2 a step holds stages of its own pipeline, each in one step", async () => {
  const { workspace, seed, pipelineId, ids } = await shop();
  const other = await seed.pipeline("Care", ["New"]);
  for (const [steps, field] of [
    [[], "steps"],
    [[step("In")], "steps.0.stage_ids"],
    [[step("", ids[0])], "steps.0.name"],
    [[step("In", ids[0], other.stages[0]?.id)], "steps.0.stage_ids.1"],
    [[step("In", ids[0]), step("Again", ids[0])], "steps.1.stage_ids.0"],
    [[{ stage_ids: ids }], "steps.0.name"],
  ] as const) {
    const answer = await workspace.call("PUT", path, { pipeline_id: pipelineId, steps });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  const stranger = await frontdesk.workspace();
  const foreign = await stranger.call("PUT", path, { pipeline_id: pipelineId, steps: [step("In", ids[0])] });
  assert.equal(foreign.status, 400);
  assert.equal(foreign.body.error.details.fields[0].field, "pipeline_id");
});

test("workspace.get_report_funnel workspace.get_report_funnel#0 pipeline_id says whose funnel; a pipeline without one is a 404 that says what to do", async () => {
  const { workspace, pipelineId, ids, seed } = await shop();
  const missing = await workspace.call("GET", path);
  assert.equal(missing.status, 400);
  assert.equal(missing.body.error.details.fields[0].field, "pipeline_id");
  const none = await workspace.call("GET", `${path}?pipeline_id=${pipelineId}`);
  assert.equal(none.status, 404);
  assert.match(none.body.error.fix, /PUT/);
  await workspace.call("PUT", path, { pipeline_id: pipelineId, steps: [step("In", ids[0], ids[1])] });
  await seed.run(sql`delete from pipeline_stages where workspace_id = ${workspace.id} and id = ${ids[1]}`);
  const { steps } = (await workspace.call("GET", `${path}?pipeline_id=${pipelineId}`)).body.data;
  assert.deepEqual(steps[0].stage_ids, [ids[0]], "a stage that is gone is left out");
  const stranger = await frontdesk.workspace();
  assert.equal((await stranger.call("GET", `${path}?pipeline_id=${pipelineId}`)).status, 404);
});

test("workspace.delete_report_funnel a funnel goes, the pipeline stays", async () => {
  const { workspace, pipelineId, ids } = await shop();
  const set = await workspace.call("PUT", path, { pipeline_id: pipelineId, steps: [step("In", ids[0])] });
  assert.equal((await workspace.call("DELETE", `${path}/${set.body.data.id as string}`)).status, 204);
  assert.equal((await workspace.call("DELETE", `${path}/${set.body.data.id as string}`)).status, 404);
  assert.match(
    (await workspace.call("GET", `${path}?pipeline_id=${pipelineId}`)).body.error.message,
    /no funnel/,
  );
});
