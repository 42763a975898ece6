import { sql } from "kysely";
import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ExportTemplateRecord, RootEntityInput, presentTemplate } from "./export-template.ts";

export const section = "Export Templates";

export const templatesCrud = crud({
  noun: "export_template",
  plural: "export_templates",
  table: "export_templates",
  surface: workspaceApi,
  section,
  path: "/exports/templates",
  scopes: { read: ["exports:read"], write: ["exports:write"], delete: ["exports:delete"] },
  record: ExportTemplateRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentTemplate),
  summaries: { delete: "Delete an export template and all its saved views." },
  filters: {
    root_entity: {
      schema: RootEntityInput,
      where: (query, value: never) => query.where("root_entity", "=", value),
    },
    search: {
      schema: Type.String({ minLength: 1, maxLength: 200, description: "Part of the name." }),
      where: (query, value: string) =>
        query.where(sql<boolean>`folded(export_templates.name) like like_pattern(folded(${value}))`),
    },
  },
});
