/** The part of JSON Schema that the readers of the registry look at. */
import { exampleOfFormat } from "../kernel/schema-words.ts";

export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
};

/** A value that fits the schema, for examples: what is required and, with `everything`, what is optional too. */
export function sampleOf(schema: JsonSchema, everything = false): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.length) return schema.enum[0];
  const options = schema.anyOf ?? schema.oneOf;
  if (options?.[0]) return sampleOf(options[0], everything);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, everything) as object));
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "string":
      return sampleText(schema);
    case "integer":
    case "number":
      return schema.minimum ?? Math.min(1, schema.maximum ?? 1);
    case "boolean":
      return true;
    case "array":
      return schema.items && (everything || schema.minItems) ? [sampleOf(schema.items, everything)] : [];
    case "object":
      return sampleObject(schema, everything);
    default:
      return null;
  }
}

function sampleText(schema: JsonSchema): string {
  return (
    exampleOfFormat[schema.format ?? ""] ??
    "text".padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength ?? 100)
  );
}

function sampleObject(schema: JsonSchema, everything: boolean): Record<string, unknown> {
  const entries = Object.entries(schema.properties ?? {}).filter(
    ([name]) => everything || schema.required?.includes(name),
  );
  return Object.fromEntries(entries.map(([name, property]) => [name, sampleOf(property, everything)]));
}
