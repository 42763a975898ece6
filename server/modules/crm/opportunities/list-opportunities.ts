import { sql } from "kysely";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { needleOf } from "../search/search.store.ts";
import { opportunityColumns, statuses } from "./opportunity.ts";
import { OpportunityRecord, expandInput } from "./opportunity-record.ts";
import { presentOpportunities } from "./present-opportunities.ts";
import { momentField, readMoment } from "../../workspace/settings/moments.ts";

export const newestFirst = { column: "created_at", direction: "desc", kind: "timestamp" } as const;

const uuid = (description: string) => Type.Optional(Type.String({ format: "uuid", description }));

const input = Type.Object(
  {
    ...pagingInput(),
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: "Part of its name, or of the name, e-mail or number of its contact or company.",
      }),
    ),
    status: Type.Optional(Type.Enum([...statuses])),
    contact_id: uuid("Of this primary contact."),
    customer_id: uuid("Of this company."),
    assigned_to: uuid("Assigned to this user."),
    pipeline_id: uuid("With a card in this pipeline."),
    stage_id: uuid("With a card in this stage."),
    created_after: Type.Optional(momentField("Made then or later.")),
    created_before: Type.Optional(momentField("Made then or before.")),
    expand: expandInput,
  },
  { additionalProperties: false },
);

type Filters = Omit<Static<typeof input>, "limit" | "cursor" | "after" | "expand">;

export const listOpportunities = operation({
  name: "list_opportunities",
  surface: workspaceApi,
  section: "Opportunities",
  route: "GET /opportunities",
  aliases: ["GET /deals"],
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "opportunity",
  shape: "list",
  preloaded: true,
  summary: "List opportunities, the newest first, with their cards.",
  description:
    "Filters combine. expand inlines contact, referrer, customer, products and assigned_users; payment_status of products is shown only with invoices:read.",
  input,
  output: pageOf(OpportunityRecord),
  async run(ctx, { limit, cursor, after, expand, ...filters }) {
    const paging = {
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(after === undefined ? {} : { after }),
    };
    const query = await filtered(ctx, filters);
    const page = await keysetPage(query, "opportunities", newestFirst, paging);
    return { ...page, rows: await presentOpportunities(ctx, page.rows, { expand: expand ?? [] }) };
  },
});

/** The opportunities that fit all filters; the query is not run yet. */
async function filtered(ctx: Ctx, filters: Filters) {
  let query = ctx.db.from("opportunities").select(opportunityColumns);
  if (filters.status !== undefined) query = query.where("status", "=", filters.status);
  if (filters.contact_id !== undefined) query = query.where("contact_id", "=", filters.contact_id);
  if (filters.customer_id !== undefined) query = query.where("company_id", "=", filters.customer_id);
  if (filters.created_after !== undefined) {
    const { from } = await readMoment(ctx, "created_after", filters.created_after);
    query = query.where("created_at", ">=", from);
  }
  if (filters.created_before !== undefined) {
    const { until, day } = await readMoment(ctx, "created_before", filters.created_before);
    query = query.where("created_at", day ? "<" : "<=", until);
  }
  if (filters.assigned_to !== undefined) {
    const assigned = ctx.db
      .from("opportunity_users")
      .select("opportunity_id")
      .where("user_id", "=", filters.assigned_to);
    query = query.where("opportunities.id", "in", assigned);
  }
  if (filters.pipeline_id !== undefined || filters.stage_id !== undefined) {
    let cards = ctx.db.from("opportunity_placements").select("opportunity_id");
    if (filters.pipeline_id !== undefined) cards = cards.where("pipeline_id", "=", filters.pipeline_id);
    if (filters.stage_id !== undefined) cards = cards.where("stage_id", "=", filters.stage_id);
    query = query.where("opportunities.id", "in", cards);
  }
  return filters.search === undefined ? query : query.where(await holding(ctx, filters.search));
}

/** So many matches, and the newest of them are soon found by reading the opportunities in order. */
const common = 500;

/**
 * Holds the needle: rare ones are looked up by their trigrams, common ones recognised while reading. Either way the cost
 * does not grow with the number of opportunities.
 */
async function holding(ctx: Ctx, search: string) {
  if (search.trim() === "")
    throw invalidField("search", "may not be empty", "Send a word to look for, or leave search out.");
  const { text, digits } = needleOf(search);
  const needles = [...new Set([text, digits ?? text])];
  const found = await ctx.db.raw(sql<{ id: string }>`
    select distinct id from unnest(${needles}::text[]) needle (text),
      opportunity_ids_holding(${ctx.workspaceId}, needle.text, ${common}) id`);
  if (found.length < common) {
    const ids = found.map((row) => row.id);
    return sql<boolean>`opportunities.id = any(${ids}::uuid[])`;
  }
  const patterns = sql.join(needles.map((needle) => sql`holding_pattern(${needle})`));
  return sql<boolean>`opportunities.search_text like any(array[${patterns}])`;
}
