import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { longestRank, rankBetween, ranksBetween } from "../rank.ts";
import { fieldOf, openDeals } from "./test-deals.ts";
import type { Board, TestDeals } from "./test-deals.ts";

const frontdesk = await startHarness();

const stageEvents = async ({ events }: TestDeals) =>
  (await events("opportunity.stage_changed")).map((event) => event.payload);

/** A stage with cards named as given, from the top. */
async function filled({ deal }: TestDeals, board: Board, names: string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const name of names.toReversed()) {
    ids.set(name, (await deal({ name, stage_id: board.stages[0], skip_automations: true })).id);
  }
  return ids;
}

test("workspace.move_opportunity#0 workspace.move_opportunity#6 without a card it is added; an only card elsewhere moves over", async () => {
  const open = await openDeals(frontdesk);
  const [jobs, sales] = [await open.board("Jobs"), await open.board("Sales")];
  const { id } = await open.deal();
  const added = await open.move(id, jobs, 0);
  assert.deepEqual(
    [added.deal_id, added.pipeline_id, added.stage_id, added.position],
    [id, jobs.id, jobs.stages[0], 0],
  );
  const alias = await open.call("POST", `/deals/${id}/move`, {
    pipeline_id: sales.id,
    stage_id: sales.stages[1],
  });
  assert.equal(alias.status, 200, alias.text);
  assert.equal(alias.body.data.id, added.id, "it is the same card");
  const { placements } = (await open.call("GET", `/opportunities/${id}`)).body.data;
  assert.deepEqual(
    placements.map((card: Json) => card.stage_id),
    [sales.stages[1]],
  );
});

test("workspace.move_opportunity#0 of several cards the one in the target pipeline moves; without one they make way for a new one", async () => {
  const open = await openDeals(frontdesk);
  const boards = [await open.board("A"), await open.board("B"), await open.board("C")] as [
    Board,
    Board,
    Board,
  ];
  const { id } = await open.deal();
  for (const board of boards.slice(0, 2)) {
    await open.make(`/opportunities/${id}/add-card`, { pipeline_id: board.id, stage_id: board.stages[0] });
  }
  const stages = async () =>
    (await open.call("GET", `/opportunities/${id}`)).body.data.placements
      .map((card: Json) => card.stage_id)
      .toSorted();
  await open.move(id, boards[1], 2);
  assert.deepEqual(await stages(), [boards[0].stages[0], boards[1].stages[2]].toSorted());
  await open.move(id, boards[2], 1);
  assert.deepEqual(await stages(), [boards[2].stages[1]]);
});

test("workspace.move_opportunity#1 workspace.move_opportunity#2 workspace.move_opportunity#3 a change of stage is told once, with what automations are to leave out", async () => {
  const open = await openDeals(frontdesk);
  const jobs = await open.board();
  const { id } = await open.deal();
  const skipped = randomUUID();
  const card = await open.move(id, jobs, 0);
  await open.move(id, jobs, 0, { position: 3 });
  await open.move(id, jobs, 1, { skip_automations: true });
  await open.move(id, jobs, 2, { skip_action_ids: [skipped] });
  const about = { id, deal_id: id, placement_id: card.id, pipeline_id: jobs.id };
  const [first, second, third] = jobs.stages;
  assert.deepEqual(await stageEvents(open), [
    { ...about, from_pipeline_id: null, from_stage_id: null, to_stage_id: first },
    {
      ...about,
      from_pipeline_id: jobs.id,
      from_stage_id: first,
      to_stage_id: second,
      skip_automations: true,
    },
    {
      ...about,
      from_pipeline_id: jobs.id,
      from_stage_id: second,
      to_stage_id: third,
      skip_action_ids: [skipped],
    },
  ]);
  const wrong = await open.call("POST", `/opportunities/${id}/move`, {
    pipeline_id: jobs.id,
    stage_id: first,
    skip_action_ids: ["all"],
  });
  assert.match(fieldOf(wrong), /^skip_action_ids/);
});

test("workspace.move_opportunity#4 workspace.add_opportunity_card#4 position is the index in the stage, the top by default, the end beyond it", async () => {
  const open = await openDeals(frontdesk);
  const jobs = await open.board();
  const ids = await filled(open, jobs, ["a", "b", "c", "d"]);
  const column = async () => (await open.column(jobs.stages[0] ?? "")).join("");
  const drag = (name: string, position?: number) =>
    open.move(ids.get(name) ?? "", jobs, 0, position === undefined ? {} : { position });
  assert.equal(await column(), "abcd");
  for (const [name, position, expected] of [
    ["d", undefined, "dabc"],
    ["d", 2, "abdc"],
    ["a", 1, "badc"],
    ["b", 99, "adcb"],
    ["c", 2, "adcb"],
    ["b", 0, "badc"],
  ] as const) {
    const placed = await drag(name, position);
    assert.equal(await column(), expected);
    assert.equal(placed.position, expected.indexOf(name));
  }
  const extra = await open.deal({ name: "e" });
  const into = { pipeline_id: jobs.id, stage_id: jobs.stages[0] };
  await open.make(`/opportunities/${extra.id}/add-card`, { ...into, position: 1 });
  assert.equal(await column(), "beadc");
  await open.make(`/opportunities/${extra.id}/add-card`, into);
  assert.equal(await column(), "ebadc");
  for (const position of [-1, 1.5, "top"]) {
    const answer = await open.call("POST", `/opportunities/${extra.id}/move`, { ...into, position });
    assert.equal(fieldOf(answer), "position");
  }
});

test("workspace.move_opportunity#5 workspace.add_opportunity_card#5 pipeline and stage are needed and must belong together", async () => {
  const open = await openDeals(frontdesk);
  const [jobs, sales] = [await open.board("Jobs"), await open.board("Sales")];
  const { id } = await open.deal();
  for (const verb of ["move", "add-card"]) {
    const refused = async (body: object) => {
      const answer = await open.call("POST", `/opportunities/${id}/${verb}`, body);
      assert.equal(answer.status, 400, answer.text);
      return fieldOf(answer);
    };
    assert.equal(await refused({ pipeline_id: jobs.id }), "stage_id");
    assert.equal(await refused({ stage_id: jobs.stages[0] }), "pipeline_id");
    assert.equal(await refused({ pipeline_id: jobs.id, stage_id: sales.stages[0] }), "stage_id");
    assert.equal(await refused({ pipeline_id: jobs.id, stage_id: randomUUID() }), "stage_id");
    assert.equal(await refused({ pipeline_id: randomUUID(), stage_id: jobs.stages[0] }), "pipeline_id");
  }
  assert.deepEqual(await stageEvents(open), []);
});

test("workspace.add_opportunity_card#0 workspace.add_opportunity_card#1 workspace.add_opportunity_card#2 workspace.add_opportunity_card#3 one card in each pipeline, side by side", async () => {
  const open = await openDeals(frontdesk);
  const [jobs, sales] = [await open.board("Jobs"), await open.board("Sales")];
  const { id } = await open.deal();
  const add = (board: Board, stage: number, more: object = {}) =>
    open.make(`/opportunities/${id}/add-card`, {
      pipeline_id: board.id,
      stage_id: board.stages[stage],
      ...more,
    });
  const first = await add(jobs, 0);
  await add(sales, 0, { skip_automations: true });
  const again = await add(jobs, 1, { skip_action_ids: [id] });
  assert.equal(again.id, first.id);
  await add(jobs, 1);
  const { placements } = (await open.call("GET", `/opportunities/${id}`)).body.data;
  assert.deepEqual(
    placements.map((card: Json) => card.stage_id).toSorted(),
    [jobs.stages[1], sales.stages[0]].toSorted(),
  );
  assert.deepEqual(
    (await stageEvents(open)).map(({ to_stage_id: to, skip_automations, skip_action_ids }) => [
      to,
      skip_automations ?? skip_action_ids ?? null,
    ]),
    [
      [jobs.stages[0], null],
      [sales.stages[0], true],
      [jobs.stages[1], [id]],
    ],
  );
});

test("workspace.create_opportunity workspace.update_opportunity a place may come with create and update", async () => {
  const open = await openDeals(frontdesk);
  const [jobs, sales] = [await open.board("Jobs"), await open.board("Sales", [])];
  const made = await open.deal({ pipeline_id: jobs.id });
  assert.equal(made.placements[0].stage_id, jobs.stages[0]);
  const patch = async (body: object) => open.call("PATCH", `/opportunities/${made.id}`, body);
  const moved = await patch({ stage_id: jobs.stages[2] });
  assert.deepEqual(
    moved.body.data.placements.map((card: Json) => card.stage_id),
    [jobs.stages[2]],
  );
  // A pipeline alone is content with any stage of it; the same stage again moves nothing.
  await patch({ pipeline_id: jobs.id });
  await patch({ stage_id: jobs.stages[2] });
  assert.equal((await stageEvents(open)).length, 2);
  assert.equal(fieldOf(await patch({ pipeline_id: sales.id })), "pipeline_id");
  assert.equal(fieldOf(await patch({ pipeline_id: sales.id, stage_id: jobs.stages[0] })), "stage_id");
});

test("fifty drags at once: no card is lost, none waits for another for ever, and the order is what was written", async () => {
  const open = await openDeals(frontdesk);
  const jobs = await open.board();
  const names = Array.from({ length: 25 }, (_, index) => `card ${String(index).padStart(2, "0")}`);
  const ids = await filled(open, jobs, names);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      open.call("POST", `/opportunities/${ids.get(names[index % 25] ?? "")}/move`, {
        pipeline_id: jobs.id,
        stage_id: jobs.stages[0],
        // Many to the very same place.
        position: index % 3 === 0 ? 5 : (index * 7) % 25,
      }),
    ),
  );
  assert.deepEqual(
    answers.filter((answer) => answer.status !== 200).map((answer) => answer.text),
    [],
  );
  const column = await open.column(jobs.stages[0] ?? "");
  assert.deepEqual(column.toSorted(), names);
  // Whatever came of it, every place can still be dragged to.
  for (const position of [0, 5, 6, 12, 24]) {
    const name = column[3] as string;
    assert.equal((await open.move(ids.get(name) ?? "", jobs, 0, { position })).position, position);
    assert.equal((await open.column(jobs.stages[0] ?? ""))[position], name);
  }
});

test("cards of the same rank have an order, and another fits between them", async () => {
  const open = await openDeals(frontdesk);
  const jobs = await open.board();
  const ids = await filled(open, jobs, ["a", "b", "c", "d", "e"]);
  const mine = (name: string) => ids.get(name) ?? "";
  await open.inside(async (ctx) => {
    const card = () => ctx.db.update("opportunity_placements");
    const { rank } = await ctx.db
      .from("opportunity_placements")
      .select("rank")
      .where("opportunity_id", "=", mine("b"))
      .executeTakeFirstOrThrow();
    await card()
      .set({ rank })
      .where("opportunity_id", "in", [mine("b"), mine("c"), mine("d")])
      .execute();
  });
  const before = await open.column(jobs.stages[0] ?? "");
  assert.deepEqual([before[0], before[4], before.toSorted()], ["a", "e", ["a", "b", "c", "d", "e"]]);
  for (const position of [2, 3]) {
    await open.move(mine("e"), jobs, 0, { position });
    const expected = before.filter((name) => name !== "e").toSpliced(position, 0, "e");
    assert.deepEqual(await open.column(jobs.stages[0] ?? ""), expected);
  }
});

test("ranks that grew long are given out anew, in the same order", async () => {
  const open = await openDeals(frontdesk);
  const jobs = await open.board();
  const ids = await filled(open, jobs, ["a", "b", "c"]);
  const ranks = () =>
    open.inside((ctx) => ctx.db.from("opportunity_placements").select("rank").orderBy("rank").execute());
  const [low, next] = ranksBetween(null, null, 2) as [string, string];
  let high = next;
  while (high.length <= longestRank) high = rankBetween(low, high);
  await open.inside(async (ctx) => {
    const place = (name: string, rank: string) =>
      ctx.db
        .update("opportunity_placements")
        .set({ rank })
        .where("opportunity_id", "=", ids.get(name) ?? "")
        .execute();
    await place("a", low);
    await place("b", high);
    await place("c", rankBetween(high, null));
  });
  await open.move(ids.get("c") ?? "", jobs, 0, { position: 1 });
  assert.equal((await open.column(jobs.stages[0] ?? "")).join(""), "acb");
  await frontdesk.settle();
  assert.equal((await open.column(jobs.stages[0] ?? "")).join(""), "acb");
  assert.ok((await ranks()).every(({ rank }) => rank.length < 10));
});

test("a rank lies between any two others, and behind both where they are equal", () => {
  const order: string[] = [];
  for (let step = 0; step < 300; step += 1) {
    const at = (step * 31) % (order.length + 1);
    order.splice(at, 0, rankBetween(order[at - 1] ?? null, order[at] ?? null));
  }
  assert.deepEqual(
    order,
    order.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.equal(new Set(order).size, 300);
  const tied = order[7] as string;
  assert.ok(rankBetween(tied, tied) > tied);
  assert.deepEqual(ranksBetween(null, null, 0), []);
});
