import { sql } from "kysely";
import type { Ctx } from "../../../../kernel/context.ts";
import { findRow } from "../../../../kernel/crud.ts";
import { declareError, missing } from "../../../../kernel/errors.ts";
import { newId } from "../../../../kernel/ids.ts";
import { recordCreated } from "../../../../kernel/lifecycle.ts";
import { mayRead } from "./may-read.ts";
import type { Card, Dashboard } from "./dashboard.ts";
import type { NewCard } from "./templates.ts";

export const mostCards = 50;

export const dashboardFull = declareError("DASHBOARD_FULL", 409, `A dashboard holds ${mostCards} cards.`);

/** A dashboard the caller may see; to everybody else it does not exist. `lock` keeps it, and the order of its cards, still. */
export async function readableDashboard(
  ctx: Ctx,
  id: string,
  options: { lock?: boolean } = {},
): Promise<Dashboard> {
  const row = (await findRow(ctx, "report_dashboards", id, options)) as Dashboard | undefined;
  if (!row || !(await mayRead(ctx, row))) throw missing("report dashboard", id);
  return row;
}

/** A card on a dashboard the caller may see, with that dashboard locked. */
export async function lockedCard(ctx: Ctx, id: string): Promise<Card> {
  const card = (await findRow(ctx, "report_cards", id)) as Card | undefined;
  const dashboard = card && (await findRow(ctx, "report_dashboards", card.dashboard_id, { lock: true }));
  if (!dashboard || !(await mayRead(ctx, dashboard as Dashboard))) throw missing("report card", id);
  // Its place may have changed while we waited for the lock.
  const current = (await findRow(ctx, "report_cards", id)) as Card | undefined;
  if (!current) throw missing("report card", id);
  return current;
}

export async function cardsOf(ctx: Ctx, dashboardId: string): Promise<Card[]> {
  return ctx.db
    .from("report_cards")
    .selectAll()
    .where("dashboard_id", "=", dashboardId)
    .orderBy("position")
    .orderBy("id")
    .execute();
}

/** Adds cards after those that are there. */
export async function insertCards(ctx: Ctx, dashboardId: string, cards: readonly NewCard[], first: number) {
  if (cards.length === 0) return [];
  const rows = cards.map(({ query_spec: spec, display_config: display, ...card }, index) => ({
    ...card,
    id: newId(ctx.now),
    dashboard_id: dashboardId,
    query_spec: JSON.stringify(spec),
    display_config: JSON.stringify(display ?? {}),
    position: first + index,
    created_at: ctx.now,
    updated_at: ctx.now,
  }));
  const inserted = await ctx.db.insert("report_cards", rows).returningAll().execute();
  for (const row of inserted) recordCreated(ctx, "report_card", row);
  return inserted.toSorted((a, b) => a.position - b.position);
}

/** Gives cards the positions 0, 1, 2… in the order of their ids. */
export async function arrangeCards(ctx: Ctx, dashboardId: string, ids: readonly string[]): Promise<void> {
  await ctx.db.raw(sql`
    update report_cards c set position = wanted.place - 1, updated_at = ${ctx.now}
      from unnest(${[...ids]}::uuid[]) with ordinality as wanted (id, place)
     where c.workspace_id = ${ctx.workspaceId} and c.dashboard_id = ${dashboardId} and c.id = wanted.id
       and c.position <> wanted.place - 1`);
}

/** The ids with one of them moved to (or put at) a place; the last one at most. */
export function withAt(ids: readonly string[], id: string, place: number): string[] {
  return ids.filter((one) => one !== id).toSpliced(place, 0, id);
}
