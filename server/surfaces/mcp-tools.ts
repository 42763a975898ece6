/** What an MCP client may see and call with its key: a few tools to find operations, and the everyday ones directly. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { TSchema } from "typebox";
import type { Actor } from "../kernel/actor.ts";
import type { App } from "../kernel/app.ts";
import type { CredentialKind } from "../kernel/credentials.ts";
import { successStatus } from "../kernel/run.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import { nameOf } from "../kernel/registry.ts";
import { invalidInput, validatorOf } from "../kernel/validation.ts";
import type { JsonSchema } from "./json-schema.ts";
import { sampleOf } from "./json-schema.ts";
import { errorsOf } from "./openapi-errors.ts";
import { mayCall } from "./visible.ts";

const surfacesOf: Record<CredentialKind, readonly string[]> = {
  workspace: ["workspace", "capability"],
  private: ["bookings"],
  consent: ["capability"],
};

/** The operations a credential can reach over MCP, whatever its scopes. */
export function reachable(app: App, kind: CredentialKind): AnyOperation[] {
  return app.registry.operations.filter(
    (one) =>
      one.route !== undefined &&
      surfacesOf[kind].includes(one.surface.name) &&
      (kind !== "consent" || isForAgents(one)),
  );
}

// Whoever speaks for a customer does what any agent may do, and nothing in the name of the business.
function isForAgents(one: AnyOperation): boolean {
  return one.auth === "agent-token" || (one.auth === "public" && one.effect === "read");
}

/** The name an operation goes by: its own, or `surface.name` where two surfaces use the same one. */
export function toolNames(operations: readonly AnyOperation[]): Map<string, AnyOperation> {
  const byName = Map.groupBy(operations, (one) => one.name);
  const names = new Map<string, AnyOperation>();
  for (const one of operations) {
    const shared = (byName.get(one.name)?.length ?? 0) > 1 && one.surface.name !== "workspace";
    names.set(shared ? `${one.surface.name}_${one.name}` : one.name, one);
  }
  return names;
}

/** Finds an operation by any spelling of its name: its own, `surface.name`, or what a capability is called. */
export function findOperation(operations: readonly AnyOperation[], name: string): AnyOperation | undefined {
  const wanted = name.replace(/^booking\./, "capability.");
  return (
    toolNames(operations).get(name) ??
    operations.find((one) => nameOf(one) === wanted) ??
    operations.find((one) => one.name === name)
  );
}

export function annotationsOf(operation: AnyOperation): NonNullable<Tool["annotations"]> {
  return {
    title: operation.summary,
    readOnlyHint: operation.effect === "read",
    destructiveHint: operation.effect === "destructive",
    idempotentHint: operation.effect === "read",
    openWorldHint: false,
  };
}

/** The input as a tool sees it: the provider is the key's own, and a write may carry an idempotency key. */
export function toolInput(operation: AnyOperation): JsonSchema {
  const input = operation.input as JsonSchema;
  const properties = { ...input.properties };
  delete properties["provider_id"];
  if (operation.effect !== "read" && !properties["idempotency_key"])
    properties["idempotency_key"] = keySchema;
  const required = input.required?.filter((name) => name !== "provider_id");
  return {
    type: "object",
    properties,
    ...(required?.length ? { required } : {}),
    additionalProperties: false,
  };
}

const keySchema: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 255,
  description: "Makes the call safe to repeat: the same key with the same input is done once.",
};

export function listTools(app: App, kind: CredentialKind, actor: Actor): Tool[] {
  const visible = toolNames(reachable(app, kind));
  // An agent of a customer's has so few that it sees them all.
  const direct = [...visible].filter(
    ([, one]) => (one.preloaded || kind === "consent") && mayCall(actor, one),
  );
  return [
    ...metaTools,
    ...direct.map(([name, one]) => ({
      name,
      description: [one.summary, one.description].filter(Boolean).join("\n\n"),
      inputSchema: toolInput(one) as Tool["inputSchema"],
      annotations: annotationsOf(one),
    })),
  ];
}

const nameSchema = { type: "string", maxLength: 200 } as const;

const metaTools: Tool[] = [
  {
    name: "search_operations",
    description:
      "Find what can be done here. Answers the names, summaries, effects and scopes of the operations your key may use that fit the query best.",
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          maxLength: 200,
          description: "Words for what you want to do: cancel a booking. Empty lists all.",
        },
        limit: { type: "integer", minimum: 1, maximum: 100, default: 10 },
      },
      additionalProperties: false,
    },
    annotations: { title: "Search operations", readOnlyHint: true, openWorldHint: false },
  },
  {
    name: "describe_operation",
    description: "The input schema, the possible errors and an example of one operation.",
    inputSchema: {
      type: "object",
      properties: { name: { ...nameSchema, description: "A name search_operations answered." } },
      required: ["name"],
      additionalProperties: false,
    },
    annotations: { title: "Describe an operation", readOnlyHint: true, openWorldHint: false },
  },
  {
    name: "execute_operation",
    description: "Runs an operation by name. Describe it first; input must fit its schema.",
    inputSchema: {
      type: "object",
      properties: {
        name: nameSchema,
        input: { type: "object", additionalProperties: true },
        idempotency_key: keySchema as object,
      },
      required: ["name"],
      additionalProperties: false,
    },
    annotations: {
      title: "Execute an operation",
      readOnlyHint: false,
      destructiveHint: true,
      openWorldHint: false,
    },
  },
];

/** What the three general tools take, as their schemas say. */
type GeneralArguments = {
  query?: string;
  limit?: number;
  name?: string;
  input?: Record<string, unknown>;
  idempotency_key?: string;
};

/**
 * Returns the arguments of one of the three general tools, checked against the schema it is listed with; none for the other tools, which
 * are operations and checked as such. Throws a 400 that names the argument. Without it a query of a megabyte would be compared, word by
 * word, with every operation.
 */
export function generalArguments(tool: string, args: Record<string, unknown>): GeneralArguments {
  const listed = metaTools.find(({ name }) => name === tool);
  if (!listed) return {};
  const validator = validatorOf(listed.inputSchema as unknown as TSchema);
  if (!validator.check(args)) throw invalidInput(validator.problems(args));
  return args;
}

export function describeOperation(name: string, operation: AnyOperation): Record<string, unknown> {
  return {
    name,
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    effect: operation.effect,
    scopes: operation.scopes,
    ...(operation.credits ? { credits: operation.credits } : {}),
    input_schema: toolInput(operation),
    success_status: successStatus(operation),
    errors: errorsOf(operation).map(({ code, status, summary }) => ({ code, status, summary })),
    example: operation.example?.input ?? sampleOf(toolInput(operation)),
  };
}
