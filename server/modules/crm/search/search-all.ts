import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { displayName } from "../contacts/contact.ts";
import { needleOf, ranks } from "./search.store.ts";
import type { Kind, Ranked } from "./search.store.ts";
import "../companies/company.ts";
import "../opportunities/opportunity.ts";

export const Hit = Type.Object({
  entity_type: Type.Union([Type.Literal("contact"), Type.Literal("company"), Type.Literal("opportunity")]),
  entity_id: Type.String({ format: "uuid" }),
  display_name: Type.String(),
  subtitle: Type.Union([Type.String(), Type.Null()], {
    description: "E-mail or number of a person, number or industry of a company, status of a deal.",
  }),
  rank: Type.Number({ minimum: 0, maximum: 1, description: "1 for an exact part, less for a likeness." }),
});

type Hits = { entity_type: "contact" | "company" | "opportunity" } & {
  entity_id: string;
  display_name: string;
  subtitle: string | null;
  rank: number;
};

export const searchInput = {
  query: Type.String({ minLength: 1, maxLength: 200, description: "Part of a name, e-mail or number." }),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 25, description: "Most results, 1-100." }),
  ),
};

export const searchAll = operation({
  name: "search_all",
  surface: workspaceApi,
  section: "Universal Search",
  route: "POST /search",
  scopes: ["contacts:read", "companies:read", "opportunities:read"],
  effect: "read",
  noun: "search",
  preloaded: true,
  summary: "Search contacts, companies and opportunities at once, the best matches first.",
  description: "Names forgive typing errors; e-mail addresses and numbers match by an exact part.",
  input: Type.Object(searchInput, { additionalProperties: false }),
  output: Type.Array(Hit),
  example: { input: { query: "Sarah", limit: 10 } },
  async run(ctx, { query, limit = 25 }) {
    const found = await ranks(ctx, ["contact", "company", "opportunity"], needleOf(query), limit);
    const of = (kind: Kind) => found.filter((one) => one.kind === kind);
    const hits = (
      await Promise.all([
        contactHits(ctx, of("contact")),
        companyHits(ctx, of("company")),
        opportunityHits(ctx, of("opportunity")),
      ])
    ).flat();
    hits.sort((a, b) => b.rank - a.rank || (a.display_name < b.display_name ? -1 : 1));
    return hits.slice(0, limit);
  },
});

async function contactHits(ctx: Ctx, ranked: Ranked[]): Promise<Hits[]> {
  if (ranked.length === 0) return [];
  const rows = await ctx.db
    .from("contacts")
    .select(["id", "first_name", "last_name", "email", "phone", "landline"])
    .where("id", "in", idsOf(ranked))
    .execute();
  return rows.map((row) => ({
    entity_type: "contact",
    entity_id: row.id,
    display_name: displayName(row),
    subtitle: row.email ?? row.phone ?? row.landline,
    rank: rankOf(ranked, row.id),
  }));
}

async function companyHits(ctx: Ctx, ranked: Ranked[]): Promise<Hits[]> {
  if (ranked.length === 0) return [];
  const rows = await ctx.db
    .from("companies")
    .select(["id", "name", "email", "phone", "landline", "industry"])
    .where("id", "in", idsOf(ranked))
    .execute();
  return rows.map((row) => ({
    entity_type: "company",
    entity_id: row.id,
    display_name: row.name,
    subtitle: row.email ?? row.phone ?? row.landline ?? row.industry,
    rank: rankOf(ranked, row.id),
  }));
}

async function opportunityHits(ctx: Ctx, ranked: Ranked[]): Promise<Hits[]> {
  if (ranked.length === 0) return [];
  const rows = await ctx.db
    .from("opportunities")
    .select(["id", "name", "status"])
    .where("id", "in", idsOf(ranked))
    .execute();
  return rows.map((row) => ({
    entity_type: "opportunity",
    entity_id: row.id,
    display_name: row.name,
    subtitle: row.status,
    rank: rankOf(ranked, row.id),
  }));
}

function idsOf(ranked: Ranked[]): string[] {
  return ranked.map((one) => one.id);
}

function rankOf(ranked: Ranked[], id: string): number {
  const rank = ranked.find((one) => one.id === id)?.rank ?? 0;
  return Math.round(rank * 1000) / 1000;
}
