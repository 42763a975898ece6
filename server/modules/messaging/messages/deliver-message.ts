/**
 * Takes the texts of one lane (a conversation, or the owner's phone) to the carrier, one after the other.
 *
 * A text is marked `sending` in a transaction of its own before the carrier is asked, and moved on in another one
 * afterwards. Whoever finds a text `sending` that nobody is working on any more does not know whether it left, so it
 * asks the carrier first: nothing is sent twice, nothing is forgotten. Any number of workers may run this; the claim
 * on the row decides who goes on.
 */
import { randomUUID } from "node:crypto";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx, JobDefinition } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundSms, SentSms } from "../../../providers/telephony/port.ts";
import { optOut } from "../opt-outs/opt-outs.ts";
import { carrierOptOut } from "./apply-status.ts";
import { whyNotNow } from "./still-wanted.ts";
import type { Message } from "./message.ts";
import { announce, lockMessage, nextInLane, updateMessage } from "./messages.store.ts";

type Lane = { messageId: string; lane: string };

const claimMs = 60_000;

/** This process, in claims; what it works on right now tells its live claims from those of an attempt that died. */
const here = randomUUID();
const working = new Set<string>();

export const deliverMessage: JobDefinition<Lane> = job<Lane>({
  name: "deliver-message",
  retryLimit: 8,
  retryDelaySeconds: 5,
  expireSeconds: 120,
  concurrency: 4,
  async run(run, { lane, messageId }) {
    for (;;) {
      const taken = await run.transaction((ctx) => take(ctx, lane, messageId));
      if (!taken) return;
      try {
        await deliver(run, taken);
      } finally {
        working.delete(taken.message.id);
      }
    }
  },
});

type Taken = { message: Message; uncertain: boolean };

/** Claims the lane's next text; undefined when there is none, or somebody else is at it. */
async function take(ctx: Ctx, lane: string, messageId: string): Promise<Taken | undefined> {
  for (;;) {
    const message = await nextInLane(ctx, lane);
    if (!message) return undefined;
    if (message.status === "sending") {
      if (isClaimed(ctx, message)) {
        lookAgain(ctx, message, messageId);
        return undefined;
      }
      return { message: await claim(ctx, message), uncertain: true };
    }
    const refusal = await whyNotNow(ctx, message);
    if (!refusal) return { message: await claim(ctx, message), uncertain: false };
    await putAside(ctx, message, refusal);
  }
}

/** Not now: it waits for its hour. Not any more: it is cancelled. */
async function putAside(
  ctx: Ctx,
  message: Message,
  { reason, until }: { reason: string; until?: Date },
): Promise<void> {
  const free = { claimed_by: null, claim_expires_at: null, status_reason: reason };
  if (until) {
    await updateMessage(ctx, message, { ...free, status: "queued", send_at: until });
    ctx.enqueue(deliverMessage, { messageId: message.id, lane: message.lane }, { startAt: until });
    return;
  }
  const dropped = await updateMessage(ctx, message, { ...free, status: "cancelled" });
  announce(ctx, dropped, "message.cancelled");
}

async function mayStillLeave(ctx: Ctx, id: string): Promise<boolean> {
  const message = await lockMessage(ctx, id);
  if (message?.status !== "sending") return false;
  const refusal = await whyNotNow(ctx, message);
  if (refusal) await putAside(ctx, message, refusal);
  return refusal === undefined;
}

function isClaimed(ctx: Ctx, message: Message): boolean {
  if (message.claimed_by === here) return working.has(message.id);
  // One process owns the embedded database, so another one's claim is a dead one's.
  if (ctx.app.database.engine.name === "embedded") return false;
  return message.claim_expires_at !== null && message.claim_expires_at > ctx.now;
}

// The one who has it goes on with the rest of the lane when done; should it die, this is the second pair of eyes.
function lookAgain(ctx: Ctx, message: Message, messageId: string): void {
  if (message.claimed_by === here || !message.claim_expires_at) return;
  ctx.enqueue(
    deliverMessage,
    { messageId, lane: message.lane },
    { startAt: new Date(message.claim_expires_at.getTime() + 1000), key: message.lane },
  );
}

async function claim(ctx: Ctx, message: Message): Promise<Message> {
  working.add(message.id);
  return updateMessage(ctx, message, {
    status: "sending",
    claimed_by: here,
    claim_expires_at: new Date(ctx.now.getTime() + claimMs),
    sending_at: message.sending_at ?? ctx.now,
    attempts: message.attempts + 1,
  });
}

async function deliver(run: JobCtx, { message, uncertain }: Taken): Promise<void> {
  const sms = outboundOf(run.app, message);
  try {
    const known = uncertain ? await findSent(run, message, sms) : undefined;
    // It has not left, and time has passed: a STOP in between counts, as it does for a text that still waits.
    if (uncertain && !known && !(await run.transaction((ctx) => mayStillLeave(ctx, message.id)))) return;
    const sent = known ?? (await counted(run.app, () => run.app.ports.telephony.sendSms(sms)));
    await run.transaction((ctx) => recordSent(ctx, message.id, sent));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const again = error.retryable || error.outcomeUnknown;
    if (again && !run.lastAttempt) {
      await run.transaction((ctx) => recordRetry(ctx, message.id, error));
      throw error;
    }
    await run.transaction((ctx) => recordFailure(ctx, message.id, error.code, error.message));
  }
}

function outboundOf(app: App, message: Message): OutboundSms {
  const { publicUrl } = app.config;
  return {
    key: message.id,
    workspaceId: message.workspace_id,
    from: message.from_e164,
    to: message.to_e164,
    body: message.body,
    ...(publicUrl ? { statusCallbackUrl: `${publicUrl}/twilio/status-callback?message=${message.id}` } : {}),
  };
}

// The carrier recognises a text by its numbers and words; one that is on record as another message is not this one.
async function findSent(run: JobCtx, message: Message, sms: OutboundSms): Promise<SentSms | undefined> {
  const found = await counted(run.app, () =>
    run.app.ports.telephony.findSms(sms, message.sending_at ?? message.created_at),
  );
  if (!found) return undefined;
  const other = await run.transaction((ctx) =>
    ctx.db
      .from("sms_messages")
      .select("id")
      .where("provider_id", "=", found.providerId)
      .where("id", "!=", message.id)
      .executeTakeFirst(),
  );
  return other ? undefined : found;
}

async function counted<T>(app: App, call: () => Promise<T>): Promise<T> {
  try {
    const result = await call();
    app.metrics.providerCall(app.ports.telephony.name, "succeeded");
    return result;
  } catch (error) {
    app.metrics.providerCall(app.ports.telephony.name, "failed");
    throw error;
  }
}

async function recordSent(ctx: Ctx, id: string, sent: SentSms): Promise<void> {
  const message = await lockMessage(ctx, id);
  if (!message) return;
  // A status callback may have been faster than our own answer.
  const moved = message.status !== "sending";
  const after = await updateMessage(ctx, message, {
    provider_id: sent.providerId,
    claimed_by: null,
    claim_expires_at: null,
    sent_at: message.sent_at ?? ctx.now,
    ...(moved ? {} : { status: "sent" as const, status_reason: null }),
  });
  if (!moved) announce(ctx, after, "message.sent");
}

/** Back in the queue; a text that may have left stays `sending`, so that the next attempt asks before it sends. */
async function recordRetry(ctx: Ctx, id: string, error: ProviderError): Promise<void> {
  const message = await lockMessage(ctx, id);
  if (message?.status !== "sending") return;
  await updateMessage(ctx, message, {
    claimed_by: null,
    claim_expires_at: null,
    error_code: error.code,
    ...(error.outcomeUnknown ? {} : { status: "queued" as const }),
  });
}

async function recordFailure(ctx: Ctx, id: string, code: string, reason: string): Promise<void> {
  const message = await lockMessage(ctx, id);
  if (message?.status !== "sending") return;
  const after = await updateMessage(ctx, message, {
    status: "failed",
    status_reason: reason.slice(0, 500),
    error_code: code,
    claimed_by: null,
    claim_expires_at: null,
  });
  ctx.changed({
    noun: "sms_message",
    id,
    before: { status: message.status, error_code: message.error_code },
    after: { status: after.status, error_code: after.error_code },
  });
  announce(ctx, after, "message.failed");
  if (code === carrierOptOut) await optOut(ctx, [{ channel: "sms", address: after.to_e164 }], "carrier");
}
