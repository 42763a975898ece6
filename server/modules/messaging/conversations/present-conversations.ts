import { sql } from "kysely";
import { Type } from "typebox";
import type { Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { displayName } from "../../crm/contacts/contact.ts";
import { latestLeadOf } from "../../receptionist/leads/leads.store.ts";
import { upcomingBookingsOf } from "../../calendar/bookings/bookings.store.ts";
import "../../crm/opportunities/opportunity.ts";
import type { Message } from "../messages/message.ts";
import { MessageRecord, presentMessage } from "../messages/present-message.ts";
import { conversationStates } from "./conversation.ts";
import type { Conversation, SmsConversationsTable } from "./conversation.ts";

const uuid = () => Type.String({ format: "uuid" });
const instant = () => Type.String({ format: "date-time" });
const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()]);

const ContactSummary = Type.Object({
  id: uuid(),
  display_name: Type.String(),
  phone: nullable(Type.String()),
  sms_unsubscribed: Type.Boolean(),
});

const LinkedEntity = Type.Object({
  entity_type: Type.Union(["contact", "lead", "booking", "opportunity"].map((name) => Type.Literal(name))),
  id: uuid(),
  display_name: Type.String(),
  status: nullable(Type.String()),
});

const conversationFields = {
  id: uuid(),
  phone_number_id: uuid(),
  contact_id: nullable(uuid()),
  customer_e164: Type.String(),
  status: Type.Union([Type.Literal("active"), Type.Literal("archived")]),
  state: Type.Union(
    conversationStates.map((state) => Type.Literal(state)),
    { description: "Where the conversation stands: ai_active and human_active say who speaks." },
  ),
  state_reason: nullable(Type.String()),
  state_changed_at: instant(),
  unread_count: Type.Integer(),
  involved_user_ids: Type.Array(uuid(), { description: "Team members who have taken part." }),
  robot_suspected_at: nullable(instant()),
  last_message_at: instant(),
  last_inbound_at: nullable(instant()),
  created_at: instant(),
  updated_at: instant(),
  contact: Type.Union([ContactSummary, Type.Null()]),
  last_message: Type.Union([MessageRecord, Type.Null()]),
};

export const ConversationRecord = Type.Object(conversationFields);
export const ConversationDetails = Type.Object({
  ...conversationFields,
  linked_entities: Type.Array(LinkedEntity),
});

type Row = Selectable<SmsConversationsTable> | Conversation;

/** Conversations as callers see them, each with its contact and its last message. */
export async function presentConversations(
  ctx: Ctx,
  rows: readonly Row[],
): Promise<Record<string, unknown>[]> {
  const [contacts, lastMessages] = [await contactsOf(ctx, rows), await lastMessagesOf(ctx, rows)];
  return rows.map((row) => {
    const { workspace_id: _w, after_hours_notice_at: _a, ...shown } = row;
    const last = lastMessages.get(row.id);
    return {
      ...shown,
      contact: (row.contact_id && contacts.get(row.contact_id)) || null,
      last_message: last ? presentMessage(last) : null,
    };
  });
}

/** One conversation with everything it is linked to. */
export async function presentDetails(ctx: Ctx, row: Row): Promise<Record<string, unknown>> {
  const [shown] = await presentConversations(ctx, [row]);
  return { ...shown, linked_entities: await linkedEntities(ctx, row) };
}

async function contactsOf(ctx: Ctx, rows: readonly Row[]) {
  const ids = [...new Set(rows.flatMap((row) => row.contact_id ?? []))];
  if (ids.length === 0) return new Map<string, Record<string, unknown>>();
  const found = await ctx.db
    .from("contacts")
    .select(["id", "first_name", "last_name", "phone", "landline", "sms_unsubscribed"])
    .where("id", "in", ids)
    .execute();
  return new Map(
    found.map((one) => [
      one.id,
      {
        id: one.id,
        display_name: displayName(one),
        phone: one.phone ?? one.landline,
        sms_unsubscribed: one.sms_unsubscribed,
      },
    ]),
  );
}

async function lastMessagesOf(ctx: Ctx, rows: readonly Row[]): Promise<Map<string, Message>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map((row) => row.id);
  const found = await ctx.db.raw(
    sql<Message>`select m.* from unnest(${ids}::uuid[]) wanted (id) cross join lateral
      (select * from sms_messages m where m.workspace_id = ${ctx.workspaceId} and m.conversation_id = wanted.id
        order by m.position desc limit 1) m`,
  );
  return new Map(found.map((message) => [message.conversation_id ?? "", message]));
}

type Link = { entity_type: string; id: string; display_name: string; status: string | null };

async function linkedEntities(ctx: Ctx, { contact_id: contactId }: Row): Promise<Link[]> {
  if (!contactId) return [];
  const contact = await ctx.db
    .from("contacts")
    .select(["id", "first_name", "last_name"])
    .where("id", "=", contactId)
    .executeTakeFirst();
  const lead = await latestLeadOf(ctx, contactId);
  const bookings = await upcomingBookingsOf(ctx, contactId);
  const opportunities = await ctx.db
    .from("opportunities")
    .select(["id", "name", "status"])
    .where("contact_id", "=", contactId)
    .orderBy("created_at", "desc")
    .limit(10)
    .execute();
  const link = (entity_type: string, id: string, display_name: string, status: string | null): Link => ({
    entity_type,
    id,
    display_name,
    status,
  });
  return [
    ...(contact ? [link("contact", contact.id, displayName(contact), null)] : []),
    ...(lead ? [link("lead", lead.id, lead.public_id, lead.status)] : []),
    ...bookings.map((booking) => link("booking", booking.id, booking.title, booking.status)),
    ...opportunities.map((one) => link("opportunity", one.id, one.name, one.status)),
  ];
}
