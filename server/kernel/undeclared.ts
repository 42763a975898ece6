/** What a value holds beside what its schema names: a column that slipped into an answer is valid JSON, and told all the same. */
import type { AnyOperation } from "./operation.ts";
import { propertyOf, validatorOf } from "./validation.ts";
import type { SchemaNode } from "./validation.ts";

type Shape = SchemaNode & { patternProperties?: Record<string, SchemaNode>; allOf?: SchemaNode[] };

/** Throws when an answer is not what its operation's definition says, or holds more than that. */
export function mustBeAsDeclared(operation: AnyOperation, output: unknown): void {
  const plain: unknown = JSON.parse(JSON.stringify(output ?? null));
  const validator = validatorOf(operation.output);
  if (!validator.check(plain)) {
    const problems = JSON.stringify(validator.problems(plain));
    throw new Error(`${operation.name} answered something its definition does not allow: ${problems}`);
  }
  const undeclared = undeclaredIn(operation.output, plain);
  if (undeclared.length > 0) {
    throw new Error(`${operation.name} answered what its definition does not name: ${undeclared.join(", ")}`);
  }
}

/**
 * Returns the places of properties that a schema does not name, at every level: "rows.0.search_text". An object that declares no
 * properties, or that declares others to be allowed, is free in form, and a value of several possible shapes has to fit one of them.
 */
export function undeclaredIn(schema: unknown, value: unknown): string[] {
  return look(schema as Shape, value, []);
}

function look(schema: Shape, value: unknown, at: readonly string[]): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (schema.anyOf) return fewest(schema.anyOf, value, at);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((one, index) => look(items, one, [...at, String(index)])) : [];
  }
  if (isFree(schema)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const property = propertyOf<SchemaNode>(schema, name) ?? otherOf(schema);
    return property ? look(property, inner, [...at, name]) : [[...at, name].join(".")];
  });
}

function isFree({ properties, patternProperties, additionalProperties }: Shape): boolean {
  return !properties && !patternProperties && typeof additionalProperties !== "object";
}

function otherOf({ additionalProperties: other, patternProperties }: Shape): SchemaNode | undefined {
  if (other === true) return {};
  return typeof other === "object" ? other : Object.values(patternProperties ?? {})[0];
}

// Of the shapes the value may have, the one that names most of it.
function fewest(branches: readonly Shape[], value: object, at: readonly string[]): string[] {
  const found = branches.filter((branch) => isKindOf(branch, value)).map((branch) => look(branch, value, at));
  return found.sort((a, b) => a.length - b.length)[0] ?? [];
}

// What tells shapes apart: the type, and properties that have one value only.
function isKindOf({ type, properties = {} }: Shape, value: object): boolean {
  if (type !== undefined && type !== (Array.isArray(value) ? "array" : "object")) return false;
  return Object.entries(properties).every(
    ([name, { const: only }]) => only === undefined || (value as Record<string, unknown>)[name] === only,
  );
}
