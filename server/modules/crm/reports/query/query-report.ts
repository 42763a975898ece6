import { Type } from "typebox";
import { mustHaveScopes } from "../../../../kernel/admit.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { viewerOf } from "../viewer.ts";
import { scopesOfPlan } from "./plan.ts";
import { planQuery, runPlan, sceneOf } from "./run-query.ts";
import { specFields } from "./spec.ts";

export const queryReport = operation({
  name: "query_report",
  surface: workspaceApi,
  section: "Reports",
  route: "POST /reports/query",
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "report",
  summary: "Run a report query.",
  description:
    "Counts and sums deals or tasks by anything they have, or shows the rows behind a number (mode drilldown). GET /reports/sources lists the fields. Days, weeks and months are those of the workspace's time zone; a period is named by its first day. Amounts are never added across currencies: where money is measured without the dimension currency, the answer has a row for each currency, named in the column currency. Tasks, and columns of other records, take the scopes to read those as well.",
  input: Type.Object(specFields, { additionalProperties: false }),
  output: Type.Array(
    Type.Object(
      {},
      {
        additionalProperties: true,
        description: "A value per column: text, number, boolean, list of texts or null.",
      },
    ),
  ),
  example: {
    input: {
      source: "deals",
      measures: [
        { field: "id", aggregation: "count", alias: "deals" },
        { field: "value", aggregation: "sum", alias: "total" },
      ],
      dimensions: ["stage_name"],
      filters: [{ field: "status", operator: "eq", value: "open" }],
      order_by: [{ field: "total", direction: "desc" }],
    },
    output: [{ stage_name: "Quoted", currency: "AUD", deals: 3, total: 1250.5 }],
  },
  async run(ctx, spec) {
    const { memberId } = await viewerOf(ctx);
    const plan = await planQuery(ctx, spec, await sceneOf(ctx, memberId));
    mustHaveScopes(ctx.actor, scopesOfPlan(plan));
    return runPlan(ctx, plan);
  },
});
