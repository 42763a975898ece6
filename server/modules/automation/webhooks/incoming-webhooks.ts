import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { description, name, secret } from "./endpoint-input.ts";
import { IncomingWebhookRecord, newToken, presentIncoming, withoutToken } from "./incoming-webhook.ts";
import type { IncomingWebhook } from "./incoming-webhook.ts";
import { sealedIncoming } from "./sealed-secrets.ts";

const fields = {
  description: Type.Optional(description),
  secret: Type.Optional(Type.Union([secret, Type.Null()])),
  is_active: Type.Optional(Type.Boolean()),
};

export const createIncomingWebhook = operation({
  name: "create_incoming_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/incoming",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "incoming_webhook",
  summary: "Make a secret address that others can post JSON or forms to.",
  description:
    "Each post is kept and becomes the event webhook.received. The address is shown in this answer only; rotating makes a new one.",
  input: Type.Object({ name, ...fields }, { additionalProperties: false }),
  output: IncomingWebhookRecord,
  example: { input: { name: "Website form" } },
  async run(ctx, input) {
    const { token, columns } = newToken();
    const id = newId(ctx.now);
    const row = await ctx.db
      .insert("incoming_webhooks", {
        is_active: true,
        ...input,
        ...columns,
        ...sealed(ctx, id, input.secret),
        id,
        created_at: ctx.now,
        updated_at: ctx.now,
      } as never)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "incoming_webhook", withoutToken(row));
    return presentIncoming(ctx.app, row, token);
  },
});

export const updateIncomingWebhook = operation({
  name: "update_incoming_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "PATCH /webhooks/incoming/:id",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "incoming_webhook",
  summary: "Change an incoming webhook; switched off, its address answers as if it were not there.",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), name: Type.Optional(name), ...fields },
    { additionalProperties: false },
  ),
  output: IncomingWebhookRecord,
  example: { input: { name: "Contact form" } },
  run: async (ctx, { id, ...columns }) => presentIncoming(ctx.app, await change(ctx, id, columns)),
});

export const rotateIncomingWebhook = operation({
  name: "rotate_incoming_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/incoming/:id/rotate",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "incoming_webhook",
  summary: "Give an incoming webhook a new secret address; the old one stops working at once.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: IncomingWebhookRecord,
  async run(ctx, { id }) {
    const { token, columns } = newToken();
    return presentIncoming(ctx.app, await change(ctx, id, columns), token);
  },
});

async function change(ctx: Ctx, id: string, columns: Record<string, unknown>): Promise<IncomingWebhook> {
  const before = await ctx.db
    .from("incoming_webhooks")
    .selectAll()
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw missing("incoming webhook", id);
  const after = await ctx.db
    .update("incoming_webhooks")
    .set({ ...columns, ...sealed(ctx, id, columns["secret"]), updated_at: ctx.now } as never)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "incoming_webhook", withoutToken(before), withoutToken(after));
  return after;
}

function sealed(ctx: Ctx, id: string, secret: unknown): Record<string, unknown> {
  const place = { workspace_id: ctx.workspaceId, id };
  return sealedIncoming(ctx.app.ports.secrets.sealing, place, secret as string | null | undefined);
}
