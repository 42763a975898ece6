/** Says of a value that does not fit its schema what is wrong, field by field, and what to send instead. */
import { nearMiss } from "./near-misses.ts";
import { exampleOf, kindOf, limitsOf, wantedOf } from "./schema-words.ts";
import { isSecretName } from "./secret-names.ts";
import type { SchemaNode } from "./validation.ts";

/** `message` goes on from the name of the field: "is required"; `fix` is a sentence of its own. */
export type FieldProblem = { field: string; message: string; fix: string };

/** What the validator reports; `schemaPath` and `instancePath` lead to the rule and to the value. */
export type RawProblem = {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  message: string;
  params: {
    requiredProperties?: string[];
    additionalProperties?: string[];
    allowedValue?: unknown;
    allowedValues?: unknown[];
  };
};

type Said = { message: string; fix: string };

/** Everything reported of one field: a union reports each of its branches. */
type Reported = { path: string[]; value: unknown; problems: { raw: RawProblem; node: SchemaNode }[] };

/** Returns one problem for each field. */
export function describeProblems(
  schema: SchemaNode,
  value: unknown,
  raw: readonly RawProblem[],
): FieldProblem[] {
  const found = new Map<string, FieldProblem>();
  const reported = new Map<string, Reported>();
  const say = (path: readonly string[], { message, fix }: Said): void => {
    const field = path.join(".") || "body";
    if (!found.has(field)) found.set(field, { field, message, fix });
  };
  for (const problem of likeliest(raw)) {
    const { keyword, params } = problem;
    const path = segmentsOf(problem.instancePath);
    const node = nodeAt(schema, segmentsOf(problem.schemaPath));
    if (keyword === "required") {
      for (const name of params.requiredProperties ?? []) {
        const missing = [...path, name];
        say(missing, missingField(missing.join("."), own(node.properties, name)));
      }
    } else if (keyword === "additionalProperties") {
      for (const name of params.additionalProperties ?? []) say([...path, name], unknownField(name, node));
    } else if (keyword !== "boolean") {
      const entry = reported.get(problem.instancePath) ?? { path, value: valueAt(value, path), problems: [] };
      entry.problems.push({ raw: problem, node });
      reported.set(problem.instancePath, entry);
    }
  }
  for (const entry of reported.values()) {
    const { path, problems } = entry;
    const inner = [...found.keys(), ...reported.keys()];
    if (problems.every(({ raw: one }) => one.keyword === "anyOf") && isTold(path, inner)) continue;
    say(path, misfit(entry));
  }
  return [...found.values()];
}

// Of the shapes a value may have, those it was not meant as say nothing of use: it is of another type, or has another kind's name.
function likeliest(raw: readonly RawProblem[]): RawProblem[] {
  let left = [...raw];
  for (const union of raw.filter(({ keyword }) => keyword === "anyOf")) {
    const prefix = `${union.schemaPath}/anyOf/`;
    const isOf = ({ schemaPath }: RawProblem) => schemaPath.startsWith(prefix);
    const branches = Map.groupBy(
      left.filter(isOf),
      (one) => one.schemaPath.slice(prefix.length).split("/")[0],
    );
    const strangeness = (ofBranch: RawProblem[]) => Math.max(...ofBranch.map((one) => strange(one, union)));
    const least = Math.min(...[...branches.values()].map(strangeness));
    const far = new Set([...branches.values()].filter((one) => strangeness(one) > least).flat());
    left = left.filter((one) => !far.has(one));
  }
  return left;
}

function strange({ keyword, instancePath }: RawProblem, union: RawProblem): number {
  const isAtValue = instancePath === union.instancePath;
  if (keyword === "type" && isAtValue) return 2;
  return keyword === "const" && !isAtValue ? 1 : 0;
}

// A union whose branches have told what is wrong inside.
function isTold(path: readonly string[], others: readonly string[]): boolean {
  const [field, pointer] = [`${path.join(".")}.`, `/${path.join("/")}/`];
  return others.some((one) => one.startsWith(field) || one.startsWith(pointer));
}

function missingField(field: string, node: SchemaNode | undefined): Said {
  const meaning = node?.description ? `: ${firstSentence(node.description)}` : ".";
  return { message: "is required", fix: `Send ${field}, ${wantedOf(node ?? {}, field)}${meaning}` };
}

const mostNames = 30;

function unknownField(name: string, holder: SchemaNode): Said {
  const known = Object.keys(holder.properties ?? {});
  const near = nearMiss(name, known);
  const message = "is not a known field";
  if (near !== undefined) return { message, fix: `Did you mean ${near}?` };
  const form = Object.keys(holder.patternProperties ?? {})[0];
  if (form !== undefined) return { message, fix: `Use a name that fits ${form}.` };
  const names = known.length > mostNames ? [...known.slice(0, mostNames), "…"] : known;
  return { message, fix: `Leave it out.${names.length > 0 ? ` There are: ${names.join(", ")}.` : ""}` };
}

function misfit({ path, value, problems }: Reported): Said {
  const field = path.join(".") || "body";
  const allowed = problems.flatMap(({ raw: { keyword, params } }) =>
    keyword === "const" ? [params.allowedValue] : keyword === "enum" ? (params.allowedValues ?? []) : [],
  );
  if (allowed.length > 0) return noneOf(field, value, allowed);
  // A union of a text and null reports both; what a text should have been like says more.
  const rules = problems.filter(({ raw }) => !["type", "anyOf"].includes(raw.keyword));
  const rule = rules[0];
  if (rule) return against(rule.raw, rule.node, field, value);
  const nodes = problems.filter(({ raw }) => raw.keyword === "type").map(({ node }) => node);
  const node = nodes[0] ?? problems[0]?.node ?? {};
  const kinds = [...new Set((nodes.length > 0 ? nodes : [node]).map((one) => kindOf(one.type)))];
  return {
    message: `must be ${kinds.join(" or ")}${not(field, node, value)}`,
    fix: `Send ${field} as ${exampleOf(node, field)}, for example.`,
  };
}

function noneOf(field: string, value: unknown, allowed: readonly unknown[]): Said {
  const words = [...new Set(allowed.map(String))];
  const near = typeof value === "string" ? nearMiss(value, words) : undefined;
  const guess = near === undefined ? "" : `Did you mean ${near}? `;
  const sent = shown(field, {}, value);
  const message = sent === undefined ? "has none of the allowed values" : `is ${sent}, which is not allowed`;
  const rest = words.length === 1 ? `Send ${words[0]}.` : `Send one of ${words.join(", ")}.`;
  return { message, fix: guess + rest };
}

/** What a value breaks beside its type: its form, its length, its bounds. */
function against({ keyword, message }: RawProblem, node: SchemaNode, field: string, value: unknown): Said {
  const meaning = node.description ? ` ${firstSentence(node.description)}` : "";
  const limits = limitsOf(node);
  switch (keyword) {
    case "format":
      return {
        message: `must be ${formName(node)}${not(field, node, value)}`,
        fix: `Send ${wantedOf(node)}.`,
      };
    case "pattern":
      if (node.pattern === "\\S")
        return { message: "may not be blank", fix: `Send ${field} with a word in it.` };
      return {
        message: `has not the form it must have${not(field, node, value)}`,
        fix: `Send what fits ${node.pattern}.${meaning}`,
      };
    case "minLength":
      if (value === "") return { message: "may not be empty", fix: `Send ${limits}.` };
      return { message: `is too short with ${String(value).length} characters`, fix: `Send ${limits}.` };
    case "maxLength":
      return { message: `is too long with ${String(value).length} characters`, fix: `Send ${limits}.` };
    case "minItems":
    case "maxItems":
      return { message: `has ${(value as unknown[]).length} items`, fix: `Send ${limits}.` };
    case "uniqueItems":
      return { message: "holds an item twice", fix: "Send every item once." };
    case "minProperties":
    case "maxProperties": {
      const names = Object.keys(node.properties ?? {});
      const count = Object.keys(value as object).length;
      const which = names.length > 0 ? `: ${names.slice(0, mostNames).join(", ")}` : "";
      return { message: `has ${count} fields`, fix: `Send ${limits}${which}.` };
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
    case "multipleOf":
      return { message: `is ${String(value)}, which is out of bounds`, fix: `Send ${limits}.` };
    default:
      return { message, fix: `Send ${wantedOf(node)}.${meaning}` };
  }
}

function formName({ format }: SchemaNode): string {
  return format === "uuid"
    ? "an id (a UUID)"
    : format === "date-time"
      ? "an ISO 8601 instant"
      : `a valid ${format}`;
}

function not(field: string, node: SchemaNode, value: unknown): string {
  const sent = shown(field, node, value);
  return sent === undefined ? "" : `, not ${sent}`;
}

const longestShown = 60;

/** What was sent, if it is short and no secret. */
function shown(field: string, node: SchemaNode, value: unknown): string | undefined {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (value === undefined || node["x-shown-once"] || isSecretName(field)) return undefined;
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : undefined;
}

function firstSentence(text: string): string {
  return `${(/^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text).replace(/[.!?]$/, "")}.`;
}

function segmentsOf(pointer: string): string[] {
  const path = pointer.replace(/^#?\/?/, "");
  return path === "" ? [] : path.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function nodeAt(schema: SchemaNode, path: readonly string[]): SchemaNode {
  return (valueAt(schema, path) ?? {}) as SchemaNode;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => own(inner, name), value);
}

function own<Value = unknown>(holder: unknown, name: string): Value | undefined {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, name)) return undefined;
  return (holder as Record<string, Value>)[name];
}
