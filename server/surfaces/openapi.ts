/** The API as an OpenAPI 3.1 document: the registry, written in another language. */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import type { AnyOperation, Surface } from "../kernel/operation.ts";
import { pathParameters } from "../kernel/registry.ts";
import type { JsonSchema } from "./json-schema.ts";
import { NamedSchemas, errorName } from "./openapi-schemas.ts";
import { operationObject } from "./openapi-operation.ts";
import type { OperationObject } from "./openapi-operation.ts";

export type OpenApiDocument = {
  openapi: "3.1.0";
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
};

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The document of these operations; the same operations give the same document, byte for byte. */
export function openApiDocument(operations: readonly AnyOperation[]): OpenApiDocument {
  const schemas = new NamedSchemas(operations);
  const surfaces = [...new Set(operations.map((one) => one.surface))];
  for (const surface of surfaces) schemas.add(errorName(surface), surface.failureSchema() as JsonSchema);
  return {
    openapi: "3.1.0",
    info: {
      title: "Frontdesk",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description: introduction(surfaces),
    },
    servers: [{ url: "/" }],
    tags: [...new Set(operations.filter((one) => one.route).map((one) => one.section))].map((name) => ({
      name,
    })),
    paths: pathsOf(operations, schemas),
    components: { schemas: schemas.all(), securitySchemes },
  };
}

function pathsOf(operations: readonly AnyOperation[], schemas: NamedSchemas): OpenApiDocument["paths"] {
  const paths: OpenApiDocument["paths"] = {};
  const spelled = new Map<string, string>();
  const place = (operation: AnyOperation, route: string, isAlias: boolean) => {
    const [method = "GET", path = "/"] = route.split(" ");
    const written = `${operation.surface.bases[0]}${path.replaceAll(/:(\w+)/g, "{$1}")}`;
    // Two routes that differ only in the name of a parameter are one path.
    const shape = written.replaceAll(/\{\w+\}/g, "{}");
    const url = spelled.get(shape) ?? written;
    spelled.set(shape, url);
    const item = (paths[url] ??= {});
    const made = operationObject(operation, schemas, {
      pathNames: [...url.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""),
      inputNames: pathParameters(operation.route ?? route),
      ...(isAlias ? { alias: route.replaceAll(/\W+/g, "_") } : {}),
    });
    const verb = method.toLowerCase();
    const present = item[verb];
    item[verb] = present ? merged(present, made) : made;
  };
  for (const operation of operations) if (operation.route) place(operation, operation.route, false);
  for (const operation of operations) {
    for (const alias of operation.aliases ?? []) place(operation, alias, true);
  }
  return paths;
}

/** Operations that the body tells apart stand under one method: one of the bodies, every answer. */
function merged(one: OperationObject, other: OperationObject): OperationObject {
  const names = [one, other].flatMap((each) => each["x-operations"] ?? [each.operationId]);
  const responses = { ...other.responses, ...one.responses };
  return {
    ...one,
    operationId: names.join("+"),
    "x-operations": names,
    summary: `${one.summary} Or: ${other.summary}`,
    description: [one.description, other.description].filter(Boolean).join("\n\n"),
    "x-scopes": [...new Set([...one["x-scopes"], ...other["x-scopes"]])],
    ...(one.requestBody && other.requestBody
      ? { requestBody: mergedBody(one.requestBody, other.requestBody) }
      : {}),
    responses,
  };
}

type RequestBody = NonNullable<OperationObject["requestBody"]>;

function mergedBody(one: RequestBody, other: RequestBody): RequestBody {
  const content: RequestBody["content"] = { ...one.content };
  for (const [type, media] of Object.entries(other.content)) {
    const present = content[type];
    const bodies = present ? [...(present.schema.oneOf ?? [present.schema]), media.schema] : [media.schema];
    content[type] = {
      schema: present ? { oneOf: bodies } : media.schema,
      examples: { ...present?.examples, ...media.examples },
    };
  }
  return { required: one.required && other.required, content };
}

const securitySchemes = {
  workspaceKey: {
    type: "http",
    scheme: "bearer",
    description: "A key of the workspace: Authorization: Bearer fd_live_…",
  },
  workspaceKeyHeader: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same key." },
  privateToken: {
    type: "http",
    scheme: "bearer",
    description: "A token scoped to one organization: Authorization: Bearer fd_org_…",
  },
  serviceToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "HS256, aud frontdesk, at most five minutes old.",
  },
  providerSignature: {
    type: "apiKey",
    in: "header",
    name: "X-Twilio-Signature",
    description: "The provider's signature over the URL and the body.",
  },
};

function introduction(surfaces: Surface[]): string {
  const list = surfaces.map((one) => `- ${one.title}: \`${one.bases[0] || "/"}\``).join("\n");
  return `The front office of a service business.\n\n${list}\n\nEvery write takes an \`Idempotency-Key\`: the same key with the same request answers what the first one answered, with \`Idempotent-Replayed: true\`; with another request it is a 409. Keys are kept 24 hours. Every answer carries \`x-corr-id\`. Lists are paged with \`limit\` and \`cursor\`. 429 and 503 say in \`Retry-After\` how long to wait.\n\nWhat happens in a workspace streams from \`GET /api/v1/events/stream\` as server-sent events: what comes from now on, everything with \`after=0\`, or what followed the event whose id stands in \`Last-Event-ID\`; at most 20 streams of one key and 100 of one workspace at once. Agents find the same operations at \`/mcp\`.`;
}

/** Serves the document; it is written once, on the first request for it. */
export function addOpenApi(http: FastifyInstance, app: App): void {
  let text: string | undefined;
  http.get("/openapi.json", (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(app.registry.operations));
    return reply
      .type("application/json")
      .header("cache-control", "public, max-age=300")
      .header("access-control-allow-origin", "*")
      .send(text);
  });
}
