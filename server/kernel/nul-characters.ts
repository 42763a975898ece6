/** The NUL character, which the database keeps in no text: found in whatever comes from outside, and refused by the field's name. */
import { invalidField } from "./errors.ts";
import type { FieldProblem } from "./problems.ts";
import type { SchemaNode } from "./validation.ts";

/** Option of a schema whose values are checked one by one by whoever takes them: one that does not fit spoils no other. */
export const checkedApart: unique symbol = Symbol("checked apart");

/** Returns what is wrong with the first text, or name of a property, that holds the character; undefined when none does. */
export function nulProblem(value: unknown, schema?: SchemaNode): FieldProblem | undefined {
  const path = nulIn(value, schema);
  if (!path) return undefined;
  return {
    field: path.join(".").replaceAll("\0", String.raw`\u0000`) || "body",
    message: "may not contain the NUL character",
    fix: String.raw`Take the character \u0000 out of it.`,
  };
}

/** Throws the 400 that names the field of a form in which the character stands. */
export function refuseNul(fields: Readonly<Record<string, string>>): void {
  const problem = nulProblem(fields);
  if (problem) throw invalidField(problem.field, problem.message, problem.fix);
}

function nulIn(value: unknown, schema: SchemaNode | undefined): string[] | undefined {
  if (typeof value === "string") return value.includes("\0") ? [] : undefined;
  if (typeof value !== "object" || value === null || (schema && checkedApart in schema)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (name.includes("\0")) return [name];
    const found = nulIn(inner, Array.isArray(value) ? schema?.items : ownProperty(schema, name));
    if (found) return [name, ...found];
  }
  return undefined;
}

function ownProperty(schema: SchemaNode | undefined, name: string): SchemaNode | undefined {
  return schema?.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
}
