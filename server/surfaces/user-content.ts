/**
 * What people wrote, on its way to an AI agent: a name or a note may hold sentences meant for the agent instead of for the
 * business. So it travels between marks, and nothing inside can end the marks early. Which texts these are follows from the
 * schema of the answer: everything its definition does not narrow down (by format, pattern or a list of values) counts as
 * written by people, so that a field nobody thought of is marked rather than forgotten.
 */
import { isJsonObject } from "../kernel/json-object.ts";
import { Type } from "typebox";
import type { TString, TStringOptions } from "typebox";
import { propertyOf } from "../kernel/validation.ts";
import type { JsonSchema } from "./json-schema.ts";

const name = "aam:user-content";
const open = `<${name}>`;
const close = `</${name}>`;

// A mark in disguise is one too: other brackets, spaces and invisible characters between the letters.
const between = "[\\s/\\p{Cf}\\p{Cc}\\p{Mn}]*";
const disguised = new RegExp(
  `[<\\uFF1C\\uFE64\\u2039\\u3008\\u27E8](?=${["a", "a", "m"].map((letter) => `${between}${letter}`).join("")})`,
  "giu",
);

/** One text between marks. */
export function userContent(text: string): string {
  return `${open}${neutral(text)}${close}`;
}

/** The text with every mark in it made harmless. */
export function neutral(text: string): string {
  return text.replaceAll(disguised, "&lt;");
}

/** Text of the program's own in an answer: nobody wrote it, or whoever reads it did. */
export function plainText(options: TStringOptions = {}): TString {
  return Type.String({ ...options, [ownText]: true } as TStringOptions);
}

const ownText = "x-own-text";

type Node = JsonSchema & { [ownText]?: boolean };

/** The answer with everything marked that people wrote. `known` says more of texts that no schema narrows down. */
export function withMarks(
  value: unknown,
  schema: unknown,
  known: (name: string, text: string) => boolean = () => false,
): unknown {
  return mark(value, schemasOf(schema), "", known);
}

/** What an agent copied back from an answer, without the marks around it. */
export function withoutMarks(value: unknown): unknown {
  if (typeof value === "string") {
    const inner =
      value.startsWith(open) && value.endsWith(close) ? value.slice(open.length, -close.length) : value;
    return inner.includes(open) || inner.includes(close) ? value : inner;
  }
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMarks(inner)]));
}

function mark(
  value: unknown,
  schemas: readonly Node[],
  property: string,
  known: (name: string, text: string) => boolean,
): unknown {
  if (typeof value === "string") {
    const isOurs = schemas.some((schema) => vouches(schema, value)) || value === "" || known(property, value);
    return isOurs ? neutral(value) : userContent(value);
  }
  if (Array.isArray(value)) {
    const items = schemas.flatMap((schema) => schemasOf(schema.items));
    return value.map((one) => mark(one, items, property, known));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const declared = schemas.flatMap((schema) => schemasOf(propertyOf(schema, key)));
      const others = schemas.flatMap((schema) => schemasOf(schema.additionalProperties));
      const isDeclared = declared.length > 0 || /^\w{1,64}$/.test(key);
      return [
        isDeclared ? key : userContent(key),
        mark(inner, declared.length > 0 ? declared : others, key, known),
      ];
    }),
  );
}

// A schema vouches for a text that it leaves no room to write in.
function vouches(schema: Node, text: string): boolean {
  if (schema.const !== undefined) return schema.const === text;
  if (schema.enum) return schema.enum.includes(text);
  if (schema[ownText] === true) return true;
  if (schema.pattern !== undefined) return new RegExp(schema.pattern, "u").test(text);
  return schema.format !== undefined && /^\S{1,500}$/.test(text);
}

function schemasOf(schema: unknown): Node[] {
  if (!isJsonObject(schema)) return [];
  const node = schema as Node;
  return [node, ...[...(node.anyOf ?? []), ...(node.allOf ?? [])].flatMap(schemasOf)];
}
