import { Type } from "typebox";
import { findRow } from "../../../../kernel/crud.ts";
import { invalidField } from "../../../../kernel/errors.ts";
import { newId } from "../../../../kernel/ids.ts";
import { recordCreated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { oneOf } from "../query/spec.ts";
import { viewerOf } from "../viewer.ts";
import {
  dashboardTexts,
  description,
  FullDashboardRecord,
  presentFullDashboard,
  visibilities,
} from "./dashboard.ts";
import { insertCards } from "./dashboards.store.ts";
import { makerOf } from "./may-read.ts";
import { templateCards, templateKeys, templates } from "./templates.ts";

export const createReportDashboard = operation({
  name: "create_report_dashboard",
  surface: workspaceApi,
  section: "Reports",
  route: "POST /report-dashboards",
  scopes: ["opportunities:read", "opportunities:write"],
  effect: "write",
  noun: "report_dashboard",
  summary: "Create a report dashboard, empty or with the cards of a template.",
  description:
    "With a pipeline_id every card of the template is about that pipeline. A restricted dashboard is seen by whoever made it and by the users and roles granted through POST /report-dashboards/:id/acl.",
  input: Type.Object(
    {
      name: Type.Optional(dashboardTexts.name),
      description: Type.Optional(dashboardTexts.description),
      template: Type.Optional(
        oneOf(templateKeys, "Whose cards to start with; its name is the default name."),
      ),
      pipeline_id: Type.Optional(
        Type.String({ format: "uuid", description: "Pipeline the template's cards are about." }),
      ),
      visibility: Type.Optional(oneOf(visibilities, "all_users unless said.")),
    },
    { additionalProperties: false },
  ),
  output: FullDashboardRecord,
  example: { input: { name: "Monday meeting", template: "sales_overview" } },
  async run(ctx, input) {
    const template = templates.find(({ key }) => key === input.template);
    const name = input.name?.trim() ?? template?.name;
    if (name === undefined) {
      throw invalidField(
        "name",
        "is required without a template",
        "Send a name, or a template to start with.",
      );
    }
    if (input.pipeline_id && !(await findRow(ctx, "pipelines", input.pipeline_id))) {
      throw invalidField(
        "pipeline_id",
        "is not a pipeline of this workspace",
        "Take an id from GET /pipelines.",
      );
    }
    const { memberId } = await viewerOf(ctx);
    const row = await ctx.db
      .insert("report_dashboards", {
        id: newId(ctx.now),
        name,
        description: description(input.description ?? template?.description ?? null),
        template: template?.key ?? null,
        pipeline_id: input.pipeline_id ?? null,
        visibility: input.visibility ?? "all_users",
        created_by: makerOf(ctx, memberId),
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "report_dashboard", row);
    const cards = template ? templateCards(template, input.pipeline_id) : [];
    return presentFullDashboard(row, await insertCards(ctx, row.id, cards, 0));
  },
});
