import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { validationError } from "./errors.ts";
import type { OperationError } from "./errors.ts";

/** The part of JSON Schema this file reads. */
export type SchemaNode = {
  type?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  required?: string[];
  additionalProperties?: boolean | SchemaNode;
  format?: string;
  description?: string;
};

export type FieldProblem = { field: string; message: string };

export type Validator<T extends TSchema> = {
  check(value: unknown): value is Static<T>;
  problems(value: unknown): FieldProblem[];
};

const compiled = new WeakMap<object, Validator<TSchema>>();

/** A validator for a schema, compiled on first use and kept. */
export function validatorOf<T extends TSchema>(schema: T): Validator<T> {
  const known = compiled.get(schema);
  if (known) return known as Validator<T>;
  const checker = Compile(schema);
  const made: Validator<T> = {
    check: (value): value is Static<T> => checker.Check(value),
    problems: (value) => describeProblems(checker.Errors(value) as RawProblem[]),
  };
  compiled.set(schema, made as unknown as Validator<TSchema>);
  return made;
}

type RawProblem = {
  keyword: string;
  instancePath: string;
  message: string;
  params: { requiredProperties?: string[]; allowedValue?: unknown; allowedValues?: unknown[] };
};

// One line per field: a union reports each of its branches, and an unknown property reports twice.
function describeProblems(raw: RawProblem[]): FieldProblem[] {
  const byField = new Map<string, { message: string; allowed: unknown[] }>();
  const add = (field: string, message: string, allowed?: unknown) => {
    const entry = byField.get(field) ?? { message, allowed: [] };
    if (allowed !== undefined) entry.allowed.push(allowed);
    byField.set(field, entry);
  };
  for (const problem of raw) {
    const field = problem.instancePath.slice(1).replaceAll("/", ".");
    if (problem.keyword === "required") {
      for (const name of problem.params.requiredProperties ?? [])
        add(field ? `${field}.${name}` : name, "is required");
    } else if (problem.keyword === "boolean") add(field, "is not a known field");
    else if (problem.keyword === "additionalProperties" || problem.keyword === "anyOf") {
      if (problem.keyword === "anyOf" && !byField.has(field)) add(field, "has the wrong type");
    } else if (problem.keyword === "const")
      add(field, "is not one of the allowed values", problem.params.allowedValue);
    else if (problem.keyword === "enum") {
      for (const allowed of problem.params.allowedValues ?? [undefined])
        add(field, "is not one of the allowed values", allowed);
    } else add(field || "body", problem.message.replace(/^must /, "must "));
  }
  return [...byField].map(([field, { message, allowed }]) => ({
    field,
    message: allowed.length > 0 ? `must be one of ${allowed.map(String).join(", ")}` : message,
  }));
}

/** The 400 for a value that does not fit: it names each field and says what would fit. */
export function invalidInput(problems: FieldProblem[]): OperationError {
  const first = problems[0] ?? { field: "body", message: "is not valid" };
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return validationError(`${first.field} ${first.message}${more}.`, {
    fix: problems.map((problem) => `${problem.field} ${problem.message}`).join("; "),
    details: { fields: problems },
  });
}

/** Returns what a schema says of a property of its own; the caller may have made up the name. */
export function propertyOf<Node>(
  schema: { properties?: Record<string, Node> },
  name: string,
): Node | undefined {
  const { properties } = schema;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Query strings and form fields arrive as text: this turns one into what its schema asks for, if it can. */
export function coerceText(text: string, schema: SchemaNode | undefined): unknown {
  if (!schema) return text;
  for (const option of schema.anyOf ?? [schema]) {
    if (option.type === "integer" || option.type === "number") {
      if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
    } else if (option.type === "boolean") {
      if (text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
    } else if (option.type === "array") {
      return text.split(",").map((part) => coerceText(part.trim(), option.items));
    }
  }
  return text;
}

/** Fills in top-level defaults; absent stays absent where the schema states none. */
export function withDefaults(schema: SchemaNode, value: Record<string, unknown>): Record<string, unknown> {
  let result = value;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || value[name] !== undefined) continue;
    if (result === value) result = { ...value };
    result[name] = property.default;
  }
  return result;
}
