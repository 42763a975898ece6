/** What a schema asks for, in words and by example. */
import { dictionary } from "./dictionary.ts";
import type { SchemaNode } from "./validation.ts";

/** An example of every format that schemas here use. */
export const exampleOfFormat: Readonly<Record<string, string>> = dictionary({
  uuid: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b",
  "date-time": "2026-03-02T09:00:00Z",
  date: "2026-03-02",
  time: "09:00:00",
  email: "paul@example.com",
  uri: "https://example.com",
});

// Texts that no format describes and whose name tells what they have to be like.
const exampleOfName: readonly [RegExp, string][] = [
  [/(phone|mobile|landline|e164|_number)$/i, "+447700900123"],
  [/email$/i, "paul@example.com"],
  [/(url|website)$/i, "https://example.com"],
  [/currency$/i, "GBP"],
  [/time_?zone$/i, "Europe/London"],
];

function exampleText({ examples, format = "", enum: words }: SchemaNode, name: string): string | undefined {
  const given = examples?.[0] ?? words?.[0] ?? exampleOfFormat[format];
  if (given !== undefined) return String(given);
  return exampleOfName.find(([form]) => form.test(name))?.[1];
}

const kinds: Readonly<Record<string, string>> = dictionary({
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
});

/** Returns what people call a type: a text, a whole number. */
export function kindOf(type: string | undefined): string {
  return type === undefined ? "of another form" : (kinds[type] ?? type);
}

/** Returns a value that fits, as it is written in JSON. */
export function exampleOf(node: SchemaNode, name = ""): string {
  const given = node.examples?.[0] ?? node.const ?? node.enum?.[0] ?? node.default;
  if (given !== undefined) return JSON.stringify(given);
  const choice = node.anyOf?.find((one) => one.type !== "null");
  if (choice) return exampleOf(choice, name);
  switch (node.type) {
    case "string":
      return JSON.stringify(exampleText(node, name) ?? "some text");
    case "integer":
    case "number":
      return String(node.minimum ?? Math.min(1, node.maximum ?? 1));
    case "boolean":
      return "true";
    case "array":
      return `[${exampleOf(node.items ?? { type: "string" }, name.replace(/s$/, ""))}]`;
    case "object":
      return exampleObject(node);
    default:
      return "null";
  }
}

function exampleObject({ properties = {}, required = [] }: SchemaNode): string {
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  const parts = names.flatMap((name) =>
    Object.hasOwn(properties, name)
      ? [`${JSON.stringify(name)}: ${exampleOf(properties[name] ?? {}, name)}`]
      : [],
  );
  return `{${parts.join(", ")}}`;
}

/** Returns what to send: "a whole number from 1 to 100", "an id such as 0195…", "one of open, won, lost". */
export function wantedOf(node: SchemaNode, name = ""): string {
  const words = wordsOf(node);
  if (words.length > 0) return words.length === 1 ? `which is ${words[0]}` : `one of ${words.join(", ")}`;
  const choice = node.anyOf?.find((one) => one.type !== "null");
  if (choice) return wantedOf(choice, name);
  const example = node.type === "string" ? exampleText(node, name) : undefined;
  const such = example === undefined ? "" : ` such as ${example}`;
  if (node.format === "uuid") return `an id as an answer gave it,${such}`;
  if (node.format === "date-time") return `date, time and offset,${such}`;
  if (node.format === "date") return `a day of the calendar,${such}`;
  if (such !== "") return `${kindOf(node.type)}${such}`;
  if (node.type === "object") return `an object such as ${exampleOf(node)}`;
  return limitsOf(node) ?? (node.type === undefined ? "in any form" : kindOf(node.type));
}

function wordsOf(node: SchemaNode): string[] {
  if (node.const !== undefined) return [String(node.const)];
  const values =
    node.enum ?? (node.anyOf ?? []).flatMap((one) => (one.const === undefined ? [] : [one.const]));
  return values.map(String);
}

/** Returns the bounds of a length, a count or a number: "1 to 100 characters"; undefined where there are none. */
export function limitsOf(node: SchemaNode): string | undefined {
  switch (node.type) {
    case "string":
      return between(node.minLength, node.maxLength, "character");
    case "array":
      return between(node.minItems, node.maxItems, "item");
    case "object":
      return between(node.minProperties, node.maxProperties, "field");
    case "integer":
    case "number":
      return numberLimits(node);
    default:
      return undefined;
  }
}

function between(least: number | undefined, most: number | undefined, one: string): string | undefined {
  const count = (number: number) => `${number} ${one}${number === 1 ? "" : "s"}`;
  if (most === undefined) return least === undefined ? undefined : `at least ${count(least)}`;
  if (least === undefined || least === 0) return `at most ${count(most)}`;
  return least === most ? count(most) : `${least} to ${count(most)}`;
}

function numberLimits(node: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf: step } = node;
  const parts = [
    ...(minimum !== undefined && maximum !== undefined
      ? [`from ${minimum} to ${maximum}`]
      : [
          ...(minimum === undefined ? [] : [`of at least ${minimum}`]),
          ...(maximum === undefined ? [] : [`of at most ${maximum}`]),
        ]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(step === undefined ? [] : [`in steps of ${step}`]),
  ];
  return [kindOf(node.type), ...parts].join(" ");
}
