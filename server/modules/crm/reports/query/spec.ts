import { Type } from "typebox";
import type { Static } from "typebox";
import { amountsInFilters } from "../../filtered-currency.ts";
import { aggregations, granularities } from "./source.ts";
import { sourceKeys } from "./sources.ts";

export const operators = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "not_in",
  "like",
  "is_null",
  "is_not_null",
  "contains",
] as const;
export type Operator = (typeof operators)[number];

/** Columns of a drilldown, and of the table a digest shows. */
export const mostColumns = 8;
export const defaultLimit = 100;

export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      description ? { description } : {},
    ),
  );

const fieldName = (description: string) => Type.String({ minLength: 1, maxLength: 120, description });

const plain = () => Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]);
const values = () => Type.Array(plain(), { minItems: 1, maxItems: 200 });

const Measure = Type.Object(
  {
    field: fieldName("A measure of the source."),
    aggregation: Type.Optional(oneOf(aggregations, "count for ids, sum for the rest, unless said.")),
    alias: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z][A-Za-z0-9_ ]{0,59}$",
        description: "What the column is called; <aggregation>_<field> unless said.",
      }),
    ),
  },
  { additionalProperties: false },
);

const Filter = Type.Object(
  {
    field: fieldName("Any field of the source that is not virtual."),
    operator: oneOf(operators),
    value: Type.Optional(
      Type.Union([plain(), values(), Type.Null()], {
        description:
          "Of the field's type. current_user is whoever looks; times also take today, start_of_month or 30_days_ago.",
      }),
    ),
    values: Type.Optional(values()),
  },
  { additionalProperties: false },
);

const TimeDimension = Type.Object(
  {
    field: fieldName("A time of the source; rows without it are left out."),
    granularity: Type.Optional(oneOf(granularities, "month unless said; a week starts on Monday.")),
    fill: Type.Optional(
      Type.Boolean({ default: false, description: "Adds the periods in between that have no rows." }),
    ),
  },
  { additionalProperties: false },
);

const Order = Type.Object(
  {
    field: fieldName("A column of the answer; in drilldown mode any field that is not virtual."),
    direction: Type.Optional(oneOf(["asc", "desc"], "asc unless said.")),
  },
  { additionalProperties: false },
);

const order = (description: string) =>
  Type.Optional(Type.Union([Type.Array(Order, { maxItems: mostColumns }), Order], { description }));

export const specFields = {
  source: oneOf(sourceKeys, "What the rows are."),
  measures: Type.Optional(Type.Array(Measure, { maxItems: 10 })),
  dimensions: Type.Optional(
    Type.Array(fieldName("A field of the source."), {
      maxItems: mostColumns,
      description: "Aggregate: what to group by. Drilldown: which columns, in this order.",
    }),
  ),
  filters: Type.Optional(
    Type.Array(Filter, { maxItems: 30, description: `All of them must hold. ${amountsInFilters}` }),
  ),
  time_dimension: Type.Optional(TimeDimension),
  mode: Type.Optional(
    oneOf(
      ["aggregate", "drilldown"],
      "aggregate (default): groups and sums. drilldown: the rows themselves.",
    ),
  ),
  order_by: order("Sort keys, the first decides first; one object stands for a list of one."),
  sort: order("Another name of order_by."),
  drilldown_dimension: Type.Optional(fieldName("Drilldown: the field whose value the rows have.")),
  drilldown_value: Type.Optional(
    Type.Union([Type.String({ maxLength: 500 }), Type.Null()], {
      description:
        "Drilldown: that value. null, as the group of an aggregate shows it, or left out: the rows that have none.",
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: defaultLimit })),
};

/** A question to a source; what query_report takes and what a card keeps. */
export const QuerySpec = Type.Object(specFields, {
  additionalProperties: false,
  description: "The same as the body of a report query.",
});

export type QuerySpec = Static<typeof QuerySpec>;
export type FilterSpec = Static<typeof Filter>;
export type OrderSpec = Static<typeof Order>;
export type CellValue = string | number | boolean | null | string[];
export type ReportRow = Record<string, CellValue>;
