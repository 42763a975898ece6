/** Requests for any operation, derived from its definition. */
import { SignJWT } from "jose";
import twilio from "twilio";
import type { AnyOperation, AuthKind } from "../../kernel/operation.ts";
import { nameOf, pathParameters } from "../../kernel/registry.ts";
import { sampleOf } from "../../surfaces/json-schema.ts";
import type { JsonSchema } from "../../surfaces/json-schema.ts";
import type { Answer, Harness } from "../harness.ts";
import { besides, inputs, ownNames, record } from "./fixtures.ts";
import type { Place } from "./fixtures.ts";

export type Input = Record<string, unknown>;

export function authOf(operation: AnyOperation): AuthKind {
  return operation.auth ?? operation.surface.auth;
}

/** The names of the path parameters that are ids of records. */
export function recordParameters(operation: AnyOperation): string[] {
  return pathParameters(operation.route ?? "").filter((name) => !ownNames[name]);
}

/** An input that succeeds: a fixture's, else the example, else what the schema requires; ids are of new records. */
export async function validInput(operation: AnyOperation, place: Place): Promise<Input> {
  const schema = operation.input as JsonSchema;
  const inPath = pathParameters(operation.route ?? "");
  const fixture = inputs[nameOf(operation)];
  const given = await fixture?.(place);
  const input: Input = { ...(given ?? operation.example?.input ?? (sampleOf(schema) as Input)) };
  for (const name of inPath) {
    if (given?.[name] !== undefined) continue;
    input[name] = ownNames[name]?.(place) ?? (await record(nounsOf(operation.route ?? "", name), place));
  }
  if (operation.selects && input[operation.selects.field] === undefined) {
    input[operation.selects.field] = sampleOf(schema.properties?.[operation.selects.field] ?? {});
  }
  return input;
}

// :contactId and :contact_id say what they name; :id is told by the path before it: /sms/conversations/:id.
function nounsOf(route: string, parameter: string): string[] {
  const named = parameter.replace(/(_id|Id)$/, "");
  if (named !== "id") return [named.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  const segments = route
    .slice(0, route.indexOf(`/:${parameter}`))
    .split("/")
    .slice(1);
  const [before, last] = [segments.at(-2), segments.at(-1) ?? ""].map((segment) =>
    segment
      ?.replace(/ies$/, "y")
      .replace(/(?<=.{3})s$/, "")
      .replaceAll("-", "_"),
  );
  return [...(before ? [`${before}_${last}`] : []), last ?? ""];
}

/** A credential of the kind the operation asks for, with these scopes. */
export async function credential(
  operation: AnyOperation,
  { frontdesk, workspace }: Place,
  scopes: readonly string[] = [...operation.scopes, ...(besides[nameOf(operation)] ?? [])],
): Promise<string | undefined> {
  switch (authOf(operation)) {
    case "workspace-key":
    case "agent-token":
      return workspace.keyWith(scopes);
    case "scoped-token":
      return workspace.privateToken(scopes);
    case "service-jwt":
      return serviceToken(frontdesk);
    default:
      return undefined;
  }
}

async function serviceToken({ app }: Harness): Promise<string> {
  const now = Math.floor(app.clock.now().getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("frontdesk")
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(new TextEncoder().encode(app.ports.secrets.serviceJwt));
}

/** Calls the operation's canonical route. Providers' calls are signed as JSON unless told otherwise. */
export async function send(
  frontdesk: Harness,
  operation: AnyOperation,
  input: Input,
  options: { key?: string | undefined; signed?: boolean; idempotencyKey?: string } = {},
): Promise<Answer> {
  const [method = "GET", path = "/"] = operation.route?.split(" ") ?? [];
  const inPath = pathParameters(path);
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.includes(name)));
  const inQuery = method === "GET" || method === "DELETE";
  let url = `${operation.surface.bases[0]}${filled}`;
  if (inQuery && Object.keys(rest).length > 0) url += `?${queryOf(rest)}`;
  const body = inQuery ? undefined : JSON.stringify(rest);
  const headers: Record<string, string> = {};
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  if (authOf(operation) === "provider-signature" && options.signed !== false && body !== undefined) {
    const hash = twilio.getExpectedBodyHash(body);
    url += `?bodySHA256=${hash}`;
    headers["x-twilio-signature"] = twilio.getExpectedTwilioSignature(
      frontdesk.app.ports.secrets.twilioAuthToken,
      `http://frontdesk.test${url}`,
      {},
    );
  }
  return frontdesk.call(method, url, {
    headers,
    from: addressOf(operation),
    ...(options.key ? { key: options.key } : {}),
    ...(body === undefined ? {} : { body }),
  });
}

const addresses = new Map<string, string>();

/** Every operation is called from a network of its own: what strangers may try from one address is no operation's business. */
function addressOf({ surface, name }: AnyOperation): string {
  const key = `${surface.name}.${name}`;
  const known = addresses.get(key) ?? `10.${addresses.size >> 8}.${addresses.size & 255}.1`;
  addresses.set(key, known);
  return known;
}

function queryOf(input: Input): URLSearchParams {
  return new URLSearchParams(
    Object.entries(input).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

export type Malformed = { field: string; input: Input };

/** The input spoiled in every way the schema can notice: an unknown field, a wrong type, an id that is none. */
export function malformed(operation: AnyOperation, valid: Input): Malformed[] {
  const schema = operation.input as JsonSchema;
  const method = operation.route?.split(" ")[0];
  const inQuery = method === "GET" || method === "DELETE";
  const inPath = pathParameters(operation.route ?? "");
  const spoiled: Malformed[] = [];
  if (schema.additionalProperties === false) {
    spoiled.push({ field: "no_such_field", input: { ...valid, no_such_field: "1" } });
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === operation.selects?.field) continue;
    const wrong = wrongValue(property, inQuery || inPath.includes(name));
    if (wrong !== undefined) spoiled.push({ field: name, input: { ...valid, [name]: wrong } });
    if (schema.required?.includes(name) && !inPath.includes(name)) {
      const { [name]: _left, ...without } = valid;
      spoiled.push({ field: name, input: without });
    }
  }
  return spoiled;
}

// Text can be wrong only where a form is asked for; everything else by being of another type.
function wrongValue(schema: JsonSchema, asText: boolean): unknown {
  if (!asText) return isOpen(schema) ? undefined : { surely: { not: "this" } };
  if (schema.format === "uuid") return "not-an-id";
  const simple = schema.type === "integer" || schema.type === "number" || schema.type === "boolean";
  return simple ? "neither" : undefined;
}

/** Whether a value of any type fits. */
export function isOpen(schema: JsonSchema): boolean {
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (options.length > 0) return options.some(isOpen);
  return schema.type === undefined || (schema.type === "object" && schema.additionalProperties !== false);
}
