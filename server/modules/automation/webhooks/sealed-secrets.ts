/** What webhooks sign and authenticate with. It stands in the database under seal, beside as much of it as may be shown. */
import type { App } from "../../../kernel/app.ts";
import type { Database } from "../../../kernel/database.ts";
import { mask, withoutCredentials } from "../../../kernel/guarded-fields.ts";
import { seal, sealJson, unseal, unsealJson } from "../../../kernel/seal.ts";
import type { Endpoint } from "./endpoint.ts";
import type { IncomingWebhook } from "./incoming-webhook.ts";

type Place = { workspace_id: string; id: string };

/** Returns the columns an endpoint's secret and headers are kept in; what is not among `columns` stays absent. */
export function sealedEndpoint(
  key: string,
  place: Place,
  columns: { secret?: string; headers?: Record<string, string> },
): Record<string, unknown> {
  const { secret, headers } = columns;
  return {
    ...(secret === undefined ? {} : sealedSecret(key, endpointPlace(place), secret)),
    ...(headers === undefined
      ? {}
      : {
          headers: JSON.stringify(withoutCredentials(headers)),
          sealed_headers: sealJson(key, `${endpointPlace(place)} headers`, headers),
        }),
  };
}

/** Returns what an endpoint signs and authenticates with. Throws an Error when it was sealed with another key. */
export function openEndpoint(
  { ports }: App,
  endpoint: Endpoint,
): { secret: string; headers: Record<string, string> } {
  const key = ports.secrets.sealing;
  const { secret, sealed_secret: sealed, headers, sealed_headers: sealedHeaders } = endpoint;
  const place = endpointPlace(endpoint);
  return {
    secret: sealed === null ? (secret ?? "") : unseal(key, place, sealed),
    headers:
      sealedHeaders === null
        ? headers
        : unsealJson<Record<string, string>>(key, `${place} headers`, sealedHeaders),
  };
}

/** Returns the columns an incoming webhook's secret is kept in; null takes it away, undefined leaves it. */
export function sealedIncoming(
  key: string,
  place: Place,
  secret: string | null | undefined,
): Record<string, unknown> {
  if (secret === undefined) return {};
  return secret === null
    ? { secret: null, sealed_secret: null, secret_hint: null }
    : sealedSecret(key, incomingPlace(place), secret);
}

/** Returns what posts to an incoming webhook are signed with, null without. Throws an Error when it was sealed with another key. */
export function openIncoming({ ports }: App, webhook: IncomingWebhook): string | null {
  const { secret, sealed_secret: sealed } = webhook;
  return sealed === null ? secret : unseal(ports.secrets.sealing, incomingPlace(webhook), sealed);
}

/** Returns how a secret is shown once it was set. */
export function shownSecret({ secret_hint: hint }: { secret_hint: string | null }): string {
  return `${mask}${hint ?? ""}`;
}

/** Returns an endpoint's headers with the credentials among them masked. */
export function shownHeaders({ headers, sealed_headers: sealed }: Endpoint): Record<string, string> {
  return sealed === null ? withoutCredentials(headers) : headers;
}

/** Seals what an earlier version kept in the open. Any number of processes may do so at once. */
export async function sealOpenWebhooks(database: Database, key: string): Promise<void> {
  await database.system("installation", async (kysely) => {
    const endpoints = await kysely
      .selectFrom("webhook_endpoints")
      .selectAll()
      .where("secret", "is not", null)
      .forUpdate()
      .execute();
    for (const { secret, headers, ...place } of endpoints) {
      await kysely
        .updateTable("webhook_endpoints")
        .set(sealedEndpoint(key, place, { secret: secret ?? "", headers }))
        .where("workspace_id", "=", place.workspace_id)
        .where("id", "=", place.id)
        .execute();
    }
    const incoming = await kysely
      .selectFrom("incoming_webhooks")
      .selectAll()
      .where("secret", "is not", null)
      .forUpdate()
      .execute();
    for (const { secret, ...place } of incoming) {
      await kysely
        .updateTable("incoming_webhooks")
        .set(sealedIncoming(key, place, secret))
        .where("workspace_id", "=", place.workspace_id)
        .where("id", "=", place.id)
        .execute();
    }
  });
}

function sealedSecret(key: string, place: string, secret: string): Record<string, unknown> {
  return { secret: null, sealed_secret: seal(key, place, secret), secret_hint: secret.slice(-4) };
}

function endpointPlace({ workspace_id, id }: Place): string {
  return `webhook endpoint ${workspace_id} ${id}`;
}

function incomingPlace({ workspace_id, id }: Place): string {
  return `incoming webhook ${workspace_id} ${id}`;
}
