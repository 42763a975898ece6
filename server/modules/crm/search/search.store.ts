import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { Tables } from "../../../kernel/tables.ts";

export type Kind = "contact" | "company" | "opportunity";

export type Ranked = { kind: Kind; id: string; rank: number };

/** What is looked for, still unfolded (the database folds it as it folds names), and the digits alone when it may be (part of) a number. */
export type Needle = { text: string; digits: string | null; isName: boolean };

/**
 * Reads a query. Numbers are stored as E.164, so spaces, dashes and brackets are dropped, as is the national 0 in
 * front: "07700 900 123" finds +447700900123. A query of nothing but spaces is a 400 naming `field`.
 */
export function needleOf(query: string, field = "query"): Needle {
  const text = query.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
  if (text === "") throw invalidField(field, "may not be empty", "Send a word to look for.");
  const numeric = /^[+\d\s().\-/]+$/.test(text);
  const digits = text.replaceAll(/\D/g, "").replace(/^0+/, "");
  return {
    text,
    digits: numeric && digits.length >= 3 ? digits : null,
    isName: /\p{L}/u.test(text) && !text.includes("@"),
  };
}

const sources: Record<Kind, { holding: string; like: string }> = {
  contact: { holding: "contacts_holding", like: "contacts_named_like" },
  company: { holding: "companies_holding", like: "companies_named_like" },
  opportunity: { holding: "opportunities_holding", like: "opportunities_named_like" },
};

/**
 * The best matches among records of these kinds, at most `most`: those that hold the query first (1.0), then, if there is
 * room, those whose names are like it. So the costly look for likenesses is taken only where it can change the answer.
 */
export async function ranks(
  ctx: Ctx,
  kinds: readonly Kind[],
  { text, digits, isName }: Needle,
  most: number,
): Promise<Ranked[]> {
  const holding = kinds.flatMap((kind) =>
    [text, ...(digits === null || digits === text ? [] : [digits])].map(
      (needle) =>
        sql`select ${kind}::text as kind, id, 1 as rank from ${sql.ref(sources[kind].holding)}(${ctx.workspaceId}, ${needle}, ${most}::integer) id`,
    ),
  );
  const found = await ctx.db.raw(sql<Ranked>`${sql.join(holding, sql` union `)}`);
  if (found.length >= most || !isName) return found;
  const alike = kinds.map(
    (kind) =>
      sql`select ${kind}::text as kind, id, rank from ${sql.ref(sources[kind].like)}(${ctx.workspaceId}, ${text}, ${most}::integer)`,
  );
  const known = new Set(found.map(({ id }) => id));
  const likenesses = await ctx.db.raw(sql<Ranked>`${sql.join(alike, sql` union all `)}`);
  likenesses.sort((a, b) => b.rank - a.rank);
  return [...found, ...likenesses.filter(({ id }) => !known.has(id))].slice(0, most);
}

const tables = { contact: "contacts", company: "companies" } as const;

/** The records of one kind that a search finds, the best matches first. */
export async function recordsFound<K extends keyof typeof tables>(
  ctx: Ctx,
  kind: K,
  query: string,
  most: number,
): Promise<Selectable<Tables[(typeof tables)[K]]>[]> {
  const found = await ranks(ctx, [kind], needleOf(query), most);
  if (found.length === 0) return [];
  const place = new Map(found.map(({ id }, index) => [id, index]));
  const rows = await ctx.db
    .from(tables[kind] as "contacts")
    .selectAll()
    .where("id", "in", [...place.keys()])
    .execute();
  rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return rows as never;
}
