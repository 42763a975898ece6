import { sql } from "kysely";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { fromMinor } from "../../../money.ts";
import { presentLines } from "./line-record.ts";
import type { OpportunityRecord, Expansion } from "./opportunity-record.ts";
import { shownOpportunity } from "./opportunity.ts";
import type { Opportunity } from "./opportunity.ts";

export type ShownOpportunity = Static<typeof OpportunityRecord>;

type Card = ShownOpportunity["placements"][number];
type Around = {
  id: string;
  cards: Card[] | null;
  users: string[] | null;
  in_charge: string | null;
  total: number;
};

/**
 * Opportunities as callers see them, in the order given, each with its cards, its users and what its lines come to: one
 * statement for all of them, and one for each expansion. `positions` also counts where each card stands in its stage.
 */
export async function presentOpportunities(
  ctx: Ctx,
  rows: readonly Opportunity[],
  { expand = [], positions = false }: { expand?: readonly Expansion[]; positions?: boolean } = {},
): Promise<ShownOpportunity[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const around = new Map((await whatIsAround(ctx, ids, positions)).map((one) => [one.id, one]));
  const add = await expanded(ctx, rows, expand);
  return rows.map((row) => {
    const { cards, users, in_charge, total = 0 } = around.get(row.id) ?? ({} as Partial<Around>);
    return {
      ...shownOpportunity(row),
      products_total_value: fromMinor(total, row.currency),
      assigned_to: in_charge ?? null,
      assigned_user_ids: users ?? [],
      placements: (cards ?? []).map((card) => ({
        ...card,
        placed_at: new Date(card.placed_at).toISOString(),
      })),
      ...add(row),
    } as unknown as ShownOpportunity;
  });
}

export async function presentOpportunity(
  ctx: Ctx,
  row: Opportunity,
  options: { expand?: readonly Expansion[] } = {},
): Promise<ShownOpportunity> {
  const [shown] = await presentOpportunities(ctx, [row], { ...options, positions: true });
  return shown as ShownOpportunity;
}

function whatIsAround(ctx: Ctx, ids: string[], positions: boolean): Promise<Around[]> {
  const position = positions
    ? sql`, 'position', (select count(*) from opportunity_placements ahead
        where ahead.workspace_id = card.workspace_id and ahead.stage_id = card.stage_id
          and (ahead.rank, ahead.id) < (card.rank, card.id))`
    : sql``;
  return ctx.db.raw(sql<Around>`
    select wanted.id,
      (select json_agg(json_build_object(
          'id', card.id, 'pipeline_id', card.pipeline_id, 'stage_id', card.stage_id, 'rank', card.rank,
          'placed_at', card.placed_at, 'crm_pipelines', json_build_object('id', p.id, 'name', p.name),
          'crm_pipeline_stages', json_build_object('id', s.id, 'name', s.name, 'color', s.color)${position})
          order by card.placed_at, card.id)
         from opportunity_placements card
         join pipelines p on p.workspace_id = card.workspace_id and p.id = card.pipeline_id
         join pipeline_stages s on s.workspace_id = card.workspace_id and s.id = card.stage_id
        where card.workspace_id = ${ctx.workspaceId} and card.opportunity_id = wanted.id) as cards,
      (select json_agg(u.user_id order by u.is_primary desc, u.created_at, u.user_id) from opportunity_users u
        where u.workspace_id = ${ctx.workspaceId} and u.opportunity_id = wanted.id) as users,
      (select u.user_id from opportunity_users u
        where u.workspace_id = ${ctx.workspaceId} and u.opportunity_id = wanted.id and u.is_primary
        limit 1) as in_charge,
      (select coalesce(sum(l.total_minor), 0)::float8 from opportunity_products l
        where l.workspace_id = ${ctx.workspaceId} and l.opportunity_id = wanted.id) as total
    from unnest(${ids}::uuid[]) wanted (id)`);
}

/** What each row gets besides, for the expansions asked for. */
async function expanded(ctx: Ctx, rows: readonly Opportunity[], expand: readonly Expansion[]) {
  const wants = new Set(expand);
  const people = await peopleOf(ctx, [
    ...(wants.has("contact") ? rows.map((row) => row.contact_id) : []),
    ...(wants.has("referrer") ? rows.map((row) => row.primary_referrer_contact_id) : []),
  ]);
  const companies = wants.has("customer") ? await companiesOf(ctx, rows) : new Map<string, unknown>();
  const lines = wants.has("products") ? await linesByOpportunity(ctx, rows) : new Map<string, unknown[]>();
  const users = wants.has("assigned_users") ? await usersOf(ctx, rows) : new Map<string, unknown[]>();
  return (row: Opportunity): Record<string, unknown> => {
    const referrer = wants.has("referrer") && people.get(row.primary_referrer_contact_id ?? "");
    return {
      ...(wants.has("contact") ? { contact: people.get(row.contact_id ?? "") ?? null } : {}),
      ...(referrer ? { referrer } : {}),
      ...(wants.has("customer") ? { customer: companies.get(row.company_id ?? "") ?? null } : {}),
      ...(wants.has("products") ? { products: lines.get(row.id) ?? [] } : {}),
      ...(wants.has("assigned_users") ? { assigned_users: users.get(row.id) ?? [] } : {}),
    };
  };
}

async function peopleOf(ctx: Ctx, ids: (string | null)[]): Promise<Map<string, unknown>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db
    .from("contacts")
    .select(["id", "public_id", "first_name", "last_name", "email", "phone", "job_title"])
    .where("id", "in", wanted)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

async function companiesOf(ctx: Ctx, rows: readonly Opportunity[]): Promise<Map<string, unknown>> {
  const wanted = [...new Set(rows.flatMap((row) => row.company_id ?? []))];
  if (wanted.length === 0) return new Map();
  const found = await ctx.db
    .from("companies")
    .select(["id", "public_id", "name", "email", "phone", "industry", "website"])
    .where("id", "in", wanted)
    .execute();
  return new Map(found.map((row) => [row.id, row]));
}

async function linesByOpportunity(ctx: Ctx, rows: readonly Opportunity[]): Promise<Map<string, unknown[]>> {
  const lines = await ctx.db
    .from("opportunity_products")
    .selectAll()
    .where(
      "opportunity_id",
      "in",
      rows.map((row) => row.id),
    )
    .orderBy("opportunity_id")
    .orderBy("position")
    .orderBy("id")
    .execute();
  return Map.groupBy(await presentLines(ctx, lines), (line) => line.deal_id);
}

async function usersOf(ctx: Ctx, rows: readonly Opportunity[]): Promise<Map<string, unknown[]>> {
  const found = await ctx.db
    .from("opportunity_users")
    .innerJoin("members", (join) =>
      join
        .onRef("members.workspace_id", "=", "opportunity_users.workspace_id")
        .onRef("members.id", "=", "opportunity_users.user_id"),
    )
    .select(["opportunity_users.opportunity_id", "opportunity_users.is_primary"])
    .select(["members.id", "members.name", "members.email", "members.phone", "members.role"])
    .where(
      "opportunity_users.opportunity_id",
      "in",
      rows.map((row) => row.id),
    )
    .orderBy("opportunity_users.is_primary", "desc")
    .orderBy("opportunity_users.created_at")
    .orderBy("members.id")
    .execute();
  const byOpportunity = Map.groupBy(found, (one) => one.opportunity_id);
  return new Map(
    [...byOpportunity].map(([id, users]) => [id, users.map(({ opportunity_id: _o, ...user }) => user)]),
  );
}
