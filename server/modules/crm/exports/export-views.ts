import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordDeleted, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nameField } from "../party.ts";
import { planExport } from "./export-plan.ts";
import { ExportViewRecord, filtersInput, presentView, sortInput } from "./export-template.ts";
import type { ExportFilter, ExportSort, ExportTemplate, ExportView } from "./export-template.ts";
import { section } from "./templates.crud.ts";
import { findTemplate, identified } from "./write-templates.ts";

const id = () => Type.String({ format: "uuid" });

const head = { surface: workspaceApi, section, noun: "export_view" } as const;

/** Whose views a caller sees: a member's own; a key acts for the member who made it, and for itself without one. */
async function ownerOf(ctx: Ctx): Promise<string> {
  if (ctx.actor.kind !== "api_key") return ctx.actor.id;
  const [key] = await ctx.db.raw(sql<{ created_by: string | null }>`
    select created_by from api_keys where workspace_id = ${ctx.workspaceId} and id::text = ${ctx.actor.id}`);
  return key?.created_by ?? ctx.actor.id;
}

/** A view of this template, if it is the caller's. */
export async function findView(
  ctx: Ctx,
  templateId: string,
  viewId: string,
  options: { lock?: boolean } = {},
): Promise<ExportView | undefined> {
  const query = ctx.db
    .from("export_views")
    .selectAll()
    .where("id", "=", viewId)
    .where("template_id", "=", templateId)
    .where("owner_id", "=", await ownerOf(ctx));
  return (options.lock ? query.forUpdate() : query).executeTakeFirst();
}

async function lockView(ctx: Ctx, templateId: string, viewId: string): Promise<ExportView> {
  const template = await findTemplate(ctx, templateId);
  const view = await findView(ctx, template.id, viewId, { lock: true });
  if (!view) throw missing("export view", viewId);
  return view;
}

export const listExportViews = operation({
  ...head,
  name: "list_export_views",
  route: "GET /exports/templates/:id/views",
  scopes: ["exports:read"],
  effect: "read",
  shape: "list",
  summary: "List your saved views of an export template.",
  input: Type.Object({ id: id(), ...pagingInput() }, { additionalProperties: false }),
  output: pageOf(ExportViewRecord),
  async run(ctx, { id: templateId, ...paging }) {
    await findTemplate(ctx, templateId);
    const query = ctx.db
      .from("export_views")
      .selectAll()
      .where("template_id", "=", templateId)
      .where("owner_id", "=", await ownerOf(ctx));
    const newest = { column: "created_at", direction: "desc", kind: "timestamp" } as const;
    const page = await keysetPage(query, "export_views", newest, paging);
    return { ...page, rows: page.rows.map(presentView) as never };
  },
});

const overlay = { filters: Type.Optional(filtersInput()), sort: Type.Optional(sortInput()) };
const viewName = () => Type.String({ minLength: 1, maxLength: 200 });

export const createExportView = operation({
  ...head,
  name: "create_export_view",
  route: "POST /exports/templates/:id/views",
  scopes: ["exports:write"],
  effect: "write",
  summary: "Save your own filters and order for an export template.",
  description:
    "Nobody else sees the view, and the template stays as it is. What is left out is the template's.",
  input: Type.Object({ id: id(), name: viewName(), ...overlay }, { additionalProperties: false }),
  output: ExportViewRecord,
  example: { input: { name: "Newest first", filters: [] } },
  async run(ctx, { id: templateId, name, ...sent }) {
    const template = await findTemplate(ctx, templateId);
    const { filters, sort } = await checked(ctx, template, sent);
    const row = await ctx.db
      .insert("export_views", {
        id: newId(ctx.now),
        template_id: template.id,
        owner_id: await ownerOf(ctx),
        name: nameField("name", name),
        filters: filters ? JSON.stringify(filters) : null,
        sort: sort ? JSON.stringify(sort) : null,
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "export_view", row);
    return presentView(row) as never;
  },
});

export const updateExportView = operation({
  ...head,
  name: "update_export_view",
  route: "PATCH /exports/templates/:template_id/views/:id",
  scopes: ["exports:write"],
  effect: "write",
  summary: "Change a saved view; what is not sent stays.",
  input: Type.Object(
    { template_id: id(), id: id(), name: Type.Optional(viewName()), ...overlay },
    { additionalProperties: false },
  ),
  output: ExportViewRecord,
  example: { input: { name: "Oldest first" } },
  async run(ctx, { template_id, id: viewId, name, ...sent }) {
    const before = await lockView(ctx, template_id, viewId);
    const { filters, sort } = await checked(ctx, await findTemplate(ctx, template_id), sent);
    const row = await ctx.db
      .update("export_views")
      .set({
        ...(name === undefined ? {} : { name: nameField("name", name) }),
        ...(filters ? { filters: JSON.stringify(filters) } : {}),
        ...(sort ? { sort: JSON.stringify(sort) } : {}),
        updated_at: ctx.now,
      })
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "export_view", before, row);
    return presentView(row) as never;
  },
});

export const deleteExportView = operation({
  ...head,
  name: "delete_export_view",
  route: "DELETE /exports/templates/:template_id/views/:id",
  scopes: ["exports:delete"],
  effect: "destructive",
  shape: "empty",
  summary: "Delete a saved view.",
  input: Type.Object({ template_id: id(), id: id() }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, { template_id, id: viewId }) {
    const view = await lockView(ctx, template_id, viewId);
    await ctx.db.remove("export_views").where("id", "=", view.id).execute();
    recordDeleted(ctx, "export_view", view);
    return null;
  },
});

type Overlay = { filters?: ExportFilter[]; sort?: ExportSort[] };

/** The overlay as it is kept, once it is known to fit the template. */
async function checked(ctx: Ctx, template: ExportTemplate, { filters, sort }: Overlay): Promise<Overlay> {
  const kept = filters && identified(ctx, filters);
  await planExport(ctx, {
    root_entity: template.root_entity,
    columns: template.columns,
    filters: kept ?? [],
    sort: sort ?? [],
  });
  return { ...(kept ? { filters: kept } : {}), ...(sort ? { sort } : {}) };
}
