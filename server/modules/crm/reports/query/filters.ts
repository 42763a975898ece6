import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { invalidField } from "../../../../kernel/errors.ts";
import { isId } from "../../../../kernel/ids.ts";
import { dayBounds, momentForms, momentOf } from "./moments.ts";
import type { Moment } from "./moments.ts";
import { inScene } from "./source.ts";
import type { Field, FieldType, Scene } from "./source.ts";
import { operators } from "./spec.ts";
import type { FilterSpec, Operator } from "./spec.ts";

export type Condition = RawBuilder<boolean>;

/** A filter that was understood. `negated` says whether its condition tells what is kept out. */
export type Filter = {
  field: Field;
  operator: Operator;
  /** Holds for the values the operator speaks of: for neq and not_in those to be kept out. */
  matches: Condition;
  negated: boolean;
};

type Value = string | number | boolean;

const compared: Operator[] = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "not_in",
  "is_null",
  "is_not_null",
];
const chosen: Operator[] = ["eq", "neq", "in", "not_in", "is_null", "is_not_null"];
const byType: Record<FieldType, readonly Operator[]> = {
  text: [...chosen, "like", "contains"],
  id: chosen,
  boolean: ["eq", "neq", "is_null", "is_not_null"],
  number: compared,
  money: compared,
  date: compared,
  datetime: compared,
};

/** The operators a field takes, in the order of the vocabulary. */
export function operatorsOf(field: Field): Operator[] {
  return operators.filter((operator) => byType[field.type].includes(operator));
}

/** The field that says which currency amounts are in, and the one that numbers in filters are in. */
export type FilterCurrency = { field: Field; code: string };

/**
 * Understands a filter on `field`; refuses, by `path`, an operator or a value that does not fit the field. `currencyAt` tells what a
 * number compared with money is in; amounts in another currency are not what it speaks of.
 */
export function readFilter(
  field: Field,
  spec: FilterSpec,
  path: string,
  scene: Scene,
  currencyAt?: (path: string) => FilterCurrency | undefined,
): Filter {
  const { operator } = spec;
  if (!byType[field.type].includes(operator)) {
    const allowed = operatorsOf(field).join(", ");
    throw invalidField(
      `${path}.operator`,
      `${operator} does not apply to ${field.name} (${field.type})`,
      `Use one of ${allowed}.`,
    );
  }
  const expression = inScene(field.sql, scene);
  const negated = ["neq", "not_in", "is_null"].includes(operator);
  if (operator === "is_null" || operator === "is_not_null") {
    return { field, operator, negated, matches: sql<boolean>`${expression} is not null` };
  }
  const values = valuesOf(spec, path);
  if (field.user && values.some(isViewer)) {
    return { field, operator, negated, matches: viewerIs(field, values, path, scene) };
  }
  const many = operator === "in" || operator === "not_in";
  const conditions = values.map((value, index) => {
    const at = many ? `${path}.${spec.values ? "values" : "value"}.${index}` : `${path}.value`;
    return matching(field, expression, many || operator === "neq" ? "eq" : operator, value, at, scene);
  });
  const currency = field.type === "money" ? currencyAt?.(path) : undefined;
  const matches = currency
    ? sql<boolean>`(${anyOf(conditions)} and ${inScene(currency.field.sql, scene)} = ${currency.code})`
    : anyOf(conditions);
  return { field, operator, negated, matches };
}

function valuesOf({ operator, value, values }: FilterSpec, path: string): Value[] {
  const many = operator === "in" || operator === "not_in";
  const sent = many ? (values ?? value) : value;
  if (many) {
    const list = Array.isArray(sent) ? sent : sent == null ? [] : [sent];
    if (list.length > 0) return list as Value[];
    throw invalidField(`${path}.values`, `is required for ${operator}`, "Send a list of values.");
  }
  if (sent !== undefined && sent !== null && !Array.isArray(sent)) return [sent as Value];
  throw invalidField(
    `${path}.value`,
    Array.isArray(sent) ? `takes one value for ${operator}` : `is required for ${operator}`,
    operator === "eq" || operator === "neq"
      ? "Use in for several values, is_null for none."
      : "Send one value.",
  );
}

// The contract's text calls it current_user_id.
function isViewer(value: Value): boolean {
  return value === "current_user" || value === "current_user_id";
}

function viewerIs(field: Field, values: Value[], path: string, scene: Scene): Condition {
  if (values.length > 1) {
    throw invalidField(`${path}.values`, "current_user stands alone", "Use eq with current_user.");
  }
  // Nobody in particular looks: nobody's rows are theirs.
  if (scene.viewerId === null) return sql<boolean>`false`;
  return sql<boolean>`${inScene(field.user ?? field.sql, scene)} = ${scene.viewerId}::uuid`;
}

function matching(
  field: Field,
  expression: RawBuilder<unknown>,
  operator: Operator,
  value: Value,
  path: string,
  scene: Scene,
): Condition {
  switch (field.type) {
    case "number":
    case "money":
      if (typeof value !== "number") throw mistyped(path, field, "a number");
      return sql<boolean>`${expression} ${sign(operator)} ${String(value)}::numeric`;
    case "boolean":
      if (typeof value !== "boolean") throw mistyped(path, field, "true or false");
      return sql<boolean>`${expression} = ${value}`;
    case "id":
      if (typeof value !== "string" || !isId(value)) throw mistyped(path, field, "an id");
      return sql<boolean>`${expression} = ${value}::uuid`;
    case "date":
    case "datetime": {
      const moment = typeof value === "string" ? momentOf(value, scene) : undefined;
      if (!moment || (field.type === "date" && !("day" in moment))) throw mistyped(path, field, momentForms);
      return field.type === "date" && "day" in moment
        ? sql<boolean>`${expression} ${sign(operator)} ${moment.day}::date`
        : instantMatches(expression, operator, moment, scene);
    }
    case "text":
      if (typeof value !== "string") throw mistyped(path, field, "a text");
      return textMatches(field, expression, operator, value, path);
  }
}

function textMatches(
  field: Field,
  expression: RawBuilder<unknown>,
  operator: Operator,
  value: string,
  path: string,
): Condition {
  // A backslash is a letter like any other; only % and _ stand for something, and only in `like`. Both read as search does.
  if (operator === "like") {
    const literal = value.replaceAll("\\", "\\\\");
    return sql<boolean>`folded(${expression}::text) like folded(${literal})`;
  }
  if (operator === "contains" && field.facet === undefined) {
    return sql<boolean>`folded(${expression}::text) like like_pattern(folded(${value}))`;
  }
  if (field.options && !field.options.includes(value)) {
    throw mistyped(path, field, `one of ${field.options.join(", ")}`);
  }
  return sql<boolean>`${expression} = ${value}`;
}

// A day is all of it: lte 31 March keeps what happened in its evening.
function instantMatches(
  expression: RawBuilder<unknown>,
  operator: Operator,
  moment: Moment,
  scene: Scene,
): Condition {
  if ("at" in moment) return sql<boolean>`${expression} ${sign(operator)} ${moment.at}::timestamptz`;
  const [start, end] = dayBounds(moment.day, scene);
  if (operator === "eq") {
    return sql<boolean>`(${expression} >= ${start}::timestamptz and ${expression} < ${end}::timestamptz)`;
  }
  const after = operator === "gt" || operator === "gte";
  const bound = operator === "gt" || operator === "lte" ? end : start;
  return sql<boolean>`${expression} ${sql.raw(after ? ">=" : "<")} ${bound}::timestamptz`;
}

const signs: Partial<Record<Operator, string>> = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" };

function sign(operator: Operator): RawBuilder<unknown> {
  return sql.raw(signs[operator] ?? "=");
}

function mistyped(path: string, field: Field, wanted: string): Error {
  return invalidField(path, `does not fit ${field.name}, which takes ${wanted}`, `Send ${wanted}.`);
}

export function anyOf(conditions: Condition[]): Condition {
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
