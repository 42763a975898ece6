import { Type } from "typebox";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { crud } from "../../../kernel/crud.ts";
import { conflict } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nameField, nullableText, optionalText } from "../party.ts";
import type { TaskCategory } from "./task.ts";
import { nextCategoryPosition } from "./tasks.store.ts";

const TaskCategoryRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  color: nullableText(),
  position: Type.Integer(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

type Fields = { name?: string; color?: string | null; position?: number };

export const taskCategoriesCrud = crud({
  noun: "task_category",
  plural: "task_categories",
  table: "task_categories",
  surface: workspaceApi,
  section: "Tasks",
  path: "/tasks/categories",
  scopes: { read: ["tasks:read"], write: ["tasks:write"] },
  record: TaskCategoryRecord,
  sort: { column: "position", direction: "asc", kind: "number" },
  present: (_ctx, rows) => rows.map(({ workspace_id: _w, ...shown }) => shown),
  fields: {
    name: Type.String({ minLength: 1, maxLength: 200, description: "Each name once, in any case." }),
    color: optionalText("How it is shown: #3b82f6, or a colour's name.", 40),
    position: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: "Place in the list; the end by default.",
    }),
  },
  required: ["name"],
  values: (ctx, fields: Fields, before) => categoryValues(ctx, fields, before),
  errors: [conflict],
  summaries: { delete: "Delete a task category; its tasks stay, without one." },
  examples: { create: { name: "Follow-up", color: "#3b82f6" }, update: { color: "#16a34a" } },
});

async function categoryValues(
  ctx: Ctx,
  { name, color, position }: Fields,
  before: TaskCategory | undefined,
): Promise<JsonObject> {
  const values: JsonObject = {};
  if (name !== undefined) values["name"] = await freeName(ctx, nameField("name", name), before?.id);
  if (color !== undefined) values["color"] = color?.trim() || null;
  if (position !== undefined || !before) values["position"] = position ?? (await nextCategoryPosition(ctx));
  return values;
}

async function freeName(ctx: Ctx, name: string, ownId: string | undefined): Promise<string> {
  const taken = await ctx.db
    .from("task_categories")
    .select("id")
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .executeTakeFirst();
  if (!taken || taken.id === ownId) return name;
  throw conflict(`There is a task category ${name} already.`, {
    fix: "Use that one, or choose another name.",
    details: { fields: [{ field: "name", message: "is taken" }], id: taken.id },
  });
}
