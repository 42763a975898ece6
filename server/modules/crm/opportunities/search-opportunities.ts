import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { searchInput } from "../search/search-all.ts";
import { needleOf } from "../search/search.store.ts";
import type { Needle } from "../search/search.store.ts";
import { opportunityColumns } from "./opportunity.ts";
import { OpportunityRecord } from "./opportunity-record.ts";
import { presentOpportunities } from "./present-opportunities.ts";

export const searchOpportunities = operation({
  name: "search_opportunities",
  surface: workspaceApi,
  section: "Opportunities",
  route: "POST /opportunities/search",
  aliases: ["POST /deals/search"],
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "opportunity",
  preloaded: true,
  summary: "Search opportunities by their name or by name, e-mail or number of contact and company.",
  description: "Exact parts come first, then names that are close to what was typed.",
  input: Type.Object(searchInput, { additionalProperties: false }),
  output: Type.Array(OpportunityRecord),
  example: { input: { query: "bathroom", limit: 10 } },
  async run(ctx, { query, limit = 25 }) {
    const ids = await bestMatches(ctx, needleOf(query), limit);
    if (ids.length === 0) return [];
    const rows = await ctx.db
      .from("opportunities")
      .select(opportunityColumns)
      .where("id", "in", ids)
      .execute();
    const place = new Map(ids.map((id, index) => [id, index]));
    rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
    return presentOpportunities(ctx, rows);
  },
});

/** Ids of those that hold the needle, then of those whose name resembles it. */
async function bestMatches(ctx: Ctx, { text, digits, isName }: Needle, most: number): Promise<string[]> {
  const needles = [...new Set([text, digits ?? text])];
  const found = await ctx.db.raw(sql<{ id: string }>`
    select distinct id from unnest(${needles}::text[]) needle (text),
      opportunity_ids_holding(${ctx.workspaceId}, needle.text, ${most}) id`);
  if (found.length < most && isName) {
    const alike = sql<{
      id: string;
    }>`select id from opportunities_named_like(${ctx.workspaceId}, ${text}, ${most}) order by rank desc`;
    found.push(...(await ctx.db.raw(alike)));
  }
  return [...new Set(found.map((one) => one.id))].slice(0, most);
}
