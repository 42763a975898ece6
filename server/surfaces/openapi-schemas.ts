import type { AnyOperation, Surface } from "../kernel/operation.ts";
import type { JsonSchema } from "./json-schema.ts";

/**
 * Schemas that several operations share, by name. Operations share a record by using the very same object, so
 * identity finds it wherever it is nested; everything else is written out in place.
 */
export class NamedSchemas {
  readonly #names = new Map<object, string>();
  readonly #definitions = new Map<string, JsonSchema>();

  constructor(operations: readonly AnyOperation[]) {
    const uses = new Map<object, AnyOperation[]>();
    for (const operation of operations) {
      const record = recordOf(operation);
      if (record) uses.set(record, [...(uses.get(record) ?? []), operation]);
    }
    for (const [record, sharing] of uses) {
      const [first] = sharing;
      if (first && sharing.length > 1) this.#name(record, first);
    }
    for (const [record, name] of this.#names) {
      this.#definitions.set(name, this.#copy(record as JsonSchema, record));
    }
  }

  add(name: string, schema: JsonSchema): void {
    this.#definitions.set(name, this.refer(schema));
  }

  /** A plain copy of the schema with references where a named one stands. */
  refer(schema: JsonSchema): JsonSchema {
    return this.#copy(schema, undefined);
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #name(record: object, operation: AnyOperation): void {
    const base = pascal(operation.noun);
    const taken = new Set(this.#names.values());
    const prefixed = `${pascal(operation.surface.name)}${base}`;
    const candidates = [base, prefixed, ...Array.from({ length: 50 }, (_, n) => `${prefixed}${n + 2}`)];
    this.#names.set(record, candidates.find((name) => !taken.has(name)) ?? prefixed);
  }

  #copy<T>(value: T, root: object | undefined): T {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#copy(item, root)) as T;
    if (typeof value !== "object" || value === null) return value;
    const name = value === root ? undefined : this.#names.get(value);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` } as T;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.#copy(inner as unknown, root)]),
    ) as T;
  }
}

/** Name of the component that holds a surface's error body. */
export function errorName(surface: Surface): string {
  return `${surface.name[0]?.toUpperCase()}${surface.name.slice(1)}Error`;
}

function recordOf(operation: AnyOperation): object | undefined {
  const output = operation.output as JsonSchema;
  const record = operation.shape === "list" ? output.properties?.["rows"]?.items : output;
  return record?.type === "object" ? record : undefined;
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join("");
}
