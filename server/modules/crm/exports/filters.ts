/** Export filters as parameterised conditions. Which operators a field takes follows from its type. */
import { sql } from "kysely";
import { invalidField } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { isInstant } from "../fields/custom-values.ts";
import type { CatalogueField, CatalogueFieldType } from "../fields/field-catalogue.ts";
import { comparable } from "./export-fields.ts";
import { filterOps } from "./export-template.ts";
import type { ExportFilter } from "./export-template.ts";
import { belongsToAny, builtInSql } from "./roots.ts";
import type { RootEntity, Sql } from "./roots.ts";

export type FilterOp = (typeof filterOps)[number];

const emptiness = ["is_null", "not_null"] as const;
const texts: FilterOp[] = ["eq", "neq", "in", "not_in", "contains", ...emptiness];
const numbers: FilterOp[] = ["eq", "neq", "in", "not_in", "gte", "lte", "between", ...emptiness];
const instants: FilterOp[] = ["eq", "neq", "gte", "lte", "between", ...emptiness];

const opsOf: Record<CatalogueFieldType, readonly FilterOp[]> = {
  text: texts,
  textarea: texts,
  url: texts,
  number: numbers,
  money: numbers,
  date: instants,
  datetime: instants,
  boolean: ["eq", "neq", ...emptiness],
  dropdown: ["eq", "neq", "in", "not_in", ...emptiness],
  tags: ["in", "not_in", ...emptiness],
  array: ["in", "not_in", ...emptiness],
  reference: ["in", "not_in"],
};

/** What a filter on this field may say. The status of an opportunity is chosen from like a reference. */
export function operatorsOf(root: RootEntity, field: CatalogueField): readonly FilterOp[] {
  return root === "opportunity" && field.key === "status" ? opsOf.reference : opsOf[field.type];
}

/** `currencyAt` tells what a number compared with an amount is in. */
type Where = { root: RootEntity; zone: string; currencyAt(at: string): string };

const opposites: Partial<Record<string, FilterOp>> = { neq: "eq", not_in: "in" };

/** A filter as a condition on the root `t`. `at` is where the caller wrote it: filters.0. */
export function condition(where: Where, field: CatalogueField, filter: ExportFilter, at: string): Sql {
  const isAmount = field.type === "money" && !field.custom;
  if (!isAmount || filter.op === "is_null" || filter.op === "not_null") {
    return conditionOn(where, field, filter, at);
  }
  // An amount in another currency is not the one the number speaks of.
  const opposite = opposites[filter.op];
  const matches = conditionOn(where, field, opposite ? { ...filter, op: opposite } : filter, at);
  const currency = builtInSql(where.root, "currency", "t");
  const inCurrency = sql`(${matches} and ${currency} = ${where.currencyAt(`${at}.value`)}::text)`;
  return opposite ? sql`${inCurrency} is not true` : inCurrency;
}

function conditionOn(where: Where, field: CatalogueField, filter: ExportFilter, at: string): Sql {
  const op = filter.op === "not_contains" && field.type === "tags" ? "not_in" : filter.op;
  const allowed = operatorsOf(where.root, field);
  if (!allowed.includes(op as FilterOp)) {
    throw invalidField(`${at}.op`, `${filter.op} does not fit ${field.key}`, `Use ${allowed.join(", ")}.`);
  }
  const column = comparable(where.root, field, "t", where.zone);
  if (op === "is_null") return nothing(field, column);
  if (op === "not_null") return sql`not (${nothing(field, column)})`;
  const value = `${at}.value`;
  if (op === "in" || op === "not_in") {
    const holds = anyOf(where.root, field, column, listOf(field, filter.value, value));
    return op === "in" ? holds : sql`(${holds}) is not true`;
  }
  if (op === "between") return between(where, field, column, filter.value, value);
  return compare(where, field, column, op as Comparison, filter.value, value);
}

type Comparison = "eq" | "neq" | "gte" | "lte" | "contains";

function nothing({ type }: CatalogueField, column: Sql): Sql {
  if (type === "tags") return sql`(${column} is null or jsonb_array_length(${column}) = 0)`;
  if (type === "array") return sql`(${column} is null or cardinality(${column}) = 0)`;
  return sql`${column} is null`;
}

function listOf({ type }: CatalogueField, sent: unknown, at: string): string[] {
  const list = Array.isArray(sent) ? sent : [sent];
  const plain = list.filter((one) => one !== null && one !== undefined);
  if (plain.length === 0 || plain.length < list.length) {
    throw invalidField(
      at,
      "must be a list of at least one value",
      "Send the values in square brackets, without null.",
    );
  }
  if (type === "reference" && !plain.every((one) => typeof one === "string" && isId(one))) {
    throw invalidField(
      at,
      "must be a list of ids",
      "Send ids as answers gave them, such as 0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b.",
    );
  }
  if (type === "number" || type === "money") return plain.map((one) => numberText(one, at));
  return plain.map(String);
}

function anyOf(root: RootEntity, field: CatalogueField, column: Sql, list: string[]): Sql {
  switch (field.type) {
    case "tags":
      // A tag is {name, color} or, in older records, its name alone.
      return sql`exists (select from jsonb_array_elements(${column}) tag
        where lower(coalesce(tag ->> 'name', tag #>> '{}')) = any(${list.map((one) => one.toLowerCase())}::text[]))`;
    case "array":
      return sql`${column} && ${list}::text[]`;
    case "reference":
      return belongsToAny(root, field.key, list) ?? sql`${column} = any(${list}::uuid[])`;
    case "number":
    case "money":
      return sql`${column} = any(${list}::numeric[])`;
    default:
      return sql`${column}::text = any(${list}::text[])`;
  }
}

function between(where: Where, field: CatalogueField, column: Sql, sent: unknown, at: string): Sql {
  if (!Array.isArray(sent) || sent.length !== 2)
    throw invalidField(at, "must be a list of two values", "Send the first and the last value: [from, to].");
  const [from, to] = sent as unknown[];
  const least = compare(where, field, column, "gte", from, `${at}.0`);
  return sql`(${least} and ${compare(where, field, column, "lte", to, `${at}.1`)})`;
}

function compare(
  where: Where,
  field: CatalogueField,
  column: Sql,
  op: Comparison,
  sent: unknown,
  at: string,
): Sql {
  if (sent === null || sent === undefined || Array.isArray(sent)) {
    throw invalidField(
      at,
      "must be a single value",
      "Send one text, number or date, or use the operator in for several.",
    );
  }
  if (field.type === "date" || field.type === "datetime")
    return compareTime(where, field, column, op, sent, at);
  if (op === "contains") {
    return sql`folded(${column}::text) like like_pattern(folded(${String(sent)}))`;
  }
  return sql`${column} ${operators[op]} ${parameter(field, sent, at)}`;
}

const operators = {
  eq: sql`=`,
  neq: sql`is distinct from`,
  gte: sql`>=`,
  lte: sql`<=`,
} as const;

function parameter({ type }: CatalogueField, sent: unknown, at: string): Sql {
  if (type === "number" || type === "money") return sql`${numberText(sent, at)}::numeric`;
  if (type === "boolean") {
    if (typeof sent !== "boolean" && sent !== "true" && sent !== "false") {
      throw invalidField(at, "must be true or false", "Send true or false without quotes.");
    }
    return sql`${String(sent)}::boolean`;
  }
  return sql`${String(sent)}::text`;
}

function numberText(sent: unknown, at: string): string {
  const number = typeof sent === "string" && sent.trim() !== "" ? Number(sent) : sent;
  if (typeof number !== "number" || !Number.isFinite(number))
    throw invalidField(at, "must be a number", "Write it in digits, such as 12.5.");
  return String(number);
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/** An ISO 8601 date or instant; a 400 naming the field for anything else. */
export function isoMoment(field: string, sent: unknown): string {
  if (isInstant(sent) && !sent.startsWith("0000")) return sent;
  throw invalidField(field, "is no ISO date or instant", "Send it like 2026-03-24 or 2026-03-24T09:00:00Z.");
}

/** An ISO text as an instant; without an offset it is the wall clock's of `zone`. */
function instantAt(text: string, zone: string): Sql {
  return sql`instant_in(to_jsonb(${text}::text), ${zone}::text)`;
}

// A day means all of it: gte begins with its first moment, lte ends with its last, on the workspace's wall clock.
function compareTime(
  { zone }: Where,
  field: CatalogueField,
  column: Sql,
  op: Comparison,
  sent: unknown,
  at: string,
): Sql {
  const text = isoMoment(at, sent);
  const sign = operators[op as keyof typeof operators];
  if (field.type === "date") return sql`${column} ${sign} ${text.slice(0, 10)}::date`;
  if (!day.test(text)) return sql`${column} ${sign} ${instantAt(text, zone)}`;
  const start = sql`(${text}::date::timestamp at time zone ${zone}::text)`;
  const end = sql`((${text}::date + 1)::timestamp at time zone ${zone}::text)`;
  if (op === "gte") return sql`${column} >= ${start}`;
  if (op === "lte") return sql`${column} < ${end}`;
  const within = sql`(${column} >= ${start} and ${column} < ${end})`;
  return op === "eq" ? within : sql`${within} is not true`;
}
