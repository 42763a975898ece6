import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";

export type Ranked = { id: string; rank: number };

/** What is looked for: small letters, and the digits alone when it may be (part of) a number. */
export type Needle = { text: string; digits: string | null };

/**
 * Reads a query. Numbers are stored as E.164, so spaces, dashes and brackets are dropped, as is the national 0 in
 * front: "07700 900 123" finds +447700900123.
 */
export function needleOf(query: string): Needle {
  const text = query.trim().replaceAll(/\s+/g, " ").toLowerCase();
  const numeric = /^[+\d\s().\-/]+$/.test(text);
  const digits = text.replaceAll(/\D/g, "").replace(/^0+/, "");
  return { text, digits: numeric && digits.length >= 3 ? digits : null };
}

export function contactRanks(ctx: Ctx, { text, digits }: Needle, most: number): Promise<Ranked[]> {
  return ctx.db.raw(sql<Ranked>`select id, rank from search_contact_ranks(${text}, ${digits}, ${most})`);
}

export function companyRanks(ctx: Ctx, { text, digits }: Needle, most: number): Promise<Ranked[]> {
  return ctx.db.raw(sql<Ranked>`select id, rank from search_company_ranks(${text}, ${digits}, ${most})`);
}

export function opportunityRanks(ctx: Ctx, { text }: Needle, most: number): Promise<Ranked[]> {
  return ctx.db.raw(sql<Ranked>`select id, rank from search_opportunity_ranks(${text}, ${most})`);
}
