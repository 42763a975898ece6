import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { fromMinor } from "../../../money.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nullableText } from "../party.ts";
import { findPipeline } from "./pipelines.store.ts";
import { stagesOf } from "./stages.store.ts";

const Worth = Type.Object({
  currency: Type.String(),
  deal_count: Type.Integer(),
  value: Type.Number({ description: "What the opportunities are said to be worth." }),
  products_total_value: Type.Number({ description: "What their product lines come to." }),
});

const counted = {
  deal_count: Type.Integer(),
  open_count: Type.Integer(),
  won_count: Type.Integer(),
  lost_count: Type.Integer(),
  values: Type.Array(Worth, { description: "By currency, alphabetically." }),
};

export const getPipelineSummary = operation({
  name: "get_pipeline_summary",
  surface: workspaceApi,
  section: "Pipelines",
  route: "GET /pipelines/:id/summary",
  scopes: ["pipelines:read"],
  effect: "read",
  noun: "pipeline",
  summary: "Count a pipeline's opportunities and what they are worth, by stage and currency.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({
    pipeline_id: Type.String({ format: "uuid" }),
    name: Type.String(),
    ...counted,
    stages: Type.Array(
      Type.Object({
        stage_id: Type.String({ format: "uuid" }),
        name: Type.String(),
        color: nullableText(),
        position: Type.Integer(),
        ...counted,
      }),
    ),
  }),
  async run(ctx, { id }) {
    const pipeline = await findPipeline(ctx, id);
    const groups = await groupsOf(ctx, id);
    const byStage = Map.groupBy(groups, (group) => group.stage_id);
    return {
      pipeline_id: pipeline.id,
      name: pipeline.name,
      ...added(groups),
      stages: (await stagesOf(ctx, [id])).map((stage) => ({
        stage_id: stage.id,
        name: stage.name,
        color: stage.color,
        position: stage.position,
        ...added(byStage.get(stage.id) ?? []),
      })),
    };
  },
});

type Group = {
  stage_id: string;
  status: string;
  currency: string;
  deals: number;
  value: number;
  products: number;
};

function groupsOf(ctx: Ctx, pipelineId: string): Promise<Group[]> {
  return ctx.db.raw(sql<Group>`
    select card.stage_id, o.status, o.currency, count(*)::integer as deals,
           coalesce(sum(o.value_minor), 0)::float8 as value, coalesce(sum(lines.total), 0)::float8 as products
      from opportunity_placements card
      join opportunities o on o.workspace_id = card.workspace_id and o.id = card.opportunity_id
      left join (
        select l.opportunity_id, sum(l.total_minor) as total from opportunity_products l
         where l.workspace_id = ${ctx.workspaceId} group by l.opportunity_id) lines on lines.opportunity_id = o.id
     where card.workspace_id = ${ctx.workspaceId} and card.pipeline_id = ${pipelineId}
     group by card.stage_id, o.status, o.currency`);
}

/** Groups as one figure: how many, and what they are worth in each currency. */
function added(groups: readonly Group[]) {
  const count = (some: readonly Group[]) => some.reduce((sum, group) => sum + group.deals, 0);
  const withStatus = (status: string) => count(groups.filter((group) => group.status === status));
  const byCurrency = [...Map.groupBy(groups, (group) => group.currency)].toSorted();
  return {
    deal_count: count(groups),
    open_count: withStatus("open"),
    won_count: withStatus("won"),
    lost_count: withStatus("lost"),
    values: byCurrency.map(([currency, some]) => ({
      currency,
      deal_count: count(some),
      value: fromMinor(
        some.reduce((sum, group) => sum + group.value, 0),
        currency,
      ),
      products_total_value: fromMinor(
        some.reduce((sum, group) => sum + group.products, 0),
        currency,
      ),
    })),
  };
}
