/** Inputs that do not fit, one of each kind, derived from what an operation declares. */
import type { AnyOperation } from "../../kernel/operation.ts";
import { pathParameters } from "../../kernel/registry.ts";
import { sampleOf } from "../../surfaces/json-schema.ts";
import type { JsonSchema } from "../../surfaces/json-schema.ts";
import { ownNames } from "./fixtures.ts";
import type { Place } from "./fixtures.ts";
import { isOpen } from "./requests.ts";
import type { Input } from "./requests.ts";

/** `near` is what the fix has to suggest, where somebody has only mistyped it. */
export type Wrong = { kind: string; field: string; input: Input; near?: string };

const nobody = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

/** An input that fits the schema and names records which need not be there: what does not fit is refused before anything is looked for. */
export function fittingInput(operation: AnyOperation, place: Place): Input {
  const schema = operation.input as JsonSchema;
  const input: Input = { ...(sampleOf(schema) as Input) };
  for (const name of pathParameters(operation.route ?? "")) input[name] = ownNames[name]?.(place) ?? nobody;
  const selected = operation.selects?.field;
  if (selected !== undefined) input[selected] ??= sampleOf(schema.properties?.[selected] ?? {});
  return input;
}

/** Returns the first of every kind: a field left out, of another type, with a value nobody declared, mistyped, or unknown. */
export function wrongInputs(operation: AnyOperation, fitting: Input): Wrong[] {
  const schema = operation.input as JsonSchema;
  const inPath = pathParameters(operation.route ?? "");
  const found = new Map<string, Wrong>();
  const add = (wrong: Wrong) => void (found.has(wrong.kind) || found.set(wrong.kind, wrong));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === operation.selects?.field) continue;
    if (schema.required?.includes(name) && !inPath.includes(name)) {
      const { [name]: _left, ...input } = fitting;
      add({ kind: "missing", field: name, input });
    }
    for (const { value, ...wrong } of wrongValues(property, isText(operation, inPath.includes(name)))) {
      add({ ...wrong, field: name, input: { ...fitting, [name]: value } });
    }
  }
  if (schema.additionalProperties === false) {
    add({ kind: "unknown", field: "zzzzzzzz", input: { ...fitting, zzzzzzzz: "1" } });
    const near = Object.keys(schema.properties ?? {}).find(
      (name) => name.length > 4 && !inPath.includes(name),
    );
    if (near) add({ kind: "mistyped", field: `${near}q`, input: { ...fitting, [`${near}q`]: "1" }, near });
  }
  return [...found.values()];
}

function isText({ route }: AnyOperation, inPath: boolean): boolean {
  return inPath || /^(GET|DELETE) /.test(route ?? "");
}

function wrongValues(
  schema: JsonSchema,
  asText: boolean,
): (Pick<Wrong, "kind" | "near"> & { value: unknown })[] {
  const single = schema.anyOf?.filter((one) => one.type !== "null") ?? [schema];
  const words = (schema.enum ?? schema.anyOf?.map((one) => one.const) ?? []).filter(
    (word): word is string => typeof word === "string",
  );
  const [only] = single.length === 1 ? single : [];
  const long = words.find((word) => word.length > 4);
  const simple = ["integer", "number", "boolean"].includes(String(schema.type));
  return [
    ...(only?.format ? [{ kind: only.format, value: "surely-none" }] : []),
    ...(words.length > 0 ? [{ kind: "word", value: "zzzzzzzz" }] : []),
    ...(long === undefined ? [] : [{ kind: "mistyped word", value: `${long}q`, near: long }]),
    ...(asText && simple ? [{ kind: String(schema.type), value: "neither" }] : []),
    ...(asText || isOpen(schema) ? [] : [{ kind: "type", value: { surely: { not: "this" } } }]),
  ];
}
