import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { newestFirst } from "../opportunities/list-opportunities.ts";
import { opportunityColumns } from "../opportunities/opportunity.ts";
import { OpportunityRecord } from "../opportunities/opportunity-record.ts";
import { presentOpportunities } from "../opportunities/present-opportunities.ts";
import { findPipeline } from "./pipelines.store.ts";

/** As many as anybody looks at at once; more of them are what GET /opportunities is for. */
const most = 1000;

export const listPipelineDeals = operation({
  name: "list_pipeline_deals",
  surface: workspaceApi,
  section: "Pipelines",
  route: "GET /pipelines/:id/deals",
  scopes: ["pipelines:read", "opportunities:read"],
  effect: "read",
  noun: "opportunity",
  shape: "list",
  summary: "List the opportunities of a pipeline. Deprecated: prefer GET /opportunities?pipeline_id=….",
  description: `The newest ${most}, unfiltered. What follows them is at GET /opportunities, which takes this page's next_cursor.`,
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: pageOf(OpportunityRecord),
  async run(ctx, { id }) {
    await findPipeline(ctx, id);
    const cards = ctx.db
      .from("opportunity_placements")
      .select("opportunity_id")
      .where("pipeline_id", "=", id);
    const query = ctx.db
      .from("opportunities")
      .select(opportunityColumns)
      .where("opportunities.id", "in", cards);
    const page = await keysetPage(query, "opportunities", newestFirst, { limit: most });
    return { ...page, rows: await presentOpportunities(ctx, page.rows) };
  },
});
