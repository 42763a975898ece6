/**
 * What a schema says of its fields beside their shape: who may read one, and which is a secret that is shown once. Both are
 * declared where the field is, and kept by the pipeline for every surface, event, export and stored answer.
 */
import { isJsonObject } from "./json-object.ts";
import { isSecretName } from "./secret-names.ts";
import { propertyOf } from "./validation.ts";
import type { SchemaNode } from "./validation.ts";

type Guarded = SchemaNode & { "x-readable-with"?: string; "x-shown-once"?: true };

/** Schema options of a field that takes a scope of its own: without it the field is left out of every answer. */
export function readableWith(scope: string): { "x-readable-with": string } {
  return { "x-readable-with": scope };
}

/** Schema options of a secret: whole in the answer that makes or sets it, and never stored with an answer or a held call. */
export const shownOnce = { "x-shown-once": true } as const;

/** How a secret is shown after it was set: enough of a long one to tell two apart. */
export function masked(secret: string): string {
  return secret.length < longEnough ? mask : `${mask}${secret.slice(-4)}`;
}

export const mask = "****";
/** Shorter ones would give away too much of themselves, and stand in other texts by chance. */
const longEnough = 12;

/** The same headers, with what looks like a credential masked. */
export function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? masked(value) : value]),
  );
}

/** The fields of a record that take a scope of their own, with that scope. Looks through lists and pages of the record. */
export function scopedFieldsOf(schema: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const look = (node: Guarded | undefined): void => {
    if (!node) return;
    for (const branch of [...(node.anyOf ?? []), node.items]) look(branch);
    for (const [name, property] of Object.entries(node.properties ?? {}) as [string, Guarded][]) {
      const scope = property["x-readable-with"];
      if (scope !== undefined) found.set(name, scope);
      if (name === "rows") look(property);
    }
  };
  look(schema as Guarded);
  return found;
}

/** The scopes that fields of a schema take, however deep. */
export function scopesIn(schema: unknown): string[] {
  const found = new Set<string>();
  visit(schema as Guarded, ({ "x-readable-with": scope }) => void (scope && found.add(scope)));
  return [...found];
}

/** Fields that take a scope of their own and that their schema requires all the same: an answer could not do without them. */
export function requiredScopedFields(schema: unknown): string[] {
  const found: string[] = [];
  visit(schema as Guarded, (node) => {
    const scoped = (node.required ?? []).filter(
      (name) => propertyOf<Guarded>(node, name)?.["x-readable-with"] !== undefined,
    );
    found.push(...scoped);
  });
  return found;
}

/** A value without the fields that these scopes do not let read; undefined scopes read everything. */
export function withoutUnreadable<T>(schema: object, value: T, scopes: ReadonlySet<string> | undefined): T {
  if (!scopes || !isGuarded(schema, "x-readable-with")) return value;
  return readable(schema as Guarded, value, scopes) as T;
}

function readable(schema: Guarded, value: unknown, scopes: ReadonlySet<string>): unknown {
  const branches = schema.anyOf ?? [];
  const met = branches.reduce((rest, branch) => readable(branch, rest, scopes), value);
  if (Array.isArray(met))
    return schema.items ? met.map((one) => readable(schema.items ?? {}, one, scopes)) : met;
  if (!schema.properties || !isPlain(met)) return met;
  const kept = Object.entries(met).filter(([name]) => {
    const scope = propertyOf<Guarded>(schema, name)?.["x-readable-with"];
    return scope === undefined || scopes.has(scope);
  });
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, readable(propertyOf<Guarded>(schema, name) ?? {}, inner, scopes)]),
  );
}

/** The secrets a value holds where its schema says so. One that is masked already is none. */
export function secretsIn(schema: object, value: unknown): string[] {
  if (!isGuarded(schema, "x-shown-once")) return [];
  const found = new Set<string>();
  collect(schema as Guarded, value, found);
  return [...found];
}

function collect(schema: Guarded, value: unknown, found: Set<string>): void {
  if (schema["x-shown-once"]) gather(value, found);
  for (const branch of schema.anyOf ?? []) collect(branch, value, found);
  if (Array.isArray(value)) {
    for (const one of value) collect(schema.items ?? {}, one, found);
  } else if (isPlain(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const property = propertyOf<Guarded>(schema, name);
      if (property) collect(property, inner, found);
    }
  }
}

// Of a map of headers, those that look like credentials.
function gather(value: unknown, found: Set<string>): void {
  if (typeof value === "string" && value !== "" && !value.includes(mask)) found.add(value);
  if (!isPlain(value)) return;
  for (const [name, inner] of Object.entries(value)) if (isSecretName(name)) gather(inner, found);
}

/** The same value with each of these secrets masked, wherever it stands. */
export function withoutSecrets<T>(value: T, secrets: readonly string[]): T {
  return secrets.length === 0 ? value : (concealed(value, secrets) as T);
}

function concealed(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    return secrets.reduce((text, secret) => concealedText(text, secret), value);
  }
  if (Array.isArray(value)) return value.map((one) => concealed(one, secrets));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, concealed(inner, secrets)]));
}

function concealedText(text: string, secret: string): string {
  if (secret.length < longEnough) return text === secret ? masked(secret) : text;
  return text.replaceAll(secret, () => masked(secret));
}

const known = new WeakMap<object, Set<keyof Guarded>>();

/** Whether anything in a schema is declared so; found out once for each. */
function isGuarded(schema: object, mark: "x-readable-with" | "x-shown-once"): boolean {
  let marks = known.get(schema);
  if (!marks) {
    const found = new Set<keyof Guarded>();
    visit(schema as Guarded, (node) => {
      for (const one of ["x-readable-with", "x-shown-once"] as const) if (node[one]) found.add(one);
    });
    known.set(schema, (marks = found));
  }
  return marks.has(mark);
}

function visit(node: Guarded, see: (node: Guarded) => void): void {
  see(node);
  for (const branch of node.anyOf ?? []) visit(branch, see);
  if (node.items) visit(node.items, see);
  for (const property of Object.values(node.properties ?? {})) visit(property, see);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && !(value instanceof Date);
}
