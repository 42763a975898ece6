/**
 * Every operation of the OpenAPI document, called with inputs that fit it and inputs that do not. Nothing may answer 5xx, hang, answer
 * a status the document does not name, or a body that does not fit the schema the document gives for that status.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { OpenApiDocument } from "../../surfaces/openapi.ts";
import { KnownIds, nounOf } from "./known-ids.ts";
import { broken, fitting, hostile, idValue, record } from "./schema-values.ts";
import type { Schema } from "./schema-values.ts";

export type FuzzAnswer = { status: number; contentType: string; text: string };
/** Sends one request; rejects or answers, and is given up on after a while. */
export type Send = (request: {
  method: string;
  path: string;
  security: string | undefined;
  body: string | undefined;
  /** Whose example it started from. */
  from?: Example | undefined;
}) => Promise<FuzzAnswer>;

/** An input with which an operation succeeds, and the credentials of the workspace its records are in. */
export type Example = { input: Record<string, unknown>; credentials: Record<string, string> };

export type Finding = { operation: string; request: string; what: string };
export type FuzzReport = {
  requests: number;
  byStatus: Map<number, number>;
  findings: Finding[];
  untouched: string[];
};

const knownCursor = "@cursor";
const ownFault = "went wrong on our side";
const patienceMs = 20_000;
// Answers that any server gives before an operation is known.
const general = new Set([413, 414, 415]);

type Target = {
  id: string;
  method: string;
  path: string;
  security: string | undefined;
  parameters: { name: string; in: string }[];
  plan: Arbitrary<Plan>;
};
type Plan = {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
  raw: string | undefined;
};

export type FuzzOptions = {
  requests: number;
  seed: number;
  skip?: readonly string[];
  example?(operationId: string): Promise<Example | undefined>;
};

/** One round of three starts from inputs that succeed, with a field or two changed: what they change is reached by few others. */
const exampleEvery = 3;

/** Calls every operation about equally often, in an order the seed decides. */
export async function fuzz(document: OpenApiDocument, send: Send, options: FuzzOptions): Promise<FuzzReport> {
  const targets = targetsOf(document).filter((target) => !options.skip?.includes(target.id));
  const validators = new Validators(document);
  const report: FuzzReport = { requests: 0, byStatus: new Map(), findings: [], untouched: [] };
  const succeeded = new Set<string>();
  const ids = new KnownIds();
  const rounds = Math.ceil(options.requests / targets.length);
  for (let round = 0; round < rounds; round += 1) {
    const seed = options.seed + round;
    for (const [index, target] of shuffled(targets, seed).entries()) {
      if (report.requests >= options.requests) break;
      const [drawn] = fc.sample(target.plan, { numRuns: 1, seed: seed * 10_007 + index });
      if (!drawn) continue;
      const example = round % exampleEvery === 0 ? await options.example?.(target.id) : undefined;
      const plan = example ? changed(target, example.input, drawn, seed + index) : drawn;
      report.requests += 1;
      const request = { ...requestOf(target, plan, ids), from: example };
      const found = await attempt(send, request, target, validators);
      report.byStatus.set(found.status, (report.byStatus.get(found.status) ?? 0) + 1);
      if (found.status < 300) succeeded.add(target.id);
      if (found.what && isNew(report.findings, target.id, found.what))
        report.findings.push({ operation: target.id, request: told(request), what: found.what });
      if (found.status < 300 && !example) learn(ids, target, request, found.text);
    }
  }
  report.untouched = targets.map((target) => target.id).filter((id) => !succeeded.has(id));
  return report;
}

// One finding of a kind per operation is enough to mend it.
function isNew(findings: readonly Finding[], operation: string, what: string): boolean {
  return !findings.some((one) => one.operation === operation && one.what.slice(0, 40) === what.slice(0, 40));
}

type Request = Parameters<Send>[0];

async function attempt(
  send: Send,
  request: Request,
  target: Target,
  validators: Validators,
): Promise<{ status: number; text: string; what?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<"hung">((resolve) => {
    timer = setTimeout(() => resolve("hung"), patienceMs);
  });
  try {
    const answer = await Promise.race([send(request), tooLong]);
    if (answer === "hung") return { status: 0, text: "", what: `no answer in ${patienceMs / 1000} s` };
    const what = fault(answer, target, validators);
    return { status: answer.status, text: answer.text, ...(what ? { what } : {}) };
  } catch (error) {
    return { status: 0, text: "", what: `the connection broke: ${(error as Error).message}` };
  } finally {
    clearTimeout(timer);
  }
}

function fault(answer: FuzzAnswer, target: Target, validators: Validators): string | undefined {
  const { status, text, contentType } = answer;
  if (status >= 500 && status !== 503) return `${status}: ${text.slice(0, 500)}`;
  // Answers read aloud may be 200 whatever happened; this one says what did.
  if (contentType.includes("text/plain") && text.includes(ownFault))
    return `${status}: ${text.slice(0, 500)}`;
  if (general.has(status)) return undefined;
  const declared = validators.response(target, status);
  if (!declared) return `${status} is not declared: ${text.slice(0, 200)}`;
  if (!contentType.includes("json")) return undefined;
  const validate = declared.validate;
  if (!validate) return text === "" ? undefined : `a body where ${status} has none`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `not JSON: ${text.slice(0, 200)}`;
  }
  if (validate(body)) return undefined;
  const [first] = validate.errors ?? [];
  return `does not fit its schema at ${first?.instancePath}: ${first?.message} in ${text.slice(0, 300)}`;
}

/** The example with none, one or two of its values taken from another plan. */
function changed(target: Target, example: Record<string, unknown>, drawn: Plan, seed: number): Plan {
  const place = (name: string) => target.parameters.find((one) => one.name === name)?.in ?? "body";
  const of = (wanted: string) =>
    Object.fromEntries(Object.entries(example).filter(([name]) => place(name) === wanted));
  const others = (from: unknown) =>
    typeof from === "object" && from !== null && !Array.isArray(from)
      ? Object.fromEntries(Object.entries(from).slice(0, seed % 3))
      : {};
  const body = { ...of("body"), ...others(drawn.body) };
  return {
    path: of("path"),
    query: { ...of("query"), ...others(drawn.query) },
    body: drawn.body === undefined ? undefined : body,
    raw: undefined,
  };
}

function learn(ids: KnownIds, target: Target, request: Request, text: string): void {
  if (target.method === "DELETE") ids.drop(request.path.split("/").at(-1) ?? "");
  else ids.collect(target.path, text);
}

function requestOf(target: Target, plan: Plan, ids: KnownIds): Request {
  const filled = (text: string) =>
    text.replaceAll(
      /@id:(\w*):(\d+)/g,
      (_, noun: string, n: string) => ids.pick(noun, Number(n)) ?? crypto.randomUUID(),
    );
  const path = target.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(filled(plain(plan.path[name])) || "x"),
  );
  const query = new URLSearchParams(
    Object.entries(plan.query)
      .map(([name, value]): [string, string | undefined] => [
        name,
        value === knownCursor ? ids.cursorOf(target.path) : filled(plain(value)),
      ])
      .filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
  const body = plan.raw ?? (plan.body === undefined ? undefined : filled(JSON.stringify(plan.body)));
  return { method: target.method, path: query ? `${path}?${query}` : path, security: target.security, body };
}

function plain(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.toWellFormed();
}

function targetsOf(document: OpenApiDocument): Target[] {
  const resolve = (ref: string) => referred(document, ref);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, one]) => {
      const parameters = one.parameters as { name: string; in: string; required?: boolean; schema: Schema }[];
      const media = one.requestBody?.content["application/json"]?.schema as Schema | undefined;
      const [security] = one.security.flatMap((each) => Object.keys(each));
      return {
        id: one.operationId,
        method: method.toUpperCase(),
        path,
        security,
        parameters,
        plan: planOf(path, parameters, media, resolve),
      };
    }),
  );
}

/** What a parameter of a path names: itself, or for a plain {id} what stands before it. */
function nounIn(path: string, name: string): string {
  const before = path.split("/").at(path.split("/").indexOf(`{${name}}`) - 1) ?? "";
  return nounOf(name === "id" ? before : name);
}

function planOf(
  route: string,
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[],
  media: Schema | undefined,
  resolve: (ref: string) => Schema,
): Arbitrary<Plan> {
  const values = (place: string) =>
    Object.fromEntries(
      parameters
        .filter((one) => one.in === place)
        .map((one) => {
          // A cursor is one that this very list has given.
          if (one.name === "cursor" || one.name === "after") return [one.name, fc.constant(knownCursor)];
          const noun = place === "path" ? nounIn(route, one.name) : nounOf(one.name);
          return [one.name, fitting(one.schema, resolve, noun)];
        }),
    );
  const requiredQuery = parameters.filter((one) => one.in === "query" && one.required).map((one) => one.name);
  const path = fc.record(values("path"));
  const query = record(values("query"), requiredQuery);
  const body = media ? fitting(media, resolve) : fc.constant(undefined);
  const good = fc.record({ path, query, body, raw: fc.constant(undefined) });
  const bad = fc.record({
    path: fc.oneof(
      path,
      fc.record(
        Object.fromEntries(Object.keys(values("path")).map((name) => [name, fc.oneof(idValue(), hostile)])),
      ),
    ),
    query: fc.oneof(
      query,
      broken(query).map((value) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {},
      ),
    ),
    body: media ? broken(body) : fc.oneof(fc.constant(undefined), hostile),
    raw: fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom("{", "[1,", "", "null", '"x"', '{"a":1}}') },
    ),
  });
  return fc.oneof({ weight: 3, arbitrary: good }, { weight: 2, arbitrary: bad }) as Arbitrary<Plan>;
}

function referred(document: OpenApiDocument, ref: string): Schema {
  return (document.components.schemas[ref.split("/").at(-1) ?? ""] ?? {}) as Schema;
}

/** The schemas of the document's responses, compiled when first needed. */
class Validators {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: "openapi", components: document.components });
  }

  response(target: Target, status: number): { validate: ValidateFunction | undefined } | undefined {
    const one = this.#document.paths[target.path]?.[target.method.toLowerCase()];
    const response = one?.responses[String(status)];
    if (!response) return undefined;
    const schema = response.content?.["application/json"]?.schema;
    if (!schema) return { validate: undefined };
    const key = `${target.id} ${status}`;
    let validate = this.#compiled.get(key);
    if (!validate) {
      const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/');
      validate = this.#ajv.compile(JSON.parse(text) as object);
      this.#compiled.set(key, validate);
    }
    return { validate };
  }
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const [order = []] = fc.sample(fc.shuffledSubarray([...list], { minLength: list.length }), {
    numRuns: 1,
    seed,
  });
  return order;
}

function told(request: Request): string {
  return `${request.method} ${request.path.slice(0, 300)} ${request.body?.slice(0, 500) ?? ""}`;
}
