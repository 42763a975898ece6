/** The public side of incoming webhooks: POST /hooks/:token. The token is the credential. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sql } from "kysely";
import { anonymous } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { notFound, unauthorized, validationError } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { one } from "../../../surfaces/http.ts";
import type { Body } from "../../../surfaces/http.ts";
import { asOperationError } from "../../../surfaces/failures.ts";
import { countCall } from "../../../surfaces/limits.ts";
import { okFailure } from "../../../surfaces/ok-errors.ts";
import { hashOf, tokenForm } from "./incoming-webhook.ts";
import type { IncomingWebhook } from "./incoming-webhook.ts";
import { signer } from "./message.ts";
import { openIncoming } from "./sealed-secrets.ts";

const bodyLimitBytes = 256 * 1024;
/** Posts to one address, whoever makes them. */
const perSecond = 50;

export function addIncomingWebhooks(http: FastifyInstance, app: App): void {
  http.post<{ Params: { token: string } }>(
    "/hooks/:token",
    {
      bodyLimit: bodyLimitBytes,
      errorHandler: (error, request, reply) => {
        const failure = asOperationError(error, app.log.child({ corrId: request.id }));
        void reply
          .code(failure.status)
          .headers(failure.headers ?? {})
          .send(okFailure(failure));
      },
    },
    async (request, reply) => reply.code(202).send(await receive(app, request)),
  );
}

type Request = FastifyRequest<{ Params: { token: string } }>;
type Accepted = { ok: true; id: string };

async function receive(app: App, request: Request): Promise<Accepted> {
  countCall(app, anonymous, request.ip);
  const webhook = await webhookAt(app, request.params.token);
  if (!webhook)
    throw notFound("There is no webhook at this address.", {
      fix: "Copy the address again from the webhook's settings.",
    });
  countCall(app, { ...anonymous, kind: "service", id: `hook ${webhook.id}`, ratePerSecond: perSecond });
  const body = request.body as Body | undefined;
  if (!isProven(app, webhook, request, body?.raw ?? "")) {
    throw unauthorized("The signature does not match this body.", {
      fix: "Sign as Standard Webhooks do (webhook-id, webhook-timestamp, webhook-signature), or send X-Hub-Signature-256.",
    });
  }
  const header = (name: string) => one(request.headers[name]);
  const post: Post = {
    webhook,
    body: clean(body?.form ?? body?.json ?? {}),
    contentType: (header("content-type") ?? "").slice(0, 100),
    messageKey: keyOf(header("idempotency-key") ?? header("webhook-id")),
  };
  const actor = {
    ...anonymous,
    kind: "service",
    name: "incoming webhook",
    workspaceId: webhook.workspace_id,
  } as const;
  const about = { operation: "receive_webhook", surface: "hooks", requestId: request.id, actor };
  return app.inWorkspace({ ...about, workspaceId: webhook.workspace_id }, (ctx) => keep(ctx, post));
}

/** The webhook in force at an address; undefined for every other, whatever is wrong with it. */
async function webhookAt(app: App, token: string): Promise<IncomingWebhook | undefined> {
  if (!tokenForm.test(token)) return undefined;
  return app.database.system("identify-webhook", (kysely) =>
    kysely
      .selectFrom("incoming_webhooks")
      .selectAll()
      .where("token_hash", "=", hashOf(token))
      .where("is_active", "=", true)
      .executeTakeFirst(),
  );
}

type Post = {
  webhook: IncomingWebhook;
  body: unknown;
  contentType: string;
  messageKey: string | null;
};

/** Keeps a post and tells of it; the same message again is answered as before and does nothing. */
async function keep(ctx: Ctx, { webhook, body, contentType, messageKey }: Post): Promise<Accepted> {
  const id = newId(ctx.now);
  const kept = await ctx.db
    .insert("incoming_webhook_payloads", {
      id,
      webhook_id: webhook.id,
      message_key: messageKey,
      content_type: contentType,
      body: JSON.stringify(body),
      received_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "webhook_id", "message_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!kept) return { ok: true, id: await idOfFirst(ctx, webhook.id, messageKey) };
  await ctx.db
    .update("incoming_webhooks")
    .set({ received_count: sql`received_count + 1`, last_received_at: ctx.now } as never)
    .where("id", "=", webhook.id)
    .execute();
  ctx.emit({
    type: "webhook.received",
    noun: "incoming_webhook",
    recordId: webhook.id,
    payload: { id: webhook.id, payload_id: id, name: webhook.name, content_type: contentType, body },
  });
  return { ok: true, id };
}

async function idOfFirst(ctx: Ctx, webhookId: string, messageKey: string | null): Promise<string> {
  const row = await ctx.db
    .from("incoming_webhook_payloads")
    .select("id")
    .where("webhook_id", "=", webhookId)
    .where("message_key", "=", messageKey)
    .executeTakeFirstOrThrow();
  return row.id;
}

function keyOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (given.length === 0 || given.length > 255) {
    throw validationError("The message's key must have 1 to 255 characters.", {
      fix: "Send a shorter key, such as a UUID, or leave it out.",
    });
  }
  return given;
}

// What was sealed with a key that is not this installation's any more lets nobody in: its owner has to set it again.
function isProven(app: App, webhook: IncomingWebhook, request: Request, raw: string): boolean {
  try {
    const secret = openIncoming(app, webhook);
    return secret === null || isSigned(request, secret, raw);
  } catch {
    app.log.warn({ webhook: webhook.id }, "an incoming webhook's secret cannot be read any more");
    return false;
  }
}

function isSigned(request: Request, secret: string, raw: string): boolean {
  const header = (name: string) => one(request.headers[name]) ?? "";
  const hub = header("x-hub-signature-256");
  if (hub) {
    const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(raw).digest("hex")}`);
    const given = Buffer.from(hub);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
  try {
    const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    signer(secret).verify(raw, Object.fromEntries(names.map((name) => [name, header(name)])), {
      jsonParse: false,
    });
    return true;
  } catch {
    return false;
  }
}

// The database does not take the NUL character.
function clean(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "");
  if (Array.isArray(value)) return value.map((item) => clean(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replaceAll("\0", ""), clean(item)]),
  );
}
