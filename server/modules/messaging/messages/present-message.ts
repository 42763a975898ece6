import { Type } from "typebox";
import type { Message } from "./message.ts";

const nullable = () => Type.Union([Type.String(), Type.Null()]);
const instant = () => Type.String({ format: "date-time" });
const instantOrNull = () => Type.Union([instant(), Type.Null()]);

export const MessageRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  position: Type.Integer({ description: "Orders messages, also those of one instant." }),
  conversation_id: nullable(),
  phone_number_id: Type.String({ format: "uuid" }),
  direction: Type.Union([Type.Literal("in"), Type.Literal("out")]),
  sender: Type.Union(["customer", "ai", "employee", "system"].map((name) => Type.Literal(name))),
  purpose: Type.String(),
  from_e164: Type.String(),
  to_e164: Type.String(),
  body: Type.String({
    description: "Card numbers and other secrets are taken out before anything is stored.",
  }),
  redactions: Type.Array(Type.String()),
  media: Type.Array(Type.Object({ url: Type.String(), contentType: nullable() })),
  segments: Type.Integer(),
  status: Type.String({
    description: "received; or queued, sending, sent, delivered, undelivered, failed, held, cancelled.",
  }),
  status_reason: nullable(),
  provider_id: nullable(),
  error_code: nullable(),
  send_at: instant(),
  sent_at: instantOrNull(),
  delivered_at: instantOrNull(),
  sent_by_member_id: nullable(),
  booking_id: nullable(),
  created_at: instant(),
  updated_at: instant(),
});

/** A message as callers see it: without the claim a worker has on it. */
export function presentMessage(message: Message): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(MessageRecord.properties)) shown[name] = message[name as keyof Message];
  return shown;
}
