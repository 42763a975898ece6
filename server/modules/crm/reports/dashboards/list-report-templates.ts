import { Type } from "typebox";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { templates } from "./templates.ts";

export const listReportTemplates = operation({
  name: "list_report_templates",
  surface: workspaceApi,
  section: "Reports",
  route: "GET /reports/templates",
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "report_dashboard",
  summary: "List the dashboard templates, each with the cards it makes.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      description: Type.String(),
      cards: Type.Array(
        Type.Object({ title: Type.String(), visualization_type: Type.String(), size: Type.String() }),
      ),
    }),
  ),
  run: () =>
    Promise.resolve(
      templates.map(({ key, name, description, cards }) => ({
        key,
        name,
        description,
        cards: cards.map(({ title, visualization_type, size }) => ({ title, visualization_type, size })),
      })),
    ),
});
