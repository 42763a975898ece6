import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { findRow } from "../../../kernel/crud.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nameField } from "../party.ts";
import { planExport } from "./export-plan.ts";
import {
  ExportOutput,
  ExportTemplateRecord,
  RootEntityInput,
  columnsInput,
  filtersInput,
  presentTemplate,
  sortInput,
} from "./export-template.ts";
import type { ExportColumn, ExportTemplate } from "./export-template.ts";
import { section } from "./templates.crud.ts";

const name = () => Type.String({ minLength: 1, maxLength: 200 });

export const createExportTemplate = operation({
  name: "create_export_template",
  surface: workspaceApi,
  section,
  route: "POST /exports/templates",
  scopes: ["exports:write"],
  effect: "write",
  noun: "export_template",
  summary: "Create an export template.",
  description:
    "Which columns, of which records, in which order, as which file. get_export_field_catalog tells what can be named. A column or filter without an id is given one.",
  input: Type.Object(
    {
      name: name(),
      root_entity: RootEntityInput,
      columns: columnsInput(),
      filters: Type.Optional(filtersInput()),
      sort: Type.Optional(sortInput()),
      output: Type.Optional(ExportOutput),
    },
    { additionalProperties: false },
  ),
  output: ExportTemplateRecord,
  example: {
    input: {
      name: "Contacts by mail",
      root_entity: "contact",
      columns: [
        { id: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a50", source: "root", field: "first_name", header: "Name" },
        { id: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a51", source: "root", field: "email", header: "E-mail" },
      ],
      filters: [{ field: "email", op: "not_null" }],
      sort: [{ column_id: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a50", direction: "asc" }],
      output: { format: "csv", bom: true, filename_template: "{name}-{YYYY-MM-DD}" },
    },
  },
  async run(ctx, input) {
    const layout = {
      root_entity: input.root_entity,
      columns: identifiedColumns(ctx, input.columns),
      filters: identified(ctx, input.filters ?? []),
      sort: input.sort ?? [],
    };
    await planExport(ctx, layout);
    const row = await ctx.db
      .insert("export_templates", {
        id: newId(ctx.now),
        name: nameField("name", input.name),
        root_entity: layout.root_entity,
        columns: JSON.stringify(layout.columns),
        filters: JSON.stringify(layout.filters),
        sort: JSON.stringify(layout.sort),
        output: JSON.stringify(completed(input.output ?? {})),
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "export_template", row);
    return presentTemplate(row) as never;
  },
});

export const updateExportTemplate = operation({
  name: "update_export_template",
  surface: workspaceApi,
  section,
  route: "PATCH /exports/templates/:id",
  scopes: ["exports:write"],
  effect: "write",
  noun: "export_template",
  summary: "Change an export template; what is not sent stays.",
  description: "columns, filters, sort and output are replaced whole.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      name: Type.Optional(name()),
      columns: Type.Optional(columnsInput()),
      filters: Type.Optional(filtersInput()),
      sort: Type.Optional(sortInput()),
      output: Type.Optional(ExportOutput),
    },
    { additionalProperties: false },
  ),
  output: ExportTemplateRecord,
  example: { input: { name: "Contacts" } },
  async run(ctx, { id, ...sent }) {
    const before = await findTemplate(ctx, id, { lock: true });
    const after = {
      root_entity: before.root_entity,
      columns: sent.columns ? identifiedColumns(ctx, sent.columns) : before.columns,
      filters: sent.filters ? identified(ctx, sent.filters) : before.filters,
      sort: sent.sort ?? before.sort,
    };
    await planExport(ctx, after);
    const row = await ctx.db
      .update("export_templates")
      .set({
        name: sent.name === undefined ? before.name : nameField("name", sent.name),
        columns: JSON.stringify(after.columns),
        filters: JSON.stringify(after.filters),
        sort: JSON.stringify(after.sort),
        output: JSON.stringify(sent.output ? completed(sent.output) : before.output),
        updated_at: ctx.now,
      })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "export_template", before, row);
    return presentTemplate(row) as never;
  },
});

export async function findTemplate(
  ctx: Ctx,
  id: string,
  options: { lock?: boolean } = {},
): Promise<ExportTemplate> {
  const row = await findRow(ctx, "export_templates", id, options);
  if (!row) throw missing("export template", id);
  return row as unknown as ExportTemplate;
}

/** Filters or columns, each with an id of its own. */
export function identified<T extends { id?: string }>(ctx: Ctx, list: readonly T[]): T[] {
  return list.map((one) => ({ ...one, id: one.id ?? newId(ctx.now) }));
}

function identifiedColumns(ctx: Ctx, columns: ExportColumn[]): ExportColumn[] {
  const seen = new Set<string>();
  for (const [index, { id }] of columns.entries()) {
    if (id !== undefined && seen.has(id))
      throw invalidField(
        `columns.${index}.id`,
        "is another column's id",
        "Leave the id of a new column out: it gets one.",
      );
    if (id !== undefined) seen.add(id);
  }
  return identified(ctx, columns);
}

function completed(output: Static<typeof ExportOutput>): Static<typeof ExportOutput> {
  return { format: "xlsx", bom: true, ...output };
}
