/** The opportunities and activities of a contact or a company: the same two lists under either of them. */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../kernel/context.ts";
import { missing } from "../../kernel/errors.ts";
import { operation } from "../../kernel/operation.ts";
import type { AnyOperation } from "../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../kernel/pagination.ts";
import type { Page } from "../../kernel/pagination.ts";
import { workspaceApi } from "../../surfaces/workspace-api.ts";
import { ActivityRecord, presentActivity } from "./activities/activity.ts";
import type { Activity } from "./activities/activity.ts";
import { opportunityColumns } from "./opportunities/opportunity.ts";
import type { Opportunity } from "./opportunities/opportunity.ts";
import { OpportunityRecord } from "./opportunities/opportunity-record.ts";
import { presentOpportunities } from "./opportunities/present-opportunities.ts";

export type Party = {
  noun: "contact" | "company";
  section: string;
  /** "/contacts", and the older paths the lists are served under too. */
  path: string;
  opportunityAliases: readonly string[];
  activityAliases?: readonly string[];
  readScope: string;
  find(ctx: Ctx, id: string): Promise<unknown>;
  /** Which opportunities are the party's. */
  opportunities(id: string): RawBuilder<boolean>;
};

const newestFirst = { column: "created_at", direction: "desc", kind: "timestamp" } as const;

const input = Type.Object(
  { id: Type.String({ format: "uuid" }), ...pagingInput() },
  { additionalProperties: false },
);

async function mustExist(ctx: Ctx, { noun, find }: Party, id: string): Promise<void> {
  if (!(await find(ctx, id))) throw missing(noun, id);
}

export function opportunitiesOf(party: Party): AnyOperation {
  return operation({
    name: `list_${party.noun}_opportunities`,
    surface: workspaceApi,
    section: party.section,
    route: `GET ${party.path}/:id/opportunities`,
    aliases: party.opportunityAliases,
    scopes: [party.readScope, "opportunities:read"],
    effect: "read",
    noun: "opportunity",
    summary: `List the opportunities of a ${party.noun}, the newest first.`,
    shape: "list",
    input,
    output: pageOf(OpportunityRecord),
    async run(ctx, { id, ...paging }) {
      await mustExist(ctx, party, id);
      const query = ctx.db.from("opportunities").select(opportunityColumns).where(party.opportunities(id));
      const page = (await keysetPage(
        query as never,
        "opportunities",
        newestFirst,
        paging,
      )) as unknown as Page<Opportunity>;
      return { ...page, rows: await presentOpportunities(ctx, page.rows) };
    },
  });
}

export function activitiesOf(party: Party): AnyOperation {
  return operation({
    name: `list_${party.noun}_activities`,
    surface: workspaceApi,
    section: party.section,
    route: `GET ${party.path}/:id/activities`,
    ...(party.activityAliases ? { aliases: party.activityAliases } : {}),
    scopes: [party.readScope, "activities:read"],
    effect: "read",
    noun: "activity",
    summary: `List the calls, meetings and notes of a ${party.noun}, the latest first.`,
    shape: "list",
    input,
    output: pageOf(ActivityRecord),
    async run(ctx, { id, ...paging }) {
      await mustExist(ctx, party, id);
      const query = ctx.db
        .from("activities")
        .selectAll()
        .where(sql.ref(`activities.${party.noun}_id`), "=", id);
      const page = (await keysetPage(
        query as never,
        "activities",
        newestFirst,
        paging,
      )) as unknown as Page<Activity>;
      return { ...page, rows: page.rows.map(presentActivity) };
    },
  });
}
