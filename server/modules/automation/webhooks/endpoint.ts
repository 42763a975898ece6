import { Type } from "typebox";
import type { Static } from "typebox";
import type { Selectable } from "kysely";
import { shownOnce } from "../../../kernel/guarded-fields.ts";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import { shownHeaders, shownSecret } from "./sealed-secrets.ts";

export type EndpointKind = "subscription" | "outgoing";

export interface WebhookEndpointsTable {
  workspace_id: string;
  id: string;
  kind: EndpointKind;
  name: string | null;
  description: string | null;
  url: string;
  events: string[];
  /** Credentials are masked, unless an earlier version wrote them; whole in `sealed_headers`. */
  headers: Json<Record<string, string>>;
  sealed_headers: string | null;
  include_trigger_data: boolean;
  /** Of an earlier version, until it is sealed. */
  secret: string | null;
  sealed_secret: string | null;
  secret_hint: string | null;
  /** What its maker might read when it was set up; counts where nobody knows who that was. */
  scopes: string[] | null;
  set_up_by_kind: string | null;
  set_up_by: string | null;
  is_active: boolean;
  after_position: number;
  failing_since: Timestamp | null;
  disabled_at: Timestamp | null;
  disabled_reason: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    webhook_endpoints: WebhookEndpointsTable;
  }
}

export type Endpoint = Selectable<WebhookEndpointsTable>;

/** What the audit trail, the events and the paths call each kind. */
export const nouns: Record<EndpointKind, string> = {
  subscription: "webhook_subscription",
  outgoing: "outgoing_webhook",
};

const instant = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);
const text = Type.Union([Type.String(), Type.Null()]);

const shared = {
  id: Type.String({ format: "uuid" }),
  url: Type.String(),
  description: text,
  events: Type.Array(Type.String()),
  secret: Type.String({
    ...shownOnce,
    description: "Whole in the answer that sets it; later only its last four characters.",
  }),
  is_active: Type.Boolean(),
  failing_since: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
    description: "Since when no attempt has succeeded; null while deliveries arrive.",
  }),
  disabled_at: instant,
  disabled_reason: text,
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
};

export const SubscriptionRecord = Type.Object(shared);

export const OutgoingRecord = Type.Object({
  ...shared,
  name: Type.String(),
  headers: Type.Record(Type.String(), Type.String(), {
    description: "Sent with every delivery; values that look like credentials are shown masked.",
  }),
  include_trigger_data: Type.Boolean(),
});

/** A row as callers see it; `secret` only in the answer to whoever has just set it. */
export function presentEndpoint(
  row: Endpoint,
  options: { secret?: string | undefined } = {},
): Static<typeof OutgoingRecord> {
  const shown = {
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events,
    secret: options.secret ?? shownSecret(row),
    is_active: row.is_active,
    failing_since: row.failing_since,
    disabled_at: row.disabled_at,
    disabled_reason: row.disabled_reason,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
  if (row.kind === "subscription") return shown as never;
  return {
    ...shown,
    name: row.name,
    headers: shownHeaders(row),
    include_trigger_data: row.include_trigger_data,
  } as never;
}

/** What the audit trail and the events may hold of a row: nothing that signs or authenticates. */
export function withoutSecrets(row: Endpoint): Record<string, unknown> & { id: string } {
  const { sealed_secret: _sealed, secret_hint: _hint, sealed_headers: _headers, ...open } = row;
  const { after_position: _after, scopes: _scopes, set_up_by_kind: _k, set_up_by: _b, ...kept } = open;
  return { ...kept, secret: shownSecret(row), headers: shownHeaders(row) };
}
