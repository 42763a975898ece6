/** The tools an assistant built on the workspace API can be given: every operation its key may call, described. */
import { Type } from "typebox";
import { module, operation } from "../kernel/operation.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import type { JsonSchema } from "./json-schema.ts";
import { mayCall } from "./visible.ts";
import { workspaceApi } from "./workspace-api.ts";

const Tool = Type.Object({
  name: Type.String({ description: "In snake_case." }),
  description: Type.String(),
  input_schema: Type.Object({}, { additionalProperties: true }),
  preferred_model: Type.Union([Type.Literal("haiku"), Type.Literal("sonnet")]),
  api_path: Type.String({ description: 'Such as "GET /contacts".' }),
  required_scopes: Type.Array(Type.String()),
  is_write: Type.Boolean(),
  portal_path: Type.Union([Type.String(), Type.Null()]),
});

const listMetaTools = operation({
  name: "list_meta_tools",
  surface: workspaceApi,
  section: "Assistant tools",
  route: "GET /_meta/tools",
  scopes: [],
  noScopes: "program",
  effect: "read",
  noun: "tool",
  shape: "bare",
  summary: "List the tools this key can use, for building an assistant.",
  description:
    "Only operations whose scopes the key has are listed; those that need no scope are everybody's and are not.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ data: Type.Object({ tools: Type.Array(Tool), count: Type.Integer() }) }),
  run(ctx) {
    const tools = ctx.app.registry.operations
      .filter((one) => one.surface === workspaceApi && one.route && one.scopes.length > 0)
      .filter((one) => mayCall(ctx.actor, one))
      .map(toolOf);
    return Promise.resolve({ data: { tools, count: tools.length } });
  },
});

function toolOf(one: AnyOperation) {
  return {
    name: one.name,
    description: [one.summary, one.description].filter(Boolean).join(" "),
    input_schema: one.input as object as Record<string, unknown>,
    preferred_model: preferredModel(one),
    api_path: one.route ?? "",
    required_scopes: [...one.scopes],
    is_write: one.effect !== "read",
    portal_path: one.portalPath ?? null,
  };
}

/** Reading and small writes are for a small model; what destroys or takes a lot of thought is for a larger one. */
function preferredModel(one: AnyOperation): "haiku" | "sonnet" {
  if (one.effect === "read") return "haiku";
  if (one.effect === "destructive") return "sonnet";
  const properties = Object.values((one.input as JsonSchema).properties ?? {});
  const nested = properties.some((property) => ["object", "array"].includes(String(property.type)));
  return properties.length > 6 || nested ? "sonnet" : "haiku";
}

export const assistantTools = module({ name: "assistant-tools", operations: [listMetaTools] });
