import { createHash, randomBytes } from "node:crypto";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { Selectable } from "kysely";
import type { App } from "../../../kernel/app.ts";
import { mask, shownOnce } from "../../../kernel/guarded-fields.ts";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import { shownSecret } from "./sealed-secrets.ts";

export interface IncomingWebhooksTable {
  workspace_id: string;
  id: string;
  name: string;
  description: string | null;
  token_hash: string;
  token_hint: string;
  /** Of an earlier version, until it is sealed. */
  secret: string | null;
  sealed_secret: string | null;
  secret_hint: string | null;
  is_active: boolean;
  received_count: number;
  last_received_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface IncomingWebhookPayloadsTable {
  workspace_id: string;
  id: string;
  webhook_id: string;
  message_key: string | null;
  content_type: string;
  body: Json<unknown>;
  received_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    incoming_webhooks: IncomingWebhooksTable;
    incoming_webhook_payloads: IncomingWebhookPayloadsTable;
  }
}

export type IncomingWebhook = Selectable<IncomingWebhooksTable>;

const instant = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);
const text = Type.Union([Type.String(), Type.Null()]);

export const IncomingWebhookRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  description: text,
  url: Type.String({
    ...shownOnce,
    description: "Where to post to. Whole in the answer that makes the address; its token is masked later.",
  }),
  secret: Type.Union([Type.String(), Type.Null()], {
    description: "Set, posts must be signed with it. Only its last four characters are shown.",
  }),
  is_active: Type.Boolean(),
  received_count: Type.Integer(),
  last_received_at: instant,
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** A row as callers see it; the token is known only when it has just been made. */
export function presentIncoming(
  app: App,
  row: IncomingWebhook,
  token = `${mask}${row.token_hint}`,
): Static<typeof IncomingWebhookRecord> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    url: `${app.baseUrl}/hooks/${token}`,
    secret: row.secret_hint === null ? null : shownSecret(row),
    is_active: row.is_active,
    received_count: row.received_count,
    last_received_at: row.last_received_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
  } as never;
}

export const tokenForm = /^[\w-]{43}$/;

/** A new address: 256 random bits, of which only the hash is stored. */
export function newToken(): { token: string; columns: { token_hash: string; token_hint: string } } {
  const token = randomBytes(32).toString("base64url");
  return { token, columns: { token_hash: hashOf(token), token_hint: token.slice(-4) } };
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What the audit trail and the events may hold of a row. How often it was called is not a change of it. */
export function withoutToken(row: IncomingWebhook): Record<string, unknown> & { id: string } {
  const { token_hash: _hash, received_count: _count, last_received_at: _last, ...rest } = row;
  const { sealed_secret: _sealed, secret_hint: hint, ...kept } = rest;
  return { ...kept, secret: hint === null ? null : shownSecret(row) };
}
