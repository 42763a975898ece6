/** Reading, renaming and removing dashboards; only those the caller may see. */
import { Type } from "typebox";
import { deleteRows } from "../../../../kernel/deletion.ts";
import { recordUpdated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../../kernel/pagination.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { reportScopes } from "../scopes.ts";
import { oneOf } from "../query/spec.ts";
import {
  DashboardRecord,
  dashboardTexts,
  description,
  FullDashboardRecord,
  presentDashboard,
  presentFullDashboard,
  visibilities,
} from "./dashboard.ts";
import { cardsOf, readableDashboard } from "./dashboards.store.ts";
import { readableCondition } from "./may-read.ts";

export const id = Type.String({ format: "uuid" });

const about = {
  surface: workspaceApi,
  section: "Reports",
  scopes: reportScopes.read,
  noun: "report_dashboard",
} as const;

export const newestFirst = { column: "created_at", direction: "desc", kind: "timestamp" } as const;

export const listReportDashboards = operation({
  ...about,
  name: "list_report_dashboards",
  route: "GET /report-dashboards",
  effect: "read",
  shape: "list",
  summary: "List the dashboards you may see, a page at a time.",
  input: Type.Object(pagingInput(), { additionalProperties: false }),
  output: pageOf(DashboardRecord),
  async run(ctx, input) {
    const readable = await readableCondition(ctx);
    const all = ctx.db.from("report_dashboards").selectAll();
    const query = readable ? all.where(readable) : all;
    const page = await keysetPage(query, "report_dashboards", newestFirst, input);
    return { ...page, rows: page.rows.map(presentDashboard) };
  },
});

export const getReportDashboard = operation({
  ...about,
  name: "get_report_dashboard",
  route: "GET /report-dashboards/:id",
  effect: "read",
  summary: "Get one dashboard with its cards, in their order.",
  input: Type.Object({ id }, { additionalProperties: false }),
  output: FullDashboardRecord,
  async run(ctx, input) {
    const row = await readableDashboard(ctx, input.id);
    return presentFullDashboard(row, await cardsOf(ctx, row.id));
  },
});

export const updateReportDashboard = operation({
  ...about,
  name: "update_report_dashboard",
  route: "PATCH /report-dashboards/:id",
  scopes: reportScopes.write,
  effect: "write",
  summary: "Rename a dashboard, describe it or change who sees it; what is not sent stays.",
  description: "all_users lifts the restriction and keeps the grants, for the day it is restricted again.",
  input: Type.Object(
    {
      id,
      name: Type.Optional(dashboardTexts.name),
      description: Type.Optional(dashboardTexts.description),
      visibility: Type.Optional(oneOf(visibilities)),
    },
    { additionalProperties: false },
  ),
  output: FullDashboardRecord,
  example: { input: { name: "Tuesday meeting" } },
  async run(ctx, input) {
    const before = await readableDashboard(ctx, input.id, { lock: true });
    const after = await ctx.db
      .update("report_dashboards")
      .set({
        ...(input.name === undefined ? {} : { name: input.name.trim() }),
        ...(input.description === undefined ? {} : { description: description(input.description) }),
        ...(input.visibility === undefined ? {} : { visibility: input.visibility }),
        updated_at: ctx.now,
      })
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "report_dashboard", before, after);
    return presentFullDashboard(after, await cardsOf(ctx, after.id));
  },
});

export const deleteReportDashboard = operation({
  ...about,
  name: "delete_report_dashboard",
  route: "DELETE /report-dashboards/:id",
  scopes: reportScopes.write,
  effect: "destructive",
  shape: "empty",
  summary: "Delete a dashboard, its cards and its grants, for good.",
  input: Type.Object({ id }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, input) {
    const row = await readableDashboard(ctx, input.id, { lock: true });
    await deleteRows(ctx, "report_dashboards", [row.id]);
    return null;
  },
});
