/** What may be said about an endpoint, and what is refused before it is stored. */
import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { shownOnce } from "../../../kernel/guarded-fields.ts";
import { addressProblem } from "../../../kernel/outbound.ts";
import { canonicalPatterns } from "./event-patterns.ts";

export const secretPrefix = "whsec_";

export const url = Type.String({
  minLength: 1,
  maxLength: 2000,
  description: "http or https, on the public internet. Redirects are not followed.",
});

export const events = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  maxItems: 100,
  description:
    "Event types: contact.created, contact.* or *. GET /webhooks/event-types lists them; deal and customer are understood too.",
});

export const secret = Type.String({
  minLength: 16,
  maxLength: 200,
  pattern: "^[!-~]+$",
  ...shownOnce,
  description:
    "Signs each delivery (HMAC-SHA256). Printable ASCII, 16 characters or more; after whsec_ it is read as base64.",
});

export const description = Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]);

export const name = Type.String({ minLength: 1, maxLength: 200 });

export const headers = Type.Record(Type.String(), Type.String({ maxLength: 2000 }), {
  ...shownOnce,
  description: "Sent with every delivery, up to 20. Those that frame or sign the message are ours.",
});

export type EndpointInput = {
  url?: string | undefined;
  events?: string[] | undefined;
  secret?: string | undefined;
  name?: string | undefined;
  description?: string | null | undefined;
  headers?: Record<string, string> | undefined;
  include_trigger_data?: boolean | undefined;
  is_active?: boolean | undefined;
};

/** The values of what was sent, in the open; throws for what cannot be stored. Absent fields stay absent. */
export function columnsOf(ctx: Ctx, input: EndpointInput): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const field of ["name", "description", "include_trigger_data", "is_active"] as const) {
    if (input[field] !== undefined) columns[field] = input[field];
  }
  if (input.url !== undefined) {
    const problem = addressProblem(input.url, ctx.app.config.allowPrivateWebhooks);
    if (problem)
      throw invalidField("url", problem, "Send an address the internet can reach: https://example.com/hook.");
    columns["url"] = input.url;
  }
  if (input.events !== undefined) columns["events"] = canonicalPatterns(input.events);
  if (input.secret !== undefined) columns["secret"] = checkedSecret(input.secret);
  if (input.headers !== undefined) columns["headers"] = checkedHeaders(input.headers);
  return columns;
}

/** A secret as Standard Webhooks writes them. */
export function newSecret(): string {
  return `${secretPrefix}${randomBytes(24).toString("base64")}`;
}

function checkedSecret(given: string): string {
  if (!given.startsWith(secretPrefix)) return given;
  const encoded = given.slice(secretPrefix.length);
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded || bytes.length < 16) {
    throw invalidField(
      "secret",
      "must be base64 of at least 16 bytes after whsec_",
      "Leave the prefix out to have the characters themselves used, or encode the key with padding.",
    );
  }
  return given;
}

const ours =
  /^(host|content-(length|type|encoding)|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|user-agent|webhook-.*)$/i;
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const headerValue = /^[\t -~\u00a0-\u00ff]*$/;

export function checkedHeaders(given: Record<string, string>): Record<string, string> {
  const entries = Object.entries(given);
  if (entries.length > 20)
    throw invalidField(
      "headers",
      "may hold 20 headers at most",
      "Leave out those the receiver does not need.",
    );
  const seen = new Set<string>();
  for (const [header, value] of entries) {
    const field = `headers.${header.slice(0, 100)}`;
    if (!headerName.test(header))
      throw invalidField(
        field,
        "is not the name of a header",
        "Use letters, digits and hyphens, such as X-Source.",
      );
    if (ours.test(header)) throw invalidField(field, "is set by the delivery itself", `Leave ${header} out.`);
    if (!headerValue.test(value))
      throw invalidField(
        field,
        "may not hold line breaks or other control characters",
        "Send its value as one line of plain text.",
      );
    if (seen.has(header.toLowerCase()))
      throw invalidField(
        field,
        "is there twice",
        "Send it once: case makes no difference in names of headers.",
      );
    seen.add(header.toLowerCase());
  }
  return given;
}
