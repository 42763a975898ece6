import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";
import { redact } from "../../receptionist/understanding/redact.ts";

export interface WebhookReceiptsTable {
  workspace_id: string;
  id: string;
  provider: string;
  kind: string;
  provider_id: string;
  dedup_key: string;
  payload: Json<JsonObject>;
  outcome: string;
  provider_time: Timestamp | null;
  received_at: Timestamp;
}

export interface UnclaimedWebhooksTable {
  id: string;
  provider: string;
  kind: string;
  provider_id: string;
  dedup_key: string;
  payload: Json<JsonObject>;
  received_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    webhook_receipts: WebhookReceiptsTable;
    unclaimed_webhooks: UnclaimedWebhooksTable;
  }
}

/** One thing a provider told us; `status` makes different reports about the same call or message different things. */
export type Report = {
  kind: "voice" | "dial" | "voicemail" | "sms" | "sms_status";
  providerId: string;
  status: string;
  payload: JsonObject;
  providerTime: Date | null;
};

const provider = "twilio";

/**
 * Keeps the evidence of a report. Answers false when the same report was here before, or is being handled by another
 * request at this moment (which is waited for): then there is nothing left to do.
 */
export async function isFirstReport(ctx: Ctx, report: Report): Promise<boolean> {
  const row = await ctx.db
    .insert("webhook_receipts", {
      ...evidenceOf(report),
      id: newId(ctx.now),
      outcome: "accepted",
      provider_time: report.providerTime,
      received_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "dedup_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Says what became of a report where that is worth knowing: owner_reply, ignored_sender, keyword_stop, … */
export async function noteOutcome(ctx: Ctx, report: Report, outcome: string): Promise<void> {
  await ctx.db.update("webhook_receipts").set({ outcome }).where("dedup_key", "=", keyOf(report)).execute();
}

/** Keeps the evidence of a report about a number or message that no workspace here owns. */
export async function keepUnclaimed(app: App, report: Report): Promise<void> {
  const now = app.clock.now();
  await app.database.system("identify-webhook", (kysely) =>
    kysely
      .insertInto("unclaimed_webhooks")
      .values({ ...evidenceOf(report), id: newId(now), received_at: now })
      .onConflict((conflict) => conflict.column("dedup_key").doNothing())
      .execute(),
  );
  app.log.warn(
    { kind: report.kind, providerId: report.providerId },
    "a webhook named a number or message of no workspace",
  );
}

function evidenceOf(report: Report) {
  return {
    provider,
    kind: report.kind,
    provider_id: report.providerId,
    dedup_key: keyOf(report),
    payload: JSON.stringify(withoutSecrets(report.payload)),
  };
}

function keyOf({ kind, providerId, status }: Report): string {
  return `${kind}:${providerId}:${status}`;
}

// What must never be stored is not stored as evidence either.
function withoutSecrets(payload: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      /^body$/i.test(name) && typeof value === "string" ? redact(value).text : value,
    ]),
  );
}
