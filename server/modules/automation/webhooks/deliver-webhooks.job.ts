import { elapsedMs, stopwatch } from "../../../kernel/clock.ts";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { Outbound } from "../../../kernel/outbound.ts";
import type { OutboundOutcome } from "../../../kernel/outbound.ts";
import { busyUntil, claimDeliveries, keepBody, recordAttempt } from "./deliveries.store.ts";
import type { Outcome } from "./deliveries.store.ts";
import type { Delivery } from "./delivery.ts";
import { disableEndpoint, makerGone } from "./disable-endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { findEndpoint, holdEndpoint, noteHealth, readerOf } from "./endpoints.store.ts";
import { composeBody, signedHeaders } from "./message.ts";
import { openEndpoint } from "./sealed-secrets.ts";
import { nextAttempt, patienceMs } from "./retry-plan.ts";
import { takeTurn } from "./turns.ts";
import type { Turns } from "./turns.ts";

const timeoutMs = 10_000;
/** Records of one endpoint whose messages are under way at once, per job. */
const lanes = 8;
/** After this a job makes room for other endpoints' and goes on in a new one. */
const turnMs = 40_000;
const excerptLength = 1024;

type Payload = { endpointId: string };

/** Sends what is due for one endpoint, several records at a time. */
export const deliverWebhooks = job<Payload>({
  name: "deliver-webhooks",
  concurrency: 8,
  retryLimit: 20,
  retryDelaySeconds: 2,
  run: deliver,
});

type Claimed = { endpoint: Endpoint; delivery: Delivery; body: string };

async function deliver(one: JobCtx, { endpointId }: Payload): Promise<void> {
  const startedAt = stopwatch();
  const isOver = () => elapsedMs(startedAt) > turnMs;
  const taken = await takeTurn(turnsOf(one.app), endpointId, {
    atOnce: lanes,
    isOver,
    claim: (limit) => one.transaction((ctx) => claimFirst(ctx, endpointId, limit)),
    work: (claimed: Claimed) => sendOne(one, claimed, isOver()),
  });
  if (!taken) return;
  await one.transaction(async (ctx) => {
    if (isOver()) ctx.enqueue(deliverWebhooks, { endpointId });
    // Whoever holds a claim may have died with it: somebody has to look when it ends.
    const until = await busyUntil(ctx, endpointId);
    if (until) ctx.enqueue(deliverWebhooks, { endpointId }, { key: `${endpointId} claims`, startAt: until });
  });
}

type Reader = NonNullable<Awaited<ReturnType<typeof readerOf>>>;

/** With whose eyes the endpoint is told things; without anybody's it is switched off. Before any of its deliveries is locked. */
async function readerFor(ctx: Ctx, endpoint: Endpoint): Promise<Reader | undefined> {
  const reader = await readerOf(ctx, endpoint);
  if (!reader) await disableEndpoint(ctx, endpoint.id, makerGone);
  return reader;
}

async function claimFirst(ctx: Ctx, endpointId: string, limit: number): Promise<Claimed[]> {
  const endpoint = await holdEndpoint(ctx, endpointId);
  const reader = endpoint && (await readerFor(ctx, endpoint));
  return endpoint && reader ? claim(ctx, endpoint, reader, limit) : [];
}

async function claim(ctx: Ctx, endpoint: Endpoint, reader: Reader, limit: number): Promise<Claimed[]> {
  const claimed: Claimed[] = [];
  for (const delivery of await claimDeliveries(ctx, endpoint, limit)) {
    const body = delivery.body ?? (await composeBody(ctx, endpoint, delivery, reader));
    if (delivery.body === null) await keepBody(ctx, delivery.id, body);
    claimed.push({ endpoint, delivery, body });
  }
  return claimed;
}

/** Sends one message and records what came of it; answers another one to go on with, unless the turn is over. */
async function sendOne(one: JobCtx, claimed: Claimed, turnOver: boolean): Promise<Claimed | undefined> {
  const outcome = await post(one.app, claimed);
  const { id } = claimed.endpoint;
  return one.transaction(async (ctx) => {
    // The endpoint before its deliveries, as everybody locks them who changes both; one that is gone took its own along.
    const held = await holdEndpoint(ctx, id);
    if (!held) return undefined;
    const reader = await readerFor(ctx, held);
    await settle(ctx, claimed, outcome);
    // As it is after this attempt, which may have ended it.
    const endpoint = reader && !turnOver ? await findEndpoint(ctx, id) : undefined;
    return reader && endpoint ? (await claim(ctx, endpoint, reader, 1))[0] : undefined;
  });
}

async function post(app: App, { endpoint, delivery, body }: Claimed): Promise<OutboundOutcome> {
  let opened: ReturnType<typeof openEndpoint>;
  try {
    opened = openEndpoint(app, endpoint);
  } catch {
    // Sealed with a key that is not this installation's any more: only whoever set it can give it again.
    return {
      durationMs: 0,
      error: "the signing secret cannot be read any more: set secret and headers again",
    };
  }
  return outboundOf(app).send({
    method: "POST",
    url: endpoint.url,
    headers: {
      ...opened.headers,
      "content-type": "application/json",
      "user-agent": "Frontdesk-Webhooks",
      ...signedHeaders(opened.secret, delivery.message_id, body),
    },
    body,
    timeoutMs,
  });
}

async function settle(ctx: Ctx, { endpoint, delivery }: Claimed, sent: OutboundOutcome): Promise<void> {
  const outcome = judged(ctx.now, delivery, sent);
  if (!delivery.once) await judgeEndpoint(ctx, endpoint, outcome);
  const mine = await recordAttempt(ctx, delivery, outcome);
  if (outcome.next_attempt_at && mine) {
    ctx.enqueue(deliverWebhooks, { endpointId: endpoint.id }, { startAt: outcome.next_attempt_at });
  }
}

async function judgeEndpoint(ctx: Ctx, endpoint: Endpoint, outcome: Outcome): Promise<void> {
  const succeeded = outcome.status === "delivered";
  if (await noteHealth(ctx, endpoint.id, succeeded)) {
    const told = { endpointId: endpoint.id, host: URL.parse(endpoint.url)?.host, error: outcome.error };
    if (succeeded) ctx.log.info(told, "a webhook's receiver takes messages again");
    else ctx.log.warn(told, "a webhook's receiver fails; its messages are tried again for three days");
  }
  const failingSince = endpoint.failing_since ?? ctx.now;
  if (outcome.http_status === 410) {
    await disableEndpoint(ctx, endpoint.id, "the receiver answered 410 Gone");
  } else if (!succeeded && ctx.now.getTime() - failingSince.getTime() >= patienceMs) {
    await disableEndpoint(ctx, endpoint.id, "every attempt failed for three days");
  }
}

/** What an answer, or none, means for the message. */
function judged(now: Date, delivery: Delivery, { answer, error, durationMs }: OutboundOutcome): Outcome {
  const delivered = answer !== undefined && answer.status >= 200 && answer.status < 300;
  const over = delivered || delivery.once || answer?.status === 410;
  const giveUpAt = delivery.give_up_at ?? now;
  const retryAfter = answer?.headers["retry-after"];
  const next = over ? undefined : nextAttempt(now, delivery.attempts + 1, giveUpAt, retryAfter);
  return {
    status: delivered ? "delivered" : "failed",
    http_status: answer?.status ?? null,
    duration_ms: durationMs,
    error: delivered ? null : (error ?? whyNot(answer?.status ?? 0)),
    response_excerpt: answer ? answer.text.replaceAll("\0", "").slice(0, excerptLength) : null,
    next_attempt_at: next ?? null,
  };
}

function whyNot(status: number): string {
  return status >= 300 && status < 400
    ? `the receiver answered ${status}: redirects are not followed`
    : `the receiver answered ${status}`;
}

const outbounds = new WeakMap<App, Outbound>();
const turns = new WeakMap<App, Turns>();

function turnsOf(app: App): Turns {
  let known = turns.get(app);
  if (!known) turns.set(app, (known = new Map()));
  return known;
}

function outboundOf(app: App): Outbound {
  let outbound = outbounds.get(app);
  if (!outbound) outbounds.set(app, (outbound = new Outbound(app.config.allowPrivateWebhooks)));
  return outbound;
}
