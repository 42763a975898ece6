import { Type } from "typebox";
import type { AnyOperation } from "../kernel/operation.ts";
import { nameOf } from "../kernel/registry.ts";
import { successStatus } from "../kernel/run.ts";
import { sampleOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { failures, isKeyAuth, isKeyed } from "./openapi-errors.ts";
import type { NamedSchemas } from "./openapi-schemas.ts";

type Media = { schema: JsonSchema; examples?: Record<string, { summary?: string; value: unknown }> };
export type ResponseObject = {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
};
export type ParameterObject = {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: JsonSchema;
};
export type OperationObject = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: ParameterObject[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, ResponseObject>;
  security: Record<string, readonly string[]>[];
  "x-scopes": readonly string[];
  "x-effect": string;
  "x-surface": string;
  "x-credits"?: number;
  "x-alias-of"?: string;
  "x-operations"?: string[];
};

type Placed = { pathNames: string[]; inputNames: string[]; alias?: string };

/** What POST to a held operation answers, on every surface. */
const heldOutput = Type.Object({
  approval_id: Type.String({ format: "uuid" }),
  status: Type.Literal("pending"),
});

export function operationObject(
  operation: AnyOperation,
  schemas: NamedSchemas,
  placed: Placed,
): OperationObject {
  const name = nameOf(operation);
  const body = requestBody(operation, schemas, placed);
  return {
    operationId: placed.alias ? `${name}.${placed.alias}` : name,
    tags: [operation.section],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    parameters: parameters(operation, schemas, placed),
    ...(body ? { requestBody: body } : {}),
    responses: { ...successes(operation, schemas), ...failures(operation) },
    security: security(operation),
    "x-scopes": operation.scopes,
    "x-effect": operation.effect,
    "x-surface": operation.surface.name,
    ...(operation.credits ? { "x-credits": operation.credits } : {}),
    ...(placed.alias ? { "x-alias-of": name } : {}),
  };
}

function takesBody(operation: AnyOperation): boolean {
  const method = operation.route?.split(" ")[0];
  return method !== "GET" && method !== "DELETE";
}

function parameters(operation: AnyOperation, schemas: NamedSchemas, placed: Placed): ParameterObject[] {
  const input = operation.input as JsonSchema;
  const inPath = placed.inputNames.map((name, index) =>
    parameter(placed.pathNames[index] ?? name, "path", input.properties?.[name] ?? {}, true, schemas),
  );
  const inQuery = takesBody(operation)
    ? []
    : Object.entries(input.properties ?? {})
        .filter(([name]) => !placed.inputNames.includes(name))
        .map(([name, schema]) =>
          parameter(name, "query", schema, input.required?.includes(name) ?? false, schemas),
        );
  return [...inPath, ...inQuery, ...(isKeyed(operation) ? [idempotencyKey] : [])];
}

function parameter(
  name: string,
  place: "path" | "query",
  schema: JsonSchema,
  required: boolean,
  schemas: NamedSchemas,
): ParameterObject {
  const { description, ...rest } = schemas.refer(schema);
  return {
    name,
    in: place,
    ...(required ? { required } : {}),
    ...(description ? { description } : {}),
    ...(rest.type === "array" ? { style: "form", explode: false } : {}),
    schema: rest,
  };
}

const idempotencyKey: ParameterObject = {
  name: "Idempotency-Key",
  in: "header",
  description: "Makes the request safe to repeat: the same key with the same request is done once.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function requestBody(
  operation: AnyOperation,
  schemas: NamedSchemas,
  placed: Placed,
): OperationObject["requestBody"] {
  if (!takesBody(operation)) return undefined;
  const input = operation.input as JsonSchema;
  const names = Object.keys(input.properties ?? {}).filter((name) => !placed.inputNames.includes(name));
  if (names.length === 0) return undefined;
  const required = (input.required ?? []).filter((name) => names.includes(name));
  if (operation.wholeBody) return wholeBody(operation, schemas, operation.wholeBody);
  const schema = schemas.refer({
    ...input,
    properties: Object.fromEntries(names.map((name) => [name, input.properties?.[name] ?? {}])),
    required,
  });
  if (required.length === 0) delete schema.required;
  const given = operation.example?.input;
  const value = given
    ? Object.fromEntries(Object.entries(given).filter(([name]) => !placed.inputNames.includes(name)))
    : sampleOf({ ...input, properties: schema.properties, required } as JsonSchema);
  return {
    required: required.length > 0,
    content: {
      "application/json": { schema, examples: { [operation.name]: { value } } },
      ...(operation.formWire
        ? { "application/x-www-form-urlencoded": { schema: { type: "object", additionalProperties: true } } }
        : {}),
      ...(operation.upload ? fileBodies(operation.upload.types, schema) : {}),
    },
  };
}

// As a form with the file among its fields, or as the file alone with the other parameters in the query.
function fileBodies(types: readonly string[], schema: JsonSchema): Record<string, Media> {
  const file: JsonSchema = { type: "string", format: "binary" };
  const form: JsonSchema = { type: "object", properties: { ...schema.properties, file }, required: ["file"] };
  return {
    "multipart/form-data": { schema: form },
    ...Object.fromEntries(types.map((type) => [type, { schema: file }])),
  };
}

function wholeBody(
  operation: AnyOperation,
  schemas: NamedSchemas,
  name: string,
): OperationObject["requestBody"] {
  const { properties = {} } = operation.input as JsonSchema;
  const bare = properties[name] ?? {};
  const wrapped = {
    type: "object",
    properties: { [name]: bare },
    required: [name],
    additionalProperties: false,
  };
  const value = operation.example?.input?.[name] ?? sampleOf(bare);
  return {
    required: true,
    content: {
      "application/json": {
        schema: schemas.refer({ anyOf: [bare, wrapped] } as JsonSchema),
        examples: { [operation.name]: { value } },
      },
    },
  };
}

function successes(operation: AnyOperation, schemas: NamedSchemas): Record<string, ResponseObject> {
  const status = successStatus(operation);
  const headers = {
    "x-corr-id": { description: "The id of this call in the logs.", schema: { type: "string" } },
    ...(isKeyed(operation)
      ? {
          "Idempotent-Replayed": {
            description: "true when an earlier request with this key was answered again.",
            schema: { const: "true" },
          },
        }
      : {}),
  };
  if (operation.shape === "file") return { [String(status)]: download(operation, headers) };
  if (operation.shape === "text") {
    return { [String(status)]: spoken(operation, headers), ...held(operation, schemas) };
  }
  if (status === 204) return { 204: { description: "Done.", headers }, ...held(operation, schemas) };
  const body = operation.surface.successSchema(operation.output, operation) as JsonSchema;
  const output = operation.example?.output ?? sampleOf(operation.output as JsonSchema, true);
  const value = operation.surface.success(output, { operation, creditsRemaining: 1000 });
  const asHeld = held(operation, schemas);
  const done = {
    description: "Done.",
    headers,
    content: {
      "application/json": { schema: schemas.refer(body), examples: { [operation.name]: { value } } },
      ...(operation.formWire ? { "text/xml": { schema: { type: "string" } } } : {}),
    },
  };
  return { [String(status)]: done, ...asHeld, ...(status === 202 ? { 202: either(done, asHeld[202]) } : {}) };
}

/** Work that goes on after the answer is 202 as well: what was begun, or what waits for a person. */
function either(begun: ResponseObject, asHeld: ResponseObject | undefined): ResponseObject {
  const [one, other] = [begun, asHeld].map((response) => response?.content?.["application/json"]);
  if (!one || !other) return begun;
  const schema = { anyOf: [one.schema, other.schema] };
  return {
    ...begun,
    description: "Begun; or held, when the key asks for approval.",
    content: { ...begun.content, "application/json": { ...one, schema } },
  };
}

function download(operation: AnyOperation, headers: ResponseObject["headers"]): ResponseObject {
  const types = operation.fileTypes ?? ["application/octet-stream"];
  return {
    description: "The file.",
    headers: {
      ...headers,
      "Content-Disposition": { description: "attachment, with the file's name.", schema: { type: "string" } },
    },
    content: Object.fromEntries(
      types.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
    ),
  };
}

function spoken({ voice }: AnyOperation, headers: ResponseObject["headers"]): ResponseObject {
  const failure = voice?.status === undefined ? "" : ` What did not succeed begins with ${voice.failure}`;
  return {
    description: `A text to be read aloud.${failure}`,
    headers,
    content: { "text/plain": { schema: { type: "string" } } },
  };
}

function held(operation: AnyOperation, schemas: NamedSchemas): Record<string, ResponseObject> {
  const auth = operation.auth ?? operation.surface.auth;
  if (!isKeyed(operation) || operation.holdable === false || !isKeyAuth(auth)) return {};
  if (operation.voice) {
    const description = "Held: a key with approval asked, and a person decides. Told as a failure.";
    return operation.voice.status === undefined
      ? { 202: { description, content: { "text/plain": { schema: { type: "string" } } } } }
      : {};
  }
  const asRecord: AnyOperation = { ...operation, shape: "record" };
  const schema = operation.surface.successSchema(heldOutput, asRecord) as JsonSchema;
  return {
    202: {
      description: "Held: a key with approval asked, and a person decides.",
      content: { "application/json": { schema: schemas.refer(schema) } },
    },
  };
}

function security(operation: AnyOperation): OperationObject["security"] {
  switch (operation.auth ?? operation.surface.auth) {
    case "workspace-key":
    case "agent-token":
      return [{ workspaceKey: operation.scopes }, { workspaceKeyHeader: operation.scopes }];
    case "scoped-token":
      return [{ privateToken: operation.scopes }];
    case "service-jwt":
      return [{ serviceToken: operation.scopes }];
    case "provider-signature":
      return [{ providerSignature: [] }];
    case "public":
      return [];
  }
}
