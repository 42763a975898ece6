/** HTTP over the registry: one route per operation and base, nothing registered by hand. */
import { isDeepStrictEqual } from "node:util";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { stopwatch } from "../kernel/clock.ts";
import { proxyCheck } from "../kernel/addresses.ts";
import type { App } from "../kernel/app.ts";
import { OperationError, invalidField, validationError } from "../kernel/errors.ts";
import type { AnyOperation, FileAnswer, Surface } from "../kernel/operation.ts";
import { pathParameters } from "../kernel/registry.ts";
import { newRequestId } from "../kernel/run.ts";
import type { Outcome } from "../kernel/run.ts";
import { coerceText, propertyOf } from "../kernel/validation.ts";
import type { SchemaNode } from "../kernel/validation.ts";
import type { JsonObject } from "../kernel/tables.ts";
import { authenticate } from "./authenticate.ts";
import { mustUnderstand, parseBodies } from "./bodies.ts";
import type { Body } from "./bodies.ts";
import { CreditMeter } from "./credit-meter.ts";
import { asOperationError } from "./failures.ts";
import { sendFile } from "./files.ts";
import { countCall } from "./limits.ts";
import { FileBody, acceptFiles, discard, receiveFile } from "./uploads.ts";
import type { Received } from "./uploads.ts";
import { spokenFailure, spokenStatus } from "./spoken-failure.ts";
import { mustComeFromUs } from "../modules/workspace/sign-in/same-site.ts";

const bodyLimitBytes = 2 * 1024 * 1024;
// Tokens and ids are far shorter; what is longer is refused by whoever reads it, by name.
const longestParameter = 2_000;
export type { Body } from "./bodies.ts";

const corrIdForm = /^[\w.:-]{1,100}$/;

/** Returns a server that reads requests and words failures, and has no route yet. */
export function createHttp(app: App): FastifyInstance {
  const fastify = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    // Forwarded headers are believed from the proxies the operator names; the address is the last one that is none of them.
    trustProxy: proxyCheck(app.config.trustedProxies),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestParameter },
    frameworkErrors: (error, request, reply) => fail(app, error, request, reply),
    genReqId: (request) => {
      const given = request.headers["x-corr-id"];
      return typeof given === "string" && corrIdForm.test(given) ? given : newRequestId();
    },
  });
  parseBodies(fastify);
  fastify.addHook("onRequest", (request, reply, done) => {
    reply.header("x-corr-id", request.id);
    done();
  });
  fastify.setErrorHandler((error, request, reply) => fail(app, error, request, reply));
  return fastify;
}

/** Adds the routes of every operation. */
export function addOperations(fastify: FastifyInstance, app: App): void {
  acceptFiles(fastify, app.registry.operations);
  const meter = new CreditMeter(app.database);
  for (const route of routesOf(app.registry.operations)) {
    fastify.route({
      method: route.method,
      url: route.url,
      config: { voice: route.candidates.find((one) => one.voice)?.voice },
      handler: (request, reply) => answer(app, meter, route.candidates, request, reply),
    });
  }
}

// Whatever goes wrong before an operation is known is told in the words of the surface it was meant for.
function fail(app: App, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const surface = surfaceAt(app, request.url);
  const failure = asOperationError(error, app.log.child({ corrId: request.id }));
  const voice = (request.routeOptions?.config as { voice?: AnyOperation["voice"] } | undefined)?.voice;
  if (voice) return void speakFailure(reply.headers(failure.headers ?? {}), voice, failure);
  void reply
    .code(failure.status)
    .headers(failure.headers ?? {})
    .send(surface ? surface.failure(failure) : { error: plainly(failure) });
}

function plainly({ code, message, fix }: OperationError): Record<string, string> {
  return { code, message, ...(fix === undefined ? {} : { fix }) };
}

type Route = { method: string; url: string; candidates: AnyOperation[] };

// Operations that share a route (cancel and reschedule are both PATCH) become candidates of one.
function routesOf(operations: readonly AnyOperation[]): Route[] {
  const routes = new Map<string, Route>();
  for (const operation of operations) {
    for (const written of [operation.route, ...(operation.aliases ?? [])]) {
      if (!written) continue;
      const [method = "GET", path = "/"] = written.split(" ");
      for (const base of operation.surface.bases) {
        const url = `${base}${path}`;
        const key = `${method} ${url.replaceAll(/:\w+/g, ":*")}`;
        const route = routes.get(key) ?? { method, url, candidates: [] };
        // The candidate that claims the body comes before the one that takes what is left.
        if (operation.selects) route.candidates.unshift(operation);
        else route.candidates.push(operation);
        routes.set(key, route);
      }
    }
  }
  return [...routes.values()];
}

async function answer(
  app: App,
  meter: CreditMeter,
  candidates: AnyOperation[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const startedAt = stopwatch();
  const body = request.body instanceof FileBody ? undefined : (request.body as Body | undefined);
  let file: Received | undefined;
  const operation = choose(candidates, body);
  const { surface } = operation;
  try {
    const actor = await authenticate(app, operation.auth ?? surface.auth, {
      url: urlOf(app, request),
      address: request.ip,
      origins: originsOf(app, request),
      header: (name) => one(request.headers[name]),
      form: body?.form,
      rawBody: body && !body.form ? body.raw : undefined,
      writes: operation.effect !== "read",
    });
    countCall(app, actor, request.ip);
    mustUnderstand(operation, body);
    file = await receiveFile(app.scratch, operation, request);
    const outcome = await app.run(operation, {
      actor,
      input: file
        ? withFile(operation, gather(operation, request, body), file)
        : gather(operation, request, body),
      upload: file?.upload,
      requestId: request.id,
      idempotencyKey: operation.effect === "read" ? undefined : idempotencyKey(request),
    });
    app.metrics.request(operation.name, outcome.status, startedAt);
    // Somebody's records, and now and then a secret: nothing on the way keeps them.
    void reply.code(outcome.status).header("cache-control", "no-store");
    if (outcome.replayed) void reply.header("idempotent-replayed", "true");
    if (outcome.status === 204) return reply.send();
    if (body?.form && operation.formWire) {
      return reply.type("text/xml").send(operation.formWire.present(outcome.output));
    }
    if (operation.shape === "file" && !outcome.held) {
      return sendFile(reply, outcome.output as FileAnswer);
    }
    if (operation.shape === "text" && !outcome.held) return reply.type("text/plain").send(outcome.output);
    if (operation.voice && outcome.held) return speakFailure(reply, operation.voice, heldBack(outcome));
    const creditsRemaining =
      actor.workspaceId && surface.name === "workspace"
        ? await meter.remaining(actor.workspaceId)
        : undefined;
    const about = { operation: outcome.held ? heldOperation(operation) : operation, creditsRemaining };
    return reply.type("application/json").send(JSON.stringify(surface.success(outcome.output, about)));
  } catch (error) {
    const failure = asOperationError(error, app.log.child({ corrId: request.id, operation: operation.name }));
    app.metrics.request(operation.name, failure.status, startedAt);
    void reply.code(failure.status).headers(failure.headers ?? {});
    if (operation.voice) return speakFailure(reply, operation.voice, failure);
    return reply.type("application/json").send(JSON.stringify(surface.failure(failure)));
  } finally {
    if (file) await discard(file.upload);
  }
}

// A form's fields are text like a query's. The checksum makes two files two requests for an Idempotency-Key.
function withFile(
  operation: AnyOperation,
  gathered: Record<string, unknown>,
  { fields, sha256 }: Received,
): Record<string, unknown> {
  const schema = operation.input as unknown as SchemaNode;
  const input = { ...gathered };
  for (const [name, text] of Object.entries(fields))
    add(input, name, coerceText(text, propertyOf(schema, name)));
  const given = input["content_sha256"];
  if (given !== undefined && String(given).toLowerCase() !== sha256) {
    throw invalidField("content_sha256", "is not the checksum of the file that arrived", "Send it again.");
  }
  return { ...input, content_sha256: sha256 };
}

function speakFailure(
  reply: FastifyReply,
  voice: NonNullable<AnyOperation["voice"]>,
  error: OperationError,
): FastifyReply {
  return reply.code(spokenStatus(voice, error.status)).type("text/plain").send(spokenFailure(voice, error));
}

/** A caller hears of a call that waits for a person as of one that did not succeed: nothing was done. */
function heldBack({ status, output }: Outcome): OperationError {
  const id = (output as { approval_id?: string }).approval_id ?? "";
  return new OperationError("HELD", status, "Somebody here has to agree first, and has been asked.", {
    fix: `Tell the caller that they will hear from us. Approval ID: ${id}.`,
  });
}

// A held write answers the approval, whatever the operation would have answered.
export function heldOperation(operation: AnyOperation): AnyOperation {
  return { ...operation, shape: "record" };
}

function choose(candidates: AnyOperation[], body: Body | undefined): AnyOperation {
  const json = (body?.json ?? {}) as Record<string, unknown>;
  const chosen = candidates.find((one) => !one.selects || json[one.selects.field] !== undefined);
  return (chosen ?? candidates.at(-1)) as AnyOperation;
}

/** One JSON value out of path, query and body. A name that stands in two of them must agree. */
function gather(
  operation: AnyOperation,
  request: FastifyRequest,
  body: Body | undefined,
): Record<string, unknown> {
  const schema = operation.input as unknown as SchemaNode;
  const input: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(request.query as Record<string, string | string[]>)) {
    add(input, name, coerceText(Array.isArray(text) ? text.join(",") : text, propertyOf(schema, name)));
  }
  if (body?.form && operation.formWire) addAll(input, operation.formWire.read(body.form));
  else if (body) {
    if (operation.wholeBody && Array.isArray(body.json)) add(input, operation.wholeBody, body.json);
    else if (
      body.json !== undefined &&
      (typeof body.json !== "object" || body.json === null || Array.isArray(body.json))
    ) {
      throw validationError("The body must be a JSON object.", {
        fix: 'Send {"name": value, …} as the body.',
      });
    } else {
      const json = body.json as JsonObject | undefined;
      addAll(input, operation.voice ? unwrapped(json) : json);
    }
  }
  const params = request.params as Record<string, string>;
  const names = operation.route ? pathParameters(operation.route) : [];
  const given = Object.values(params);
  // Aliases may spell a parameter differently; position decides.
  names.forEach((name, index) => {
    add(input, name, coerceText(params[name] ?? given[index] ?? "", propertyOf(schema, name)));
  });
  // The body hash of a signed JSON webhook rides in the query and is no parameter.
  if (operation.surface.name === "edge") delete input["bodySHA256"];
  return input;
}

// As a property whatever it is called, so that what is checked and what is done are one object.
function add(input: Record<string, unknown>, name: string, value: unknown): void {
  if (Object.hasOwn(input, name) && !isDeepStrictEqual(input[name], value)) {
    throw invalidField(
      name,
      "is given twice, in the address and in the body, and not the same",
      `Send ${name} once.`,
    );
  }
  Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
}

function addAll(input: Record<string, unknown>, values: object | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) add(input, name, value);
}

// A voice platform calls with {call, name, args}; only the arguments and who is on the line are ours.
function unwrapped(json: JsonObject | undefined): JsonObject {
  const { args } = json ?? {};
  if (typeof args !== "object" || args === null || Array.isArray(args)) return json ?? {};
  return { ...(args as JsonObject), ...(json?.["call"] === undefined ? {} : { call: json["call"] }) };
}

/** What to do about a key that is too long, or empty. */
export const keyFix = "Send a shorter one of your own making, such as a UUID, and keep it for every repeat.";

function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = one(request.headers["idempotency-key"]);
  if (key === undefined) return undefined;
  if (key.length === 0 || key.length > 255) {
    throw invalidField("Idempotency-Key", "must have 1 to 255 characters", keyFix);
  }
  return key;
}

/** Returns the address a caller has signed: as we are known publicly, and as the Host header says only where nobody said that. */
export function urlOf(app: App, request: FastifyRequest): string {
  return `${app.config.publicUrl ?? `${request.protocol}://${request.host}`}${request.originalUrl}`;
}

/** Throws the 403 for a form that another site's page, or a program, sends. */
export function mustComeFromOurPages(app: App, request: FastifyRequest): void {
  mustComeFromUs(one(request.headers.origin), originsOf(app, request));
}

/** Returns where a page of ours may have come from: the public address, and the one this browser uses. */
export function originsOf(app: App, request: FastifyRequest): string[] {
  const seen = `${request.protocol}://${request.host}`;
  return app.config.publicUrl ? [app.config.publicUrl, seen] : [seen];
}

export function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

export function surfaceAt(app: App, url: string): Surface | undefined {
  const surfaces = new Set(app.registry.operations.map((operation) => operation.surface));
  const matching = [...surfaces].flatMap((surface) =>
    surface.bases.filter((base) => base !== "" && url.startsWith(base)).map((base) => ({ surface, base })),
  );
  matching.sort((a, b) => b.base.length - a.base.length);
  const rootless = /^\/(twilio|v1)\//.test(url)
    ? "edge"
    : /^\/(providers|capabilities)\//.test(url)
      ? "capability"
      : undefined;
  return matching[0]?.surface ?? [...surfaces].find((surface) => surface.name === rootless);
}
