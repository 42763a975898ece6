import { Type } from "typebox";
import { mustHaveScopes } from "../../../kernel/admit.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { exportFile, exportedTypes, mustReadRoot } from "./export-file.ts";
import { planExport } from "./export-plan.ts";
import type { Layout } from "./export-plan.ts";
import { headersOf, readRows, selectRecords } from "./export-rows.ts";
import type { Reader } from "./export-rows.ts";
import { columnsInput, filtersInput, sortInput } from "./export-template.ts";
import type { ExportColumn, ExportFilter, ExportSort, ExportTemplate } from "./export-template.ts";
import { findView } from "./export-views.ts";
import { section } from "./templates.crud.ts";
import { findTemplate } from "./write-templates.ts";

const mostRows = 250_000;
const previewRows = 10;

const id = () => Type.String({ format: "uuid" });

export const previewExportTemplate = operation({
  name: "preview_export_template",
  surface: workspaceApi,
  section,
  route: "POST /exports/templates/:id/preview",
  scopes: ["exports:read"],
  effect: "read",
  noun: "export_template",
  summary: "See the first 10 rows of an export template, or of a saved view.",
  description:
    "What is sent takes the place of the view's, and the view's of the template's. The scopes to read the template's records, and those its columns take from around them, are needed as well.",
  input: Type.Object(
    {
      id: id(),
      view_id: Type.Optional(id()),
      filters: Type.Optional(filtersInput()),
      sort: Type.Optional(sortInput()),
      columns: Type.Optional(columnsInput()),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    headers: Type.Array(Type.String()),
    rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]))),
  }),
  async run(ctx, { id: templateId, view_id, ...overrides }) {
    const template = await findTemplate(ctx, templateId);
    mustReadRoot(ctx, template.root_entity);
    const plan = await planExport(ctx, await overlaid(ctx, template, view_id, overrides));
    mustHaveScopes(ctx.actor, plan.scopes);
    const selection = await selectRecords(ctx, plan, previewRows);
    const rows = [];
    const read: Reader = (statement) => ctx.db.raw(statement);
    for await (const batch of readRows(read, ctx.workspaceId, plan, selection)) rows.push(...batch);
    return { headers: headersOf(plan).map(({ title }) => title), rows };
  },
});

export const runExportTemplate = operation({
  name: "run_export_template",
  surface: workspaceApi,
  section,
  route: "POST /exports/templates/:id/run",
  scopes: ["exports:read"],
  effect: "read",
  noun: "export_template",
  shape: "file",
  fileTypes: exportedTypes,
  summary: "Download what an export template, or a saved view of it, selects.",
  description:
    "At most 250,000 rows. X-Row-Count tells how many there are, X-Truncated is 1 when there would have been more. The scopes to read the template's records, and those its columns take from around them, are needed as well.",
  input: Type.Object({ id: id(), view_id: Type.Optional(id()) }, { additionalProperties: false }),
  output: Type.String(),
  async run(ctx, { id: templateId, view_id }) {
    const template = await findTemplate(ctx, templateId);
    mustReadRoot(ctx, template.root_entity);
    const plan = await planExport(ctx, await overlaid(ctx, template, view_id, {}));
    mustHaveScopes(ctx.actor, plan.scopes);
    return exportFile(ctx, plan, { most: mostRows, name: template.name, output: template.output }) as never;
  },
});

type Overrides = { filters?: ExportFilter[]; sort?: ExportSort[]; columns?: ExportColumn[] };

/** The template under its view under what was sent. */
async function overlaid(
  ctx: Ctx,
  template: ExportTemplate,
  viewId: string | undefined,
  sent: Overrides,
): Promise<Layout> {
  const view = viewId === undefined ? undefined : await findView(ctx, template.id, viewId);
  if (viewId !== undefined && !view) throw missing("export view", viewId);
  const columns = sent.columns ?? template.columns;
  const sort = sent.sort ?? view?.sort ?? template.sort;
  const kept = new Set(columns.map((column) => column.id));
  return {
    root_entity: template.root_entity,
    columns,
    filters: sent.filters ?? view?.filters ?? template.filters,
    // Columns that were replaced take the order by them away; an order that was sent has to fit.
    sort: sent.sort ? sort : sort.filter(({ column_id }) => kept.has(column_id)),
  };
}
