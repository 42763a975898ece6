/** From a layout somebody wrote to the statements that read it. A layout that does not fit the catalogue is refused here. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { filteredCurrency } from "../filtered-currency.ts";
import { crmSettingsInZone } from "../settings/crm-settings.ts";
import type { CatalogueField, CatalogueFieldType } from "../fields/field-catalogue.ts";
import { comparable, exportFields, relatedFields, relatedSql, shown } from "./export-fields.ts";
import type { ExportColumn, ExportFilter, ExportSort } from "./export-template.ts";
import { condition } from "./filters.ts";
import { relationsOf } from "./relations.ts";
import type { Relation } from "./relations.ts";
import { nounOf, readScopes } from "./roots.ts";
import type { RootEntity, Sql } from "./roots.ts";

/** How a value is written into a cell. */
export type Display = "text" | "number" | "currency" | "date" | "datetime" | "boolean";

export type Header = { title: string; display: Display };

/**
 * A column as it is read. `spread` says what comes: one value, or a list that is joined, laid over the next `width` columns,
 * or given a row for each.
 */
export type PlannedColumn = {
  header: Header;
  spread: "one" | "joined" | "first" | "explode";
  width: number;
  value: Sql;
  /** What it takes to read it. */
  scopes: readonly string[];
};

export type ExportPlan = {
  root: RootEntity;
  /** What it takes to read all that the export holds: the records, and those around them that columns show. */
  scopes: ReadonlySet<string>;
  columns: PlannedColumn[];
  where: Sql[];
  order: Sql;
  /** How many rows one record makes, where a relation is exploded. */
  rowsPerRecord: Sql | undefined;
  /** The workspace's time zone: instants are written on its wall clock. */
  zone: string;
};

export type Layout = {
  root_entity: RootEntity;
  columns: readonly ExportColumn[];
  filters: readonly ExportFilter[];
  sort: readonly ExportSort[];
};

type Planning = {
  root: RootEntity;
  zone: string;
  fields: Map<string, CatalogueField>;
  /** The scope of its own that a field of a noun's records takes. */
  ownScope(noun: string, field: string): string | undefined;
};

/** The currencies that a layout's own filters on the currency name. */
function currenciesOf({ filters }: Layout): unknown[] {
  return filters
    .filter(({ field, op }) => field === "currency" && (op === "eq" || op === "in"))
    .flatMap(({ value }) => value ?? []);
}

/** Compiles a layout. Throws a 400 naming the column, filter or sort that does not fit and what would. */
export async function planExport(ctx: Ctx, layout: Layout): Promise<ExportPlan> {
  const { timeZone: zone } = await crmSettingsInZone(ctx);
  const root = layout.root_entity;
  const fields = new Map((await exportFields(ctx, root)).map((field) => [field.key, field]));
  const { registry } = ctx.app;
  const ownScope = (noun: string, field: string) => registry.scopedFields(noun).get(field);
  const planning: Planning = { root, zone, fields, ownScope };
  const columns: PlannedColumn[] = [];
  for (const [index, column] of layout.columns.entries()) {
    const at = `columns.${index}`;
    columns.push(
      column.source === "root"
        ? rootColumn(planning, column, at)
        : await relationColumn(ctx, planning, column, at),
    );
  }
  const exploded = explodedRelation(root, layout.columns);
  return {
    root,
    scopes: new Set([readScopes[root], ...columns.flatMap(({ scopes }) => scopes)]),
    columns,
    where: layout.filters.map((filter, index) =>
      condition(
        { root, zone, currencyAt: (at) => filteredCurrency(currenciesOf(layout), at) },
        fieldAt(fields, filter.field, `filters.${index}.field`),
        filter,
        `filters.${index}`,
      ),
    ),
    order: orderOf(planning, layout),
    rowsPerRecord: exploded && sql`greatest(1, (select count(*) ${exploded.from}))`,
    zone,
  };
}

function fieldAt(
  fields: ReadonlyMap<string, CatalogueField>,
  key: string | undefined,
  at: string,
): CatalogueField {
  const field = key === undefined ? undefined : fields.get(key);
  if (field) return field;
  throw invalidField(
    at,
    key === undefined ? "is required" : `there is no field ${key}`,
    `Choose from ${[...fields.keys()].join(", ")}.`,
  );
}

function scopesOf({ ownScope }: Planning, reads: string, noun: string, field: string): string[] {
  const own = ownScope(noun, field);
  return own === undefined ? [reads] : [reads, own];
}

function rootColumn(planning: Planning, column: ExportColumn, at: string): PlannedColumn {
  const { root, zone, fields } = planning;
  const field = fieldAt(fields, column.field, `${at}.field`);
  return {
    scopes: scopesOf(planning, readScopes[root], nounOf[root], field.key),
    header: { title: column.header ?? field.label, display: displayOf(column.format, field.type) },
    spread: "one",
    width: 1,
    value: shown(root, field, "t", zone),
  };
}

async function relationColumn(
  ctx: Ctx,
  planning: Planning,
  column: ExportColumn,
  at: string,
): Promise<PlannedColumn> {
  const { root, zone } = planning;
  const relation = relationAt(root, column, at);
  const related = new Map((await relatedFields(ctx, relation)).map((field) => [field.key, field]));
  const field = fieldAt(related, column.relation_field, `${at}.relation_field`);
  const header = {
    title: column.header ?? `${relation.label}: ${field.label}`,
    display: displayOf(column.format, field.type),
  };
  const value = relatedSql(relation, field, zone);
  const { from, order } = relation;
  const scopes = scopesOf(planning, relation.reads, relation.noun, field.key);
  if ((column.relation_mode ?? "primary") === "primary") {
    return {
      header,
      scopes,
      spread: "one",
      width: 1,
      value: sql`(select ${value} ${from} order by ${order} limit 1)`,
    };
  }
  const width = column.relation_mode === "first_n" ? (column.first_n ?? 3) : 1;
  const most = column.relation_mode === "first_n" ? sql`limit ${width}` : sql``;
  const list = sql`(select json_agg(v) from (select ${value} as v ${from} order by ${order} ${most}) found)`;
  const spread = { first_n: "first", comma_joined: "joined", explode: "explode" } as const;
  return { header, scopes, spread: spread[column.relation_mode as keyof typeof spread], width, value: list };
}

function relationAt(root: RootEntity, column: ExportColumn, at: string): Relation {
  const relation = relationsOf[root].find((one) => one.key === column.relation);
  if (relation) return relation;
  throw invalidField(
    `${at}.relation`,
    column.relation === undefined ? "is required" : `there is no relation ${column.relation}`,
    `Choose from ${relationsOf[root].map((one) => one.key).join(", ")}.`,
  );
}

// Two exploded relations would make a row for every pair, which nobody means.
function explodedRelation(root: RootEntity, columns: readonly ExportColumn[]): Relation | undefined {
  const exploded = columns.filter((one) => one.source === "relation" && one.relation_mode === "explode");
  const names = new Set(exploded.map((one) => one.relation));
  if (names.size > 1) {
    throw invalidField(
      "columns",
      `explodes ${[...names].join(" and ")}; only one relation can have a row for each of its records`,
      "Use comma_joined or first_n for the others.",
    );
  }
  return relationsOf[root].find((one) => names.has(one.key));
}

const displays: Partial<Record<CatalogueFieldType, Display>> = {
  number: "number",
  money: "currency",
  date: "date",
  datetime: "datetime",
  boolean: "boolean",
};

function displayOf(format: ExportColumn["format"], type: CatalogueFieldType): Display {
  if (format === "array") return "text";
  return format ?? displays[type] ?? "text";
}

const unsortable: readonly CatalogueFieldType[] = ["tags", "array"];

// What cannot be sorted by is passed over; the id at the end makes the order complete.
function orderOf({ root, zone, fields }: Planning, { columns, sort }: Layout): Sql {
  const keys: Sql[] = [];
  for (const [index, { column_id, direction = "asc" }] of sort.entries()) {
    const column = columns.find((one) => one.id === column_id);
    if (!column) {
      throw invalidField(
        `sort.${index}.column_id`,
        "is the id of no column",
        "Send the id of one of the columns.",
      );
    }
    const field = column.source === "root" ? fields.get(column.field ?? "") : undefined;
    if (!field || unsortable.includes(field.type)) continue;
    keys.push(sql`${comparable(root, field, "t", zone)} ${sql.raw(direction)} nulls last`);
  }
  if (keys.length === 0) return sql`t.created_at desc, t.id desc`;
  return sql.join([...keys, sql`t.id`]);
}
