import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { Decision, Subject } from "./guards.ts";

export interface GuardDecisionsTable {
  workspace_id: string;
  id: string;
  guard: string;
  decision: "held" | "suppressed" | "deferred";
  reason: string;
  explanation: string;
  purpose: string;
  sender: string;
  to_e164: string;
  body: string;
  contact_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  booking_id: string | null;
  until: Timestamp | null;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    guard_decisions: GuardDecisionsTable;
  }
}

const nullable = () => Type.Union([Type.String(), Type.Null()]);

export const GuardDecisionRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  guard: Type.String({ description: "Which guard spoke: opt_out, quiet_hours, business_hours, …" }),
  decision: Type.Union([Type.Literal("held"), Type.Literal("suppressed"), Type.Literal("deferred")], {
    description: "held waits for a person, suppressed was dropped, deferred leaves at until.",
  }),
  reason: Type.String({ description: "The reason as a code." }),
  explanation: Type.String({ description: "The reason for people." }),
  purpose: Type.String(),
  sender: Type.String(),
  to_e164: Type.String(),
  body: Type.String({ description: "The text that was held back." }),
  contact_id: nullable(),
  conversation_id: nullable(),
  message_id: nullable(),
  booking_id: nullable(),
  until: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  created_at: Type.String({ format: "date-time" }),
});

/** Records why a text did not simply leave, and says so in the event feed. */
export async function recordDecision(
  ctx: Ctx,
  subject: Subject,
  decision: Decision,
  about: { body: string; messageId?: string | undefined; bookingId?: string | undefined },
): Promise<void> {
  const id = newId(ctx.now);
  const links = {
    contact_id: subject.contact?.id ?? null,
    conversation_id: subject.conversation?.id ?? null,
    message_id: about.messageId ?? null,
    booking_id: about.bookingId ?? null,
  };
  await ctx.db
    .insert("guard_decisions", {
      id,
      guard: decision.guard,
      decision: decision.decision,
      reason: decision.reason,
      explanation: decision.explanation,
      purpose: subject.purpose,
      sender: subject.sender,
      to_e164: subject.toE164,
      body: about.body,
      ...links,
      until: decision.until ?? null,
      created_at: ctx.now,
    })
    .execute();
  ctx.emit({
    type: "message.held",
    noun: "guard_decision",
    recordId: id,
    payload: {
      id,
      guard: decision.guard,
      decision: decision.decision,
      reason: decision.reason,
      explanation: decision.explanation,
      purpose: subject.purpose,
      ...links,
      until: decision.until?.toISOString() ?? null,
    },
  });
}
