/**
 * The same operations for AI agents: MCP over streamable HTTP at /mcp. Nothing is kept between requests, so any node
 * can answer any of them; a tool call goes through the same pipeline as an HTTP one.
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "../kernel/actor.ts";
import type { App } from "../kernel/app.ts";
import { stopwatch } from "../kernel/clock.ts";
import type { CredentialKind } from "../kernel/credentials.ts";
import { OperationError, invalidField, notFound } from "../kernel/errors.ts";
import type { AnyOperation, FileAnswer } from "../kernel/operation.ts";
import { manifestPath } from "../modules/calendar/capability/manifest.ts";
import { asOperationError } from "./failures.ts";
import { bearerIn } from "./callers.ts";
import { fileForAgent } from "./files.ts";
import { heldOperation, keyFix, one } from "./http.ts";
import type { Body } from "./http.ts";
import { countCall } from "./limits.ts";
import { answered, failed, succeeded } from "./mcp-answers.ts";
import {
  describeOperation,
  findOperation,
  generalArguments,
  listTools,
  reachable,
  toolNames,
} from "./mcp-tools.ts";
import { searchOperations } from "./search-operations.ts";
import { withoutMarks } from "./user-content.ts";
import { mayCall } from "./visible.ts";

type Caller = { app: App; actor: Actor; kind: CredentialKind; requestId: string };

const instructions =
  "The front office of one business: its contacts, bookings, conversations and more. Use search_operations to find what " +
  "can be done, describe_operation for its input, execute_operation to do it. A write may answer that it is held until a person approves it.";

export function addMcp(http: FastifyInstance, app: App): void {
  http.post("/mcp", (request, reply) => answer(app, request, reply));
  http.route({
    method: ["GET", "DELETE"],
    url: "/mcp",
    handler: (_request, reply) =>
      reply
        .code(405)
        .header("allow", "POST")
        .send(
          rpcError(-32000, "There is no session and no stream here.", { fix: "Send messages with POST." }),
        ),
  });
}

async function answer(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = await callerOf(app, request).catch((error: unknown) => asOperationError(error, app.log));
  if (found instanceof OperationError) {
    const { status, headers = {}, message, code, fix } = found;
    return reply
      .code(status)
      .headers(headers)
      .send(rpcError(-32001, message, { code, fix }));
  }
  if (!found) {
    const fix =
      "Send Authorization: Bearer fd_live_… (or X-API-Key), a token of the private bookings API, or the token of a person's " +
      `consent: ${app.baseUrl}${manifestPath} says how to get one.`;
    return reply
      .code(401)
      .header("www-authenticate", "Bearer")
      .send(rpcError(-32001, "No valid key came with the call.", { code: "UNAUTHORIZED", fix }));
  }
  const server = serverFor(found);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(transport as Parameters<Server["connect"]>[0]);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      const text = one(value);
      if (text !== undefined) headers.set(name, text);
    }
    const response = await transport.handleRequest(
      new Request("http://frontdesk/mcp", { method: "POST", headers }),
      { parsedBody: (request.body as Body | undefined)?.json ?? null },
    );
    void reply.code(response.status);
    for (const [name, value] of response.headers) void reply.header(name, value);
    return reply.send(await response.text());
  } finally {
    await server.close();
  }
}

function rpcError(code: number, message: string, data?: unknown): Record<string, unknown> {
  return { jsonrpc: "2.0", error: { code, message, ...(data ? { data } : {}) }, id: null };
}

async function callerOf(app: App, request: FastifyRequest): Promise<Caller | undefined> {
  const secret = bearerIn(request.headers.authorization) ?? one(request.headers["x-api-key"]);
  if (!secret) return undefined;
  for (const kind of ["workspace", "private", "consent"] as const) {
    const actor = await app.credentials.actorOf(secret, kind, request.ip);
    if (actor) return { app, actor: { ...actor }, kind, requestId: request.id };
  }
  return undefined;
}

function serverFor(caller: Caller): Server {
  const server = new Server(
    { name: "frontdesk", version: "1" },
    { capabilities: { tools: {} }, instructions },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: listTools(caller.app, caller.kind, caller.actor),
  }));
  server.setRequestHandler(CallToolRequestSchema, (call) =>
    callTool(caller, call.params.name, call.params.arguments ?? {}),
  );
  return server;
}

async function callTool(
  caller: Caller,
  tool: string,
  args: Record<string, unknown>,
): Promise<CallToolResult> {
  const { app, actor, requestId } = caller;
  const startedAt = stopwatch();
  let status = 200;
  try {
    countCall(app, actor);
    return await runTool(caller, tool, args);
  } catch (error) {
    const failure = asOperationError(error, app.log.child({ corrId: requestId, tool }));
    status = failure.status;
    return failed(failure);
  } finally {
    app.metrics.request("mcp", status, startedAt);
  }
}

async function runTool(caller: Caller, tool: string, args: Record<string, unknown>): Promise<CallToolResult> {
  const { app, actor, kind } = caller;
  const given = generalArguments(tool, args);
  const all = reachable(app, kind);
  const visible = new Map([...toolNames(all)].filter(([, operation]) => mayCall(actor, operation)));
  switch (tool) {
    case "search_operations": {
      const found = searchOperations(visible, given.query ?? "", given.limit ?? 10);
      return succeeded({ operations: found, of: visible.size });
    }
    case "describe_operation": {
      const { name = "" } = given;
      const operation = findOperation([...visible.values()], name);
      if (!operation) throw unknownOperation(name);
      return succeeded(describeOperation(name, operation));
    }
    case "execute_operation": {
      const { name = "" } = given;
      const operation = findOperation(all, name);
      if (!operation) throw unknownOperation(name);
      return execute(caller, operation, given.input ?? {}, given.idempotency_key);
    }
    default: {
      const operation = findOperation(all, tool);
      if (!operation) throw unknownOperation(tool);
      return execute(caller, operation, args, undefined);
    }
  }
}

async function execute(
  { app, actor, requestId }: Caller,
  operation: AnyOperation,
  given: Record<string, unknown>,
  key: string | undefined,
): Promise<CallToolResult> {
  const properties = (operation.input as { properties?: Record<string, unknown> }).properties ?? {};
  const input = withoutMarks(given) as Record<string, unknown>;
  let idempotencyKey = key;
  if (!properties["idempotency_key"] && typeof input["idempotency_key"] === "string") {
    idempotencyKey ??= input["idempotency_key"];
    delete input["idempotency_key"];
  }
  if (properties["provider_id"] && input["provider_id"] === undefined) {
    input["provider_id"] = actor.workspaceId;
  }
  if (idempotencyKey !== undefined && (idempotencyKey === "" || idempotencyKey.length > 255)) {
    throw invalidField("idempotency_key", "must have 1 to 255 characters", keyFix);
  }
  const outcome = await app.run(operation, {
    actor,
    input,
    requestId,
    idempotencyKey: operation.effect === "read" ? undefined : idempotencyKey,
  });
  if (outcome.status === 204) return succeeded({ ok: true }, outcome.replayed);
  if (operation.shape === "file" && !outcome.held) {
    return fileForAgent(outcome.output as FileAnswer, { operation, baseUrl: app.baseUrl });
  }
  const about = {
    operation: outcome.held ? heldOperation(operation) : operation,
    creditsRemaining: undefined,
  };
  const body = operation.surface.success(outcome.output, about);
  return answered(about.operation, body, outcome);
}

function unknownOperation(name: string): OperationError {
  return notFound(`There is no operation ${name} for this key.`, {
    fix: "Use search_operations to find the right name.",
  });
}
