import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { quietPayload, recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { defaultCurrency } from "../amounts.ts";
import { metadataRules } from "../fields/metadata-rules.ts";
import type { MetadataRules } from "../fields/metadata-rules.ts";
import { assignUsers } from "./assigned-users.store.ts";
import { columnsOf, opportunityColumns, shownOpportunity, shownValues } from "./opportunity.ts";
import type { Opportunity, OpportunityValues } from "./opportunity.ts";
import { placeNew } from "./placements.store.ts";
import type { Place } from "./placements.store.ts";

/** An opportunity to be: what it holds, what a caller sent as metadata, where its cards go, and whose it is. */
export type NewOpportunity = {
  values: OpportunityValues;
  /** Checked by the rules of the workspace's custom fields, which may add to it. */
  metadata?: JsonObject | undefined;
  placements?: Place[] | undefined;
  /** Members it is assigned to; the first is the one in charge. */
  userIds?: string[] | undefined;
};

export function findOpportunity(ctx: Ctx, id: string): Promise<Opportunity | undefined> {
  return ctx.db.from("opportunities").select(opportunityColumns).where("id", "=", id).executeTakeFirst();
}

/** Keeps others from changing or moving it until the transaction ends; 404 when there is none. */
export async function lockOpportunity(ctx: Ctx, id: string): Promise<Opportunity> {
  const [row] = await lockOpportunities(ctx, [id]);
  if (!row) throw missing("opportunity", id);
  return row;
}

/** Those of the ids that exist, locked in one order, so that two calls about the same ones never wait for each other. */
export function lockOpportunities(ctx: Ctx, ids: readonly string[]): Promise<Opportunity[]> {
  return ctx.db
    .from("opportunities")
    .select(opportunityColumns)
    .where("id", "in", ids)
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
}

/** The newest open opportunity of a contact, locked. */
export function lockOpenOpportunityOf(ctx: Ctx, contactId: string): Promise<Opportunity | undefined> {
  return ctx.db
    .from("opportunities")
    .select(opportunityColumns)
    .where("contact_id", "=", contactId)
    .where("status", "=", "open")
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/**
 * All a new opportunity will hold, its metadata checked and completed by the rules. Throws a 400 naming the metadata
 * field that does not fit.
 */
export function valuesToInsert(
  ctx: Ctx,
  { values, metadata }: NewOpportunity,
  rules: MetadataRules,
): OpportunityValues {
  const { status = "open", currency = defaultCurrency, tags = [] } = values;
  const complete = {
    ...values,
    status,
    currency,
    tags,
    won_at: status === "won" ? ctx.now : null,
    lost_at: status === "lost" ? ctx.now : null,
  };
  return { ...complete, metadata: rules.written("deal", metadata, undefined, shownValues(complete)) };
}

/** Inserts in one statement, with cards, users, audit entries and events; answers the rows in the order of `wanted`. */
export async function insertOpportunities(
  ctx: Ctx,
  wanted: readonly Omit<NewOpportunity, "metadata">[],
  quiet: Quiet = {},
): Promise<Opportunity[]> {
  if (wanted.length === 0) return [];
  const ids = wanted.map(() => newId(ctx.now));
  const columns = wanted.map(({ values }, index) => ({
    ...columnsOf(values),
    id: ids[index],
    public_id: sql`next_public_id(${ctx.workspaceId}, 'opportunity', 'D')`,
    created_at: ctx.now,
    updated_at: ctx.now,
  }));
  const inserted = await ctx.db
    .insert("opportunities", columns as never)
    .returning(opportunityColumns)
    .execute();
  const byId = new Map(inserted.map((row) => [row.id, row]));
  const rows = ids.map((id) => byId.get(id) as Opportunity);
  for (const row of rows) {
    recordCreated(ctx, "opportunity", shownOpportunity(row), quiet);
    tellOutcome(ctx, undefined, row, quiet);
  }
  const assigned = wanted.flatMap(({ userIds = [] }, index) =>
    [...new Set(userIds)].map((userId, place) => ({
      opportunity_id: ids[index] as string,
      user_id: userId,
      is_primary: place === 0,
    })),
  );
  await assignUsers(ctx, assigned);
  const cards = wanted.flatMap(({ placements = [] }, index) =>
    placements.map((place) => ({ ...place, opportunityId: ids[index] as string })),
  );
  await placeNew(ctx, cards, quiet);
  return rows;
}

/** Opens one opportunity, for callers inside the program, who have checked what they refer to. */
export async function insertOpportunity(
  ctx: Ctx,
  values: OpportunityValues & { name: string },
  more: Omit<NewOpportunity, "values"> & { quiet?: Quiet } = {},
): Promise<Opportunity> {
  const { metadata, quiet, ...about } = more;
  const complete = valuesToInsert(ctx, { values, metadata }, await metadataRules(ctx));
  const [made] = await insertOpportunities(ctx, [{ ...about, values: complete }], quiet);
  return made as Opportunity;
}

/**
 * Changes columns of an opportunity, with the audit entry and the events. `metadata`, when sent, replaces what is there;
 * the default rules run in any case. Throws a 400 naming the metadata field that does not fit.
 */
export async function updateOpportunity(
  ctx: Ctx,
  before: Opportunity,
  values: OpportunityValues,
  { metadata, quiet }: { metadata?: JsonObject | undefined; quiet?: Quiet } = {},
): Promise<Opportunity> {
  const rules = await metadataRules(ctx);
  const was = { metadata: before.metadata, fields: shownOpportunity(before) };
  const fields = shownValues({ ...before, ...values });
  const written = rules.written("deal", metadata, was, fields);
  const after = await ctx.db
    .update("opportunities")
    .set({ ...columnsOf({ ...values, metadata: written }), updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returning(opportunityColumns)
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "opportunity", shownOpportunity(before), shownOpportunity(after), quiet);
  tellOutcome(ctx, before, after, quiet);
  return after;
}

/** opportunity.won and opportunity.lost: events of their own, when the status has just become that. */
function tellOutcome(ctx: Ctx, before: Opportunity | undefined, after: Opportunity, quiet: Quiet = {}): void {
  if (after.status === "open" || after.status === before?.status) return;
  ctx.emit({
    type: `opportunity.${after.status}`,
    noun: "opportunity",
    recordId: after.id,
    payload: { id: after.id, reasons: after[`${after.status}_reasons`], ...quietPayload(quiet) },
  });
}
