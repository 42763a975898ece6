import type { RawBuilder } from "kysely";

/** What a field's values are: money is decimal numbers, datetime an instant, date a day of the calendar. */
export type FieldType = "text" | "number" | "money" | "boolean" | "date" | "datetime" | "id";

export const aggregations = ["count", "sum", "avg", "min", "max"] as const;
export type Aggregation = (typeof aggregations)[number];

export const granularities = ["day", "week", "month", "quarter", "year"] as const;
export type Granularity = (typeof granularities)[number];

/** What a statement is made for: whose wall clock, which day it is there, and who looks at it. */
export type Scene = {
  workspaceId: string;
  zone: string;
  today: string;
  viewerId: string | null;
  /** What whoever asks may read; undefined for the program itself. */
  scopes: ReadonlySet<string> | undefined;
};

export type Expression = RawBuilder<unknown> | ((scene: Scene) => RawBuilder<unknown>);

/**
 * Many rows to one of the source's. `tables` stands in a FROM, `on` ties it to the source's row.
 * rows: filters on several of its fields judge one of its rows together (a card's pipeline and stage).
 * list: the values are a list the record has; filters judge each value by itself.
 */
export type Facet = { kind: "rows" | "list"; tables: RawBuilder<unknown>; on: RawBuilder<unknown> };

export type Field = {
  name: string;
  label: string;
  type: FieldType;
  sql: Expression;
  /** Groups in aggregate mode. Every field is a column in drilldown mode. */
  dimension?: boolean;
  /** How it may be measured. */
  measure?: readonly Aggregation[];
  /** A time that can be cut into days, weeks, months, quarters and years. */
  time?: boolean;
  /** For display only: neither filtered nor sorted. */
  virtual?: boolean;
  /** The scopes of other records its values come from. */
  reads?: readonly string[];
  /** A join of the source this needs. */
  join?: string;
  facet?: string;
  options?: readonly string[];
  /** The member it names, for the filter value current_user. */
  user?: Expression;
};

/** A subject of reports, declared. Identifiers of a statement come from here and from nowhere else. */
export type Source = {
  key: string;
  label: string;
  description: string;
  /** The scope that lets read its rows. */
  reads: string;
  /** The table of its rows, and the alias it has in every expression here. */
  table: RawBuilder<unknown>;
  alias: string;
  /** At most one row each, so they never multiply. */
  joins: Readonly<Record<string, RawBuilder<unknown>>>;
  facets: Readonly<Record<string, Facet>>;
  fields: readonly Field[];
  /** Columns of a drilldown that names none. */
  columns: readonly string[];
  /** The field that says which currency its amounts are in. */
  currency?: string;
  /** The instant a row came to be, for the order of a drilldown that names none. */
  createdAt: RawBuilder<unknown>;
  /** Whose custom fields are fields here too, and where they are kept. */
  custom?: { entity: "opportunity"; metadata: RawBuilder<unknown> };
};

/** An expression as it is in this scene. */
export function inScene(expression: Expression, scene: Scene): RawBuilder<unknown> {
  return typeof expression === "function" ? expression(scene) : expression;
}

export function measurable(field: Field): boolean {
  return (field.measure?.length ?? 0) > 0;
}
