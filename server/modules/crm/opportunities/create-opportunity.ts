import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { insertOpportunities } from "./opportunities.store.ts";
import type { Opportunity } from "./opportunity.ts";
import { OpportunityName, opportunityFields, skipAutomations } from "./opportunity-fields.ts";
import type { OpportunityFields } from "./opportunity-fields.ts";
import { OpportunityRecord } from "./opportunity-record.ts";
import { opportunityReader } from "./opportunity-reader.ts";
import { presentOpportunity } from "./present-opportunities.ts";

export const NewOpportunityInput = Type.Object(
  { name: OpportunityName, ...opportunityFields, skip_automations: skipAutomations },
  { additionalProperties: false },
);

export const createOpportunity = operation({
  name: "create_opportunity",
  surface: workspaceApi,
  section: "Opportunities",
  route: "POST /opportunities",
  aliases: ["POST /deals"],
  scopes: ["opportunities:write"],
  effect: "write",
  noun: "opportunity",
  preloaded: true,
  summary: "Create an opportunity.",
  description:
    "Only name is required. pipeline_id or stage_id puts a card on the board, at the top of its stage. skip_automations keeps historical imports from setting anything off.",
  input: NewOpportunityInput,
  output: OpportunityRecord,
  example: { input: { name: "New bathroom", value: 12500, currency: "AUD", tags: [{ name: "hot-lead" }] } },
  async run(ctx, { skip_automations, ...input }) {
    const fields = input as OpportunityFields;
    const { readNew } = await opportunityReader(ctx, [fields]);
    const [row] = await insertOpportunities(ctx, [await readNew(fields)], { skip_automations });
    return presentOpportunity(ctx, row as Opportunity);
  },
});
