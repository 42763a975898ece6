import { dictionary } from "../../../kernel/dictionary.ts";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { fieldCatalogue } from "../fields/field-catalogue.ts";
import type { CatalogueEntity, CatalogueField, CatalogueFieldType } from "../fields/field-catalogue.ts";
import type { Relation } from "./relations.ts";
import { builtInSql, customColumn } from "./roots.ts";
import type { Sql } from "./roots.ts";

const assignedTo: CatalogueField = {
  key: "assigned_to",
  label: "Assigned to",
  type: "reference",
  custom: false,
  reference: "user",
};

const fullName: CatalogueField = { key: "name", label: "Name", type: "text", custom: false };

/** Fields of a record that can be columns and filters: the catalogue's, and what only makes sense in a table. */
export async function exportFields(ctx: Ctx, entity: CatalogueEntity): Promise<CatalogueField[]> {
  const fields = await fieldCatalogue(ctx, entity);
  const known = new Set(fields.map((field) => field.key));
  const extra: Partial<Record<CatalogueEntity, CatalogueField[]>> = {
    opportunity: [assignedTo],
    contact: [fullName],
    work_order: await workOrderFields(ctx),
  };
  return [...fields, ...(extra[entity] ?? []).filter((field) => !known.has(field.key))];
}

export function relatedFields(ctx: Ctx, { fields }: Relation): Promise<readonly CatalogueField[]> {
  return typeof fields === "string" ? exportFields(ctx, fields) : Promise.resolve(fields);
}

const kinds: Record<string, CatalogueFieldType> = dictionary({
  number: "number",
  datetime: "datetime",
  checkbox: "boolean",
  boolean: "boolean",
  url: "url",
  textarea: "textarea",
});

/** What work orders hold beside the built-in fields: every field of the company's and the products' configurations, once. */
async function workOrderFields(ctx: Ctx): Promise<CatalogueField[]> {
  const rows = await ctx.db.raw(sql<{ field: JsonObject }>`
    select field from (
      select settings #> '{crm,work_order_config,fields}' as fields from workspaces where id = ${ctx.workspaceId}
      union all
      select work_order_config -> 'fields' from products
        where workspace_id = ${ctx.workspaceId} and work_order_config is not null
    ) configured, jsonb_array_elements(case when jsonb_typeof(fields) = 'array' then fields else '[]' end) field
    where jsonb_typeof(field) = 'object'`);
  const byKey = new Map<string, CatalogueField>();
  for (const { field } of rows) {
    const id = [field["id"], field["key"], field["name"]].find(
      (one) => typeof one === "string" && one !== "",
    );
    if (typeof id !== "string" || byKey.has(id)) continue;
    const label = typeof field["label"] === "string" ? field["label"] : id;
    const type = kinds[String(field["type"])] ?? "text";
    byKey.set(id, { key: `data.${id}`, label, type, custom: true });
  }
  return [...byKey.values()];
}

const at = (t: string, column: string) => sql.ref(`${t}.${column}`);

/** A field as PostgreSQL compares and sorts it: text, numeric, date, timestamptz, boolean, uuid, jsonb or text[]. */
export function comparable(entity: CatalogueEntity, field: CatalogueField, t: string, zone: string): Sql {
  const { key, type, custom } = field;
  if (!custom) return key === "id" ? sql`${at(t, "id")}::text` : builtInSql(entity, key, t);
  const column = customColumn[entity];
  const value = sql`${at(t, column)} -> ${key.slice(column.length + 1)}::text`;
  switch (type) {
    case "number":
      return sql`number_in(${value})`;
    case "boolean":
      return sql`boolean_in(${value})`;
    case "datetime":
      return sql`instant_in(${value}, ${zone}::text)`;
    default:
      return sql`((${value}) #>> '{}')`;
  }
}

/** A field as it is shown: instants on the workspace's wall clock. */
export function shown(entity: CatalogueEntity, field: CatalogueField, t: string, zone: string): Sql {
  const value = comparable(entity, field, t, zone);
  if (field.type === "datetime") {
    return sql`to_char(${value} at time zone ${zone}::text, 'YYYY-MM-DD HH24:MI:SS')`;
  }
  return field.type === "date" ? sql`${value}::text` : value;
}

/** The fields of a related record on their own, where they have no catalogue. */
export function relatedSql(relation: Relation, field: CatalogueField, zone: string): Sql {
  return typeof relation.fields === "string" ? shown(relation.fields, field, "r", zone) : at("r", field.key);
}
