import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Conversation, ConversationState } from "./conversation.ts";
import { memberOf } from "./member-of.ts";

/**
 * The thread between one of our numbers and one customer's, made on first use, locked until the transaction ends.
 * A thread whose contact was deleted is given the new one.
 */
export async function openConversation(
  ctx: Ctx,
  wanted: { contactId: string; phoneNumberId: string; customerE164: string },
): Promise<Conversation> {
  await ctx.db
    .insert("sms_conversations", {
      id: newId(ctx.now),
      phone_number_id: wanted.phoneNumberId,
      contact_id: wanted.contactId,
      customer_e164: wanted.customerE164,
      state_reason: null,
      state_changed_at: ctx.now,
      robot_suspected_at: null,
      after_hours_notice_at: null,
      last_message_at: ctx.now,
      last_inbound_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .onConflict((conflict) =>
      conflict.columns(["workspace_id", "phone_number_id", "customer_e164"]).doNothing(),
    )
    .execute();
  const row = await ctx.db
    .from("sms_conversations")
    .selectAll()
    .where("phone_number_id", "=", wanted.phoneNumberId)
    .where("customer_e164", "=", wanted.customerE164)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const conversation = row as Conversation;
  if (conversation.contact_id === wanted.contactId) return conversation;
  if (conversation.contact_id !== null) return conversation;
  return updateConversation(ctx, conversation, { contact_id: wanted.contactId });
}

export async function findConversation(ctx: Ctx, id: string): Promise<Conversation | undefined> {
  const row = await ctx.db.from("sms_conversations").selectAll().where("id", "=", id).executeTakeFirst();
  return row as Conversation | undefined;
}

export async function lockConversation(ctx: Ctx, id: string): Promise<Conversation | undefined> {
  const row = await ctx.db
    .from("sms_conversations")
    .selectAll()
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row as Conversation | undefined;
}

/** Threads of one contact, the latest first. */
export async function conversationsOf(ctx: Ctx, contactId: string): Promise<Conversation[]> {
  const rows = await ctx.db
    .from("sms_conversations")
    .selectAll()
    .where("contact_id", "=", contactId)
    .orderBy("last_message_at", "desc")
    .execute();
  return rows as Conversation[];
}

/**
 * Moves a conversation to a state; being there already only renews the reason when it differs. A member who does it
 * has taken part in the conversation from then on.
 */
export async function setConversationState(
  ctx: Ctx,
  conversation: Conversation,
  state: ConversationState,
  reason: string,
): Promise<Conversation> {
  const memberId = await memberOf(ctx);
  const joins = memberId !== undefined && !conversation.involved_user_ids.includes(memberId);
  if (conversation.state === state && conversation.state_reason === reason && !joins) return conversation;
  const moved = conversation.state !== state;
  const after = await updateConversation(ctx, conversation, {
    state,
    state_reason: reason,
    ...(moved ? { state_changed_at: ctx.now } : {}),
    ...(joins ? { involved_user_ids: [...conversation.involved_user_ids, memberId] } : {}),
  });
  ctx.changed({
    noun: "sms_conversation",
    id: conversation.id,
    before: { state: conversation.state, state_reason: conversation.state_reason },
    after: { state, state_reason: reason },
  });
  if (moved) {
    ctx.emit({
      type: "conversation.state_changed",
      noun: "sms_conversation",
      recordId: conversation.id,
      payload: {
        id: conversation.id,
        contact_id: conversation.contact_id,
        from: conversation.state,
        to: state,
        reason,
      },
    });
  }
  return after;
}

type Changeable = Partial<
  Pick<
    Conversation,
    | "contact_id"
    | "status"
    | "state"
    | "state_reason"
    | "state_changed_at"
    | "unread_count"
    | "involved_user_ids"
    | "robot_suspected_at"
    | "after_hours_notice_at"
    | "last_message_at"
    | "last_inbound_at"
  >
>;

/** Writes columns; records nothing by itself. */
export async function updateConversation(
  ctx: Ctx,
  conversation: Conversation,
  values: Changeable,
): Promise<Conversation> {
  const row = await ctx.db
    .update("sms_conversations")
    .set({ ...values, updated_at: ctx.now })
    .where("id", "=", conversation.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return row as Conversation;
}
