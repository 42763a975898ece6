import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { validationError } from "./errors.ts";
import type { OperationError } from "./errors.ts";
import { nulProblem } from "./nul-characters.ts";
import { describeProblems } from "./problems.ts";
import type { FieldProblem, RawProblem } from "./problems.ts";

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
  pattern?: string;
  patternProperties?: Record<string, SchemaNode>;
  description?: string;
  examples?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  "x-shown-once"?: true;
};

export type Validator<T extends TSchema> = {
  check(value: unknown): value is Static<T>;
  problems(value: unknown): FieldProblem[];
};

const compiled = new WeakMap<object, Validator<TSchema>>();

/** A validator for a schema, compiled on first use and kept. Text with a NUL character fits no schema. */
export function validatorOf<T extends TSchema>(schema: T): Validator<T> {
  const known = compiled.get(schema);
  if (known) return known as Validator<T>;
  const checker = Compile(schema);
  const node = schema as SchemaNode;
  const made: Validator<T> = {
    check: (value): value is Static<T> => checker.Check(value) && !nulProblem(value, node),
    problems: (value) => {
      const problems = describeProblems(node, value, checker.Errors(value) as unknown as RawProblem[]);
      const nul = nulProblem(value, node);
      return nul && !problems.some(({ field }) => field === nul.field) ? [...problems, nul] : problems;
    },
  };
  compiled.set(schema, made as unknown as Validator<TSchema>);
  return made;
}

/** The 400 for a value that does not fit: it names each field, says what is wrong with it and what to send instead. */
export function invalidInput(problems: readonly FieldProblem[]): OperationError {
  const first = problems[0] ?? { field: "body", message: "is not valid", fix: "See its schema in /docs." };
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return validationError(`${first.field} ${first.message}${more}.`, {
    fix: problems.length > 1 ? problems.map(({ field, fix }) => `${field}: ${fix}`).join(" ") : first.fix,
    details: { fields: problems.map(({ field, message }) => ({ field, message })) },
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
