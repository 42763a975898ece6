import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { ranksBetween } from "../rank.ts";
import type { Placement, Stage } from "../pipelines/pipeline.ts";
import { tellMove } from "./placements.store.ts";

/**
 * Moves every card of a stage, which must be locked, behind those of another stage of its pipeline, in their order. The move is
 * told for each; automations leave it alone, for the board was rearranged and no opportunity got anywhere.
 */
export async function moveStageCards(ctx: Ctx, from: Stage, to: Stage): Promise<void> {
  await ctx.db.from("pipeline_stages").select("id").where("id", "=", to.id).forKeyShare().execute();
  const inOrder = (stageId: string, direction: "asc" | "desc") =>
    ctx.db
      .from("opportunity_placements")
      .select(["id", "rank"])
      .where("stage_id", "=", stageId)
      .orderBy("rank", direction)
      .orderBy("id", direction);
  const cards = await inOrder(from.id, "asc").execute();
  const last = await inOrder(to.id, "desc").limit(1).executeTakeFirst();
  const ids = cards.map((card) => card.id);
  const ranks = ranksBetween(last?.rank ?? null, null, ids.length);
  const moved = await ctx.db.raw(sql<Placement>`
    update opportunity_placements card
       set stage_id = ${to.id}, rank = place.rank, placed_at = ${ctx.now}, updated_at = ${ctx.now}
      from unnest(${ids}::uuid[], ${ranks}::text[]) place (id, rank)
     where card.workspace_id = ${ctx.workspaceId} and card.id = place.id and card.stage_id = ${from.id}
    returning card.*`);
  for (const card of moved) {
    tellMove(ctx, card, { pipeline_id: from.pipeline_id, stage_id: from.id }, { skip_automations: true });
  }
}
