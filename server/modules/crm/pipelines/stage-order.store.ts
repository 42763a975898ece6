/** The order of a stage's cards: ranks for new places, and what to do where two drags left none between them. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import { longestRank, ranksBetween } from "../rank.ts";
import type { Placement } from "./pipeline.ts";

type Ranked = Pick<Placement, "id" | "rank">;

/**
 * Ranks for `count` cards at a place in the stage, counted without the cards that are being moved. Beyond the end is the
 * end. The cards there are not renumbered, but for those whose equal ranks leave no room.
 */
export async function ranksAt(
  ctx: Ctx,
  stageId: string,
  { position, count, without }: { position: number; count: number; without: readonly string[] },
): Promise<string[]> {
  const [before, after] = await neighbours(ctx, stageId, position, without);
  const ranks =
    before && after && before.rank === after.rank
      ? await ranksInTie(ctx, stageId, after, { count, without })
      : ranksBetween(before?.rank ?? null, after?.rank ?? null, count);
  if (ranks.some((rank) => rank.length > longestRank)) {
    ctx.enqueue(rebalanceStage, { stageId }, { key: stageId });
  }
  return ranks;
}

/** A card's index in its stage. */
export async function positionOf(
  ctx: Ctx,
  card: Pick<Placement, "id" | "rank" | "stage_id">,
): Promise<number> {
  const [row] = await ctx.db.raw(sql<{ ahead: number }>`
    select count(*)::integer as ahead from opportunity_placements
     where workspace_id = ${ctx.workspaceId} and stage_id = ${card.stage_id}
       and (rank, id) < (${card.rank}, ${card.id}::uuid)`);
  return row?.ahead ?? 0;
}

async function neighbours(
  ctx: Ctx,
  stageId: string,
  position: number,
  without: readonly string[],
): Promise<[Ranked | undefined, Ranked | undefined]> {
  const cards = () => {
    const query = ctx.db
      .from("opportunity_placements")
      .select(["id", "rank"])
      .where("stage_id", "=", stageId);
    return without.length > 0 ? query.where("id", "not in", without) : query;
  };
  const inOrder = cards().orderBy("rank").orderBy("id");
  if (position === 0) return [undefined, await inOrder.limit(1).executeTakeFirst()];
  const [before, after] = await inOrder
    .offset(position - 1)
    .limit(2)
    .execute();
  if (before) return [before, after];
  const last = await cards().orderBy("rank", "desc").orderBy("id", "desc").limit(1).executeTakeFirst();
  return [last, undefined];
}

/**
 * Two drags to one place at one moment gave their cards the same rank. To get between such cards, those from `after` on
 * are ranked anew, behind the ones that are placed now. A card somebody is just dragging is passed over: it goes where they put it.
 */
async function ranksInTie(
  ctx: Ctx,
  stageId: string,
  after: Ranked,
  { count, without }: { count: number; without: readonly string[] },
): Promise<string[]> {
  const tied = await ctx.db
    .from("opportunity_placements")
    .select("id")
    .where("stage_id", "=", stageId)
    .where("rank", "=", after.rank)
    .where("id", ">=", after.id)
    .orderBy("id")
    .forUpdate()
    .skipLocked()
    .execute();
  const ids = tied.map((card) => card.id).filter((id) => !without.includes(id));
  const next = await ctx.db
    .from("opportunity_placements")
    .select("rank")
    .where("stage_id", "=", stageId)
    .where("rank", ">", after.rank)
    .orderBy("rank")
    .limit(1)
    .executeTakeFirst();
  const ranks = ranksBetween(after.rank, next?.rank ?? null, count + ids.length);
  await writeRanks(ctx, ids, ranks.slice(count));
  return ranks.slice(0, count);
}

async function writeRanks(ctx: Ctx, ids: readonly string[], ranks: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await ctx.db.raw(sql`
    update opportunity_placements card set rank = place.rank
      from unnest(${ids}::uuid[], ${ranks}::text[]) place (id, rank)
     where card.workspace_id = ${ctx.workspaceId} and card.id = place.id`);
}

/** Gives a stage's cards short ranks again, in the order they have; drags wait for it, and it for them. */
export const rebalanceStage = job<{ stageId: string }>({
  name: "rebalance-stage",
  async run(one, { stageId }) {
    await one.transaction(async (ctx) => {
      const stage = await ctx.db
        .from("pipeline_stages")
        .select("id")
        .where("id", "=", stageId)
        .forUpdate()
        .executeTakeFirst();
      if (!stage) return;
      const cards = await ctx.db
        .from("opportunity_placements")
        .select(["id", "rank"])
        .where("stage_id", "=", stageId)
        .orderBy("rank")
        .orderBy("id")
        .execute();
      if (!cards.some((card) => card.rank.length > longestRank)) return;
      const ids = cards.map((card) => card.id);
      await writeRanks(ctx, ids, ranksBetween(null, null, ids.length));
    });
  },
});
