/** Which stages of a pipeline make the steps of its funnel. */
import { Type } from "typebox";
import type { Ctx } from "../../../../kernel/context.ts";
import { findRow } from "../../../../kernel/crud.ts";
import { invalidField, missing, notFound } from "../../../../kernel/errors.ts";
import { newId } from "../../../../kernel/ids.ts";
import { recordCreated, recordDeleted, recordUpdated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { reportScopes } from "../scopes.ts";
import { FunnelRecord, presentFunnel, stageCounts } from "./funnel.ts";
import type { Funnel, FunnelStep } from "./funnel.ts";

const about = {
  surface: workspaceApi,
  section: "Reports",
  scopes: reportScopes.read,
  noun: "report_funnel",
} as const;

const pipelineId = Type.String({ format: "uuid", description: "Pipeline the funnel is of." });

export const getReportFunnel = operation({
  ...about,
  name: "get_report_funnel",
  route: "GET /report-funnels",
  effect: "read",
  summary: "Get the funnel of a pipeline: its steps, and how many deals stand in each now.",
  input: Type.Object({ pipeline_id: pipelineId }, { additionalProperties: false }),
  output: FunnelRecord,
  async run(ctx, { pipeline_id: id }) {
    if (!(await findRow(ctx, "pipelines", id))) throw missing("pipeline", id);
    const row = await funnelOf(ctx, id);
    if (row) return presentFunnel(ctx, row);
    throw notFound(`The pipeline ${id} has no funnel.`, {
      fix: "Say which stages make its steps with PUT /report-funnels.",
    });
  },
});

export const setReportFunnel = operation({
  ...about,
  name: "set_report_funnel",
  route: "PUT /report-funnels",
  scopes: reportScopes.write,
  effect: "write",
  summary: "Say which stages make the steps of a pipeline's funnel; replaces what was said before.",
  input: Type.Object(
    {
      pipeline_id: pipelineId,
      steps: Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" }),
            stage_ids: Type.Array(Type.String({ format: "uuid" }), { minItems: 1, maxItems: 100 }),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 50, description: "From first to last; a stage is in one step at most." },
      ),
    },
    { additionalProperties: false },
  ),
  output: FunnelRecord,
  async run(ctx, { pipeline_id: id, steps }) {
    // Locked, so that two first funnels of a pipeline come one after the other.
    if (!(await findRow(ctx, "pipelines", id, { lock: true }))) {
      throw invalidField(
        "pipeline_id",
        "is not a pipeline of this workspace",
        "Take an id from GET /pipelines.",
      );
    }
    await checkSteps(ctx, id, steps);
    const named = steps.map((step) => ({ ...step, name: step.name.trim() }));
    const before = await funnelOf(ctx, id);
    const after = before ? await replaceSteps(ctx, before, named) : await insertFunnel(ctx, id, named);
    return presentFunnel(ctx, after);
  },
});

export const deleteReportFunnel = operation({
  ...about,
  name: "delete_report_funnel",
  route: "DELETE /report-funnels/:id",
  scopes: reportScopes.write,
  effect: "destructive",
  shape: "empty",
  summary: "Delete the funnel of a pipeline.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, { id }) {
    const row = await findRow(ctx, "report_funnels", id, { lock: true });
    if (!row) throw missing("report funnel", id);
    await ctx.db.remove("report_funnels").where("id", "=", id).execute();
    recordDeleted(ctx, "report_funnel", row);
    return null;
  },
});

async function funnelOf(ctx: Ctx, id: string): Promise<Funnel | undefined> {
  return ctx.db.from("report_funnels").selectAll().where("pipeline_id", "=", id).executeTakeFirst();
}

async function checkSteps(ctx: Ctx, id: string, steps: readonly FunnelStep[]): Promise<void> {
  const stages = await stageCounts(ctx, id);
  const seen = new Set<string>();
  for (const [at, step] of steps.entries()) {
    for (const [index, stageId] of step.stage_ids.entries()) {
      const field = `steps.${at}.stage_ids.${index}`;
      if (!stages.has(stageId)) {
        throw invalidField(field, "is not a stage of this pipeline", "Take ids from the pipeline's stages.");
      }
      if (seen.has(stageId)) throw invalidField(field, "is in a step already", "Name each stage once.");
      seen.add(stageId);
    }
  }
}

async function insertFunnel(ctx: Ctx, id: string, steps: readonly FunnelStep[]): Promise<Funnel> {
  const row = await ctx.db
    .insert("report_funnels", {
      id: newId(ctx.now),
      pipeline_id: id,
      steps: JSON.stringify(steps),
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "report_funnel", row);
  return row;
}

async function replaceSteps(ctx: Ctx, before: Funnel, steps: readonly FunnelStep[]): Promise<Funnel> {
  const after = await ctx.db
    .update("report_funnels")
    .set({ steps: JSON.stringify(steps), updated_at: ctx.now })
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "report_funnel", before, after);
  return after;
}
