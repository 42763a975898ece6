import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { metadataRules } from "../fields/metadata-rules.ts";
import type { MetadataRules } from "../fields/metadata-rules.ts";
import { noSuchPipeline, noSuchStage, strangeStage } from "../pipelines/stages.store.ts";
import { crmSettings } from "../settings/crm-settings.ts";
import type { CrmSettings } from "../settings/crm-settings.ts";
import { valuesToInsert } from "./opportunities.store.ts";
import type { NewOpportunity } from "./opportunities.store.ts";
import { checkReasons, valuesOf } from "./opportunity-fields.ts";
import type { OpportunityFields } from "./opportunity-fields.ts";
import type { Opportunity, OpportunityValues } from "./opportunity.ts";
import type { Place } from "./placements.store.ts";

export type Reading = { values: OpportunityValues; place: Place | undefined };

/**
 * Reads what callers send for opportunities. What it refers to is looked up in one statement for all `records`, the
 * company's settings and rules once, and only when a record asks for them.
 */
export async function opportunityReader(ctx: Ctx, records: readonly OpportunityFields[]) {
  const known = await lookUp(ctx, records);
  let settings: Promise<CrmSettings> | undefined;
  let rules: Promise<MetadataRules> | undefined;
  const read = async (fields: OpportunityFields, before?: Opportunity): Promise<Reading> => {
    if (fields.won_reasons?.length || fields.lost_reasons?.length) {
      checkReasons(fields, await (settings ??= crmSettings(ctx)));
    }
    const values = valuesOf(fields, before, ctx.now);
    checkPeople(fields, known);
    return { values, place: placeIn(fields, known) };
  };
  return {
    read,
    /** A record of a create, ready to be inserted. */
    async readNew(fields: OpportunityFields): Promise<NewOpportunity> {
      const { values, place } = await read(fields);
      const metadata = fields.metadata as JsonObject | undefined;
      const complete = valuesToInsert(ctx, { values, metadata }, await (rules ??= metadataRules(ctx)));
      return {
        values: complete,
        placements: place ? [place] : [],
        userIds: fields.assigned_to ? [fields.assigned_to] : [],
      };
    },
  };
}

type Known = {
  ids: ReadonlySet<string>;
  /** The pipeline of each stage. */
  pipelineOf: ReadonlyMap<string, string>;
  /** The first stage of each pipeline; null where it has none. */
  firstStageOf: ReadonlyMap<string, string | null>;
};

const peopleTables = [
  ["contact_id", "contacts"],
  ["customer_id", "companies"],
  ["assigned_to", "members"],
] as const;

type Found = { kind: "record" | "stage" | "pipeline"; id: string; other: string | null };

async function lookUp(ctx: Ctx, records: readonly OpportunityFields[]): Promise<Known> {
  const idsOf = (name: "contact_id" | "customer_id" | "assigned_to" | "stage_id" | "pipeline_id") => [
    ...new Set(records.map((record) => record[name]).filter(isUuid)),
  ];
  const workspace = ctx.workspaceId;
  const parts = [
    ...peopleTables.flatMap(([name, table]) =>
      some(
        idsOf(name),
        (ids) => sql`select 'record' as kind, id, null::uuid as other from ${sql.table(table)}
           where workspace_id = ${workspace} and id = any(${ids}::uuid[])`,
      ),
    ),
    ...some(
      idsOf("stage_id"),
      (ids) => sql`select 'stage' as kind, id, pipeline_id as other from pipeline_stages
         where workspace_id = ${workspace} and id = any(${ids}::uuid[])`,
    ),
    ...some(
      idsOf("pipeline_id"),
      (ids) => sql`select 'pipeline' as kind, p.id,
          (select s.id from pipeline_stages s where s.workspace_id = p.workspace_id and s.pipeline_id = p.id
            order by s.position, s.id limit 1) as other
         from pipelines p where p.workspace_id = ${workspace} and p.id = any(${ids}::uuid[])`,
    ),
  ];
  const found = parts.length === 0 ? [] : await ctx.db.raw(sql<Found>`${sql.join(parts, sql` union all `)}`);
  const of = (kind: Found["kind"]) => found.filter((one) => one.kind === kind);
  return {
    ids: new Set(of("record").map((one) => one.id)),
    pipelineOf: new Map(of("stage").map((one) => [one.id, one.other as string])),
    firstStageOf: new Map(of("pipeline").map((one) => [one.id, one.other])),
  };
}

const some = <T>(ids: string[], part: (ids: string[]) => T): T[] => (ids.length === 0 ? [] : [part(ids)]);

// Records of a bulk call are looked up before each is checked by itself.
function isUuid(value: unknown): value is string {
  return typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
}

const people = {
  contact_id: ["contact", "GET /contacts lists those there are."],
  customer_id: ["company", "GET /companies lists those there are."],
  assigned_to: ["member of the company", "GET /company/users lists those there are."],
} as const;

function checkPeople(fields: OpportunityFields, { ids }: Known): void {
  for (const name of ["contact_id", "customer_id", "assigned_to"] as const) {
    const id = fields[name];
    if (!id || ids.has(id.toLowerCase())) continue;
    const [noun, fix] = people[name];
    throw invalidField(name, `there is no ${noun} ${id}`, fix);
  }
}

/** Where the record is to stand: a stage by itself says its pipeline, a pipeline by itself means its first stage. */
function placeIn(fields: OpportunityFields, known: Known): Place | undefined {
  const [pipelineId, stageId] = [fields.pipeline_id?.toLowerCase(), fields.stage_id?.toLowerCase()];
  if (pipelineId !== undefined && !known.firstStageOf.has(pipelineId)) throw noSuchPipeline(pipelineId);
  if (stageId !== undefined) {
    const own = known.pipelineOf.get(stageId);
    if (own === undefined) throw noSuchStage(stageId);
    if (pipelineId !== undefined && own !== pipelineId) throw strangeStage(stageId, pipelineId);
    return { pipelineId: own, stageId };
  }
  if (pipelineId === undefined) return undefined;
  const first = known.firstStageOf.get(pipelineId);
  if (!first)
    throw invalidField("pipeline_id", "this pipeline has no stages yet", "Add a stage to it first.");
  return { pipelineId, stageId: first };
}
