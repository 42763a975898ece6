import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { newestFirst } from "./list-opportunities.ts";
import { shownOpportunity } from "./opportunity.ts";
import { OpportunityRecord, expandInput } from "./opportunity-record.ts";
import type { Expansion } from "./opportunity-record.ts";
import { presentOpportunities } from "./present-opportunities.ts";

export const opportunitiesCrud = crud({
  noun: "opportunity",
  plural: "opportunities",
  table: "opportunities",
  surface: workspaceApi,
  section: "Opportunities",
  path: "/opportunities",
  aliasPaths: ["/deals"],
  scopes: { read: ["opportunities:read"], write: ["opportunities:write"] },
  record: OpportunityRecord,
  sort: newestFirst,
  shaping: { expand: expandInput },
  present: (ctx, rows, { expand }) =>
    presentOpportunities(ctx, rows, { expand: expand as Expansion[] | undefined, positions: true }),
  recorded: shownOpportunity,
  summaries: {
    get: "Get one opportunity with its cards and where they stand in their stages.",
    delete:
      "Delete an opportunity with its cards, product lines and links to people; GET /deletions/preview tells beforehand what goes with it and what stays without it.",
  },
  preloaded: true,
});
