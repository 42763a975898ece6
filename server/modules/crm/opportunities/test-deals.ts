/** What the tests of opportunities and pipelines share: a workspace with a board, and the calls that fill it. */
import assert from "node:assert/strict";
import { systemActor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { Answer, Harness, Json, TestWorkspace } from "../../../testing/harness.ts";

export const deals = "/api/v1/opportunities";

export type Board = { id: string; stages: string[] };

export type TestDeals = {
  workspace: TestWorkspace;
  /** POSTs or PATCHes and so on, expecting success; answers the data. */
  make(path: string, body: object): Promise<Json>;
  call(method: string, path: string, body?: object, key?: string): Promise<Answer>;
  deal(fields?: object): Promise<Json>;
  board(name?: string, stages?: unknown[]): Promise<Board>;
  contact(first_name: string, more?: object): Promise<string>;
  company(name: string, more?: object): Promise<string>;
  product(fields?: object): Promise<string>;
  move(id: string, board: Board, stage: number, more?: object): Promise<Json>;
  /** Names of a stage's cards, from the top. */
  column(stageId: string): Promise<string[]>;
  events(type?: string): Promise<{ type: string; payload: Json }[]>;
  inside<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
};

export const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

export async function openDeals(frontdesk: Harness): Promise<TestDeals> {
  const workspace = await frontdesk.workspace();
  const call = (method: string, path: string, body?: object, key = workspace.key) =>
    frontdesk.call(method, `/api/v1${path}`, { key, ...(body === undefined ? {} : { body }) });
  const make = async (path: string, body: object) => {
    const answer = await call("POST", path, body);
    assert.ok(answer.status < 300, `${path}: ${answer.text}`);
    return answer.body.data as Json;
  };
  const inside = <T>(work: (ctx: Ctx) => Promise<T>): Promise<T> => {
    const actor = systemActor(workspace.id);
    const about = { workspaceId: workspace.id, actor, operation: "test", surface: "test", requestId: "test" };
    return frontdesk.app.inWorkspace(about, work);
  };
  return {
    workspace,
    make,
    call,
    inside,
    deal: (fields = {}) => make("/opportunities", { name: "Bathroom", ...fields }),
    board: async (name = "Jobs", stages = ["New", "Quoted", "Done"]) => {
      const made = await make("/pipelines", { name, stages });
      return { id: made.id, stages: made.stages.map((stage: Json) => stage.id) };
    },
    contact: async (first_name, more = {}) => (await make("/contacts", { first_name, ...more })).id,
    company: async (name, more = {}) => (await make("/companies", { name, ...more })).id,
    product: async (fields = {}) =>
      (await make("/products", { name: "Valve", price: 12.5, currency: "AUD", ...fields })).id,
    move: (id, board, stage, more = {}) =>
      make(`/opportunities/${id}/move`, { pipeline_id: board.id, stage_id: board.stages[stage], ...more }),
    column: (stageId) => inside((ctx) => columnOf(ctx, stageId)),
    events: (type) =>
      inside(async (ctx) => {
        const all = ctx.db.from("events").select(["type", "payload"]);
        return (type ? all.where("type", "=", type) : all).orderBy("position").execute();
      }),
  };
}

async function columnOf(ctx: Ctx, stageId: string): Promise<string[]> {
  const rows = await ctx.db
    .from("opportunity_placements")
    .innerJoin("opportunities", (join) =>
      join
        .onRef("opportunities.workspace_id", "=", "opportunity_placements.workspace_id")
        .onRef("opportunities.id", "=", "opportunity_placements.opportunity_id"),
    )
    .select("opportunities.name")
    .where("opportunity_placements.stage_id", "=", stageId)
    .orderBy("opportunity_placements.rank")
    .orderBy("opportunity_placements.id")
    .execute();
  return rows.map((row) => row.name);
}
