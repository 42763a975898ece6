/**
 * Values that fit a JSON Schema, and values that should not. Ids are left open: `@id:contact:7` stands for that of a contact known at the
 * time of sending.
 */
import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { nounOf } from "./known-ids.ts";

export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  contentEncoding?: string;
};

const words = [
  "Paul",
  "Sarah Connor",
  "Zoë Müller-Łukasz",
  "o'Brien",
  "100%",
  "a_b",
  "日本",
  "👩‍🔧",
  " x ",
  "call back",
];
const deepest = 4;

/** What a person or a program might send to break something. */
export const hostile: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "   ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "'; drop table contacts; --",
    "%_\\",
    "{{contact.first_name}}",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "-1",
    "1e400",
    "NaN",
    "9999-12-31T23:59:59Z",
    "0000-00-00",
    "2026-02-30",
    "+999999-01-01T00:00:00Z",
    "00000000-0000-0000-0000-000000000000",
    "not-a-uuid",
    "x".repeat(70_000),
    0,
    -1,
    0.1,
    1e15,
    2 ** 53,
    -(2 ** 63),
    1e308,
    [],
    {},
    [[[[[[]]]]]],
    [null],
    { toString: 1, constructor: 1 },
    { a: { b: { c: { d: {} } } } },
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  idValue(),
);

/** A place for the id of a record, or an id of nothing. */
export function idValue(noun = ""): Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.nat(5000).map((n) => `@id:${noun}:${n}`) },
    { weight: 1, arbitrary: fc.uuid({ version: 4 }) },
  );
}

/** Values that fit `schema`; `resolve` finds what a $ref means, and ids are of records of `noun`. */
export function fitting(
  schema: Schema,
  resolve: (ref: string) => Schema,
  noun = "",
  depth = 0,
): Arbitrary<unknown> {
  const inner = (one: Schema, name?: string) =>
    fitting(one, resolve, name === undefined ? noun : nounOf(name), depth + 1);
  if (schema.$ref !== undefined) return fitting(resolve(schema.$ref), resolve, noun, depth);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return fc.oneof(...options.map((one) => inner(one)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      return text(schema, noun);
    case "integer":
      return fc.integer(bounds(schema, 10_000));
    case "number":
      return number(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(schema.items ? inner(schema.items) : fc.jsonValue({ maxDepth: 1 }), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      });
    default:
      return object(schema, inner, depth);
  }
}

function object(
  schema: Schema,
  inner: (one: Schema, name?: string) => Arbitrary<unknown>,
  depth: number,
): Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0 || depth > deepest) {
    return depth > deepest
      ? fc.constant({})
      : fc.dictionary(fc.constantFrom("a", "note", "x_1"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
  }
  return record(
    Object.fromEntries(properties.map(([name, one]) => [name, inner(one, name)])),
    schema.required ?? [],
  );
}

/**
 * A record of these values: what is required, and of the rest mostly a few. All of it at once hardly ever fits together, and then nothing
 * but the first check is tried.
 */
export function record(
  values: Record<string, Arbitrary<unknown>>,
  required: readonly string[],
): Arbitrary<Record<string, unknown>> {
  const optional = Object.keys(values).filter((name) => !required.includes(name));
  const kept = fc.oneof(
    { weight: 3, arbitrary: fc.subarray(optional, { maxLength: Math.min(optional.length, 2) }) },
    { weight: 2, arbitrary: fc.subarray(optional, { maxLength: Math.min(optional.length, 5) }) },
    { weight: 1, arbitrary: fc.subarray(optional) },
  );
  return kept.chain((names) =>
    fc.record(
      Object.fromEntries(
        Object.entries(values).filter(([name]) => required.includes(name) || names.includes(name)),
      ),
    ),
  );
}

function text(schema: Schema, noun: string): Arbitrary<string> {
  const { format, pattern } = schema;
  switch (format) {
    case "uuid":
      return idValue(noun);
    case "date":
      return fc
        .date({ min: new Date("1950-01-01"), max: new Date("2080-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
    case "date-time":
      return fc
        .date({ min: new Date("2025-01-01"), max: new Date("2028-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString());
    case "email":
      return fc.constantFrom("paul@example.com", "sarah.c@example.org");
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const usual = Object.entries(usualTexts).find(([name]) => noun.includes(name))?.[1];
  if (usual)
    return fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...usual) },
      { weight: 1, arbitrary: anyText(schema) },
    );
  return anyText(schema);
}

/** What fields are mostly sent that say by their names what they want. */
const usualTexts: Record<string, readonly string[]> = {
  phone: ["+61412345678", "+447700900123", "0412 345 678", "+61291234567"],
  number: ["+61412345678", "+447700900123"],
  email: ["paul@example.com", "sarah.c@example.org", "o'brien@example.net"],
  url: ["https://example.com/x", "https://example.org/hook?a=1"],
  timezone: ["Europe/London", "Australia/Sydney", "UTC"],
  currency: ["AUD", "USD", "GBP"],
  country: ["AU", "Australia", "GB"],
  date: ["2026-03-05", "2026-12-25"],
  time: ["10:30", "09:00"],
  _at: ["2026-03-05T10:00:00Z", "2027-01-01T00:00:00+10:00"],
  color: ["#1c5d8c", "blue"],
};

function anyText({ minLength = 0, maxLength = 60 }: Schema): Arbitrary<string> {
  const fits = (one: string) => one.length >= minLength && one.length <= maxLength;
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "+61412345678",
          "paul@example.com",
          "2026-03-05",
          "10:30",
          "https://example.com/x",
          "AUD",
          "Europe/London",
        ),
      },
      {
        weight: 1,
        arbitrary: fc.string({
          unit: "grapheme",
          minLength,
          maxLength: Math.max(minLength, Math.min(maxLength, 40)),
        }),
      },
    )
    .map((one) => (fits(one) ? one : "x".repeat(Math.max(1, minLength))));
}

function number(schema: Schema): Arbitrary<number> {
  const { min, max } = bounds(schema, 1_000_000);
  return fc
    .double({ min, max, noNaN: true })
    .map((value) => Math.min(max, Math.max(min, Math.round(value * 100) / 100)));
}

function bounds(schema: Schema, reach: number): { min: number; max: number } {
  const min = schema.minimum ?? Math.min(0, schema.maximum ?? 0) - (schema.minimum === undefined ? 10 : 0);
  return { min, max: Math.max(min, Math.min(schema.maximum ?? reach, min + reach)) };
}

/** A fitting object with one thing wrong: a value of another kind, one too few, or one too many. */
export function broken(good: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 1, arbitrary: hostile },
    {
      weight: 5,
      arbitrary: fc.tuple(good, fc.nat(), hostile, fc.nat(9)).map(([value, place, bad, kind]) => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) return bad;
        const names = Object.keys(value);
        const name = names[place % Math.max(1, names.length)];
        const copy: Record<string, unknown> = { ...value };
        if (name === undefined || kind === 0) copy["unknown_field"] = bad;
        else if (kind === 1) delete copy[name];
        else copy[name] = bad;
        return copy;
      }),
    },
  );
}
