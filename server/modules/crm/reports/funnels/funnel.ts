import { Type } from "typebox";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { Ctx } from "../../../../kernel/context.ts";
import type { Json, Timestamp } from "../../../../kernel/tables.ts";

export type FunnelStep = { name: string; stage_ids: string[] };

export interface ReportFunnelsTable {
  workspace_id: string;
  id: string;
  pipeline_id: string;
  steps: Json<FunnelStep[]>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../../kernel/tables.ts" {
  interface Tables {
    report_funnels: ReportFunnelsTable;
  }
}

export type Funnel = Selectable<ReportFunnelsTable>;

const uuid = () => Type.String({ format: "uuid" });

export const FunnelRecord = Type.Object({
  id: uuid(),
  pipeline_id: uuid(),
  steps: Type.Array(
    Type.Object({
      name: Type.String(),
      stage_ids: Type.Array(Type.String()),
      count: Type.Integer({ description: "Deals that stand in the step now." }),
      reached: Type.Integer({ description: "Deals that stand in this step or in a later one." }),
    }),
  ),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** The funnel with how many deals stand in each step now. Stages deleted since are left out. */
export async function presentFunnel(ctx: Ctx, row: Funnel) {
  const stages = await stageCounts(ctx, row.pipeline_id);
  const counted = row.steps.map(({ name, stage_ids: ids }) => {
    const left = ids.filter((id) => stages.has(id));
    return { name, stage_ids: left, count: left.reduce((sum, id) => sum + (stages.get(id) ?? 0), 0) };
  });
  // A stage belongs to one step, and a deal stands in one stage of a pipeline: nobody counts twice.
  const steps = counted.map((step, index) => ({
    ...step,
    reached: counted.slice(index).reduce((sum, { count }) => sum + count, 0),
  }));
  return {
    id: row.id,
    pipeline_id: row.pipeline_id,
    steps,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The stages of a pipeline, each with how many deals stand in it. */
export async function stageCounts(ctx: Ctx, pipelineId: string): Promise<Map<string, number>> {
  const rows = await ctx.db.raw(
    sql<{ id: string; deals: number }>`
      select s.id, count(p.id) as deals
        from pipeline_stages s
        left join opportunity_placements p
          on p.workspace_id = s.workspace_id and p.pipeline_id = s.pipeline_id and p.stage_id = s.id
       where s.workspace_id = ${ctx.workspaceId} and s.pipeline_id = ${pipelineId}
       group by s.id`,
  );
  return new Map(rows.map((row) => [row.id, Number(row.deals)]));
}
