import type { Ctx } from "../../../kernel/context.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { findNumber, defaultNumber } from "../../phone/numbers/numbers.store.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { redact } from "../../receptionist/understanding/redact.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { contactForNumber } from "../contacts/contact-for-number.ts";
import {
  findConversation,
  lockConversation,
  openConversation,
  setConversationState,
  updateConversation,
} from "../conversations/conversations.store.ts";
import type { Conversation } from "../conversations/conversation.ts";
import { bookingStart } from "./booking-of.ts";
import { deliverMessage } from "./deliver-message.ts";
import { decide, isAutomatic } from "./guards.ts";
import type { Decision, Subject } from "./guards.ts";
import { recordDecision } from "./guard-decision.ts";
import type { Message, Purpose, Sender } from "./message.ts";
import { cancelWaiting, insertOutbound } from "./messages.store.ts";

export type TextToSend = {
  /** E.164. */
  to: string;
  body: string;
  purpose: Purpose;
  sender: Sender;
  contactId?: string | undefined;
  conversationId?: string | undefined;
  phoneNumberId?: string | undefined;
  bookingId?: string | undefined;
  /** The latest instant at which the text makes sense; for a booking's texts its start when not given. */
  sendBefore?: Date | undefined;
  /** The member who wrote it, for texts of people. */
  memberId?: string | undefined;
  /** A person wants this automatic text to leave now: guards about who speaks do not apply. */
  byPerson?: boolean;
};

export type SendAnswer = {
  status: "queued" | "suppressed" | "held";
  messageId?: string;
  reason?: string;
  conversationId?: string;
};

/**
 * Hands a text to the outbox, in this transaction, unless a guard is against it: then the decision is recorded, and
 * the text is dropped (suppressed), kept for a person (held) or leaves later (queued, with a reason). Texts of one
 * conversation leave in the order of these calls. Calls no provider.
 */
export async function sendText(ctx: Ctx, text: TextToSend): Promise<SendAnswer> {
  const place = await placeOf(ctx, text);
  const { subject } = place;
  const decision = await decide(ctx, subject);
  const clean = text.sender === "employee" ? { text: text.body, redactions: [] } : redact(text.body);
  if (!decision || decision.decision === "deferred") return queue(ctx, text, place, clean, decision);
  const message = decision.decision === "held" ? await hold(ctx, text, place, clean, decision) : undefined;
  await recordDecision(ctx, subject, decision, {
    body: clean.text,
    messageId: message?.id,
    bookingId: text.bookingId,
  });
  if (decision.reason === "robot_suspected") await suspectRobot(ctx, subject);
  if (decision.reason === "closed_with_message") await sendClosingMessage(ctx, text, subject);
  return answer(decision.decision === "held" ? "held" : "suppressed", message, decision, subject);
}

type Clean = { text: string; redactions: string[] };
type Place = { subject: Subject; bookingStartsAt: Date | undefined };

async function queue(
  ctx: Ctx,
  text: TextToSend,
  { subject, bookingStartsAt }: Place,
  clean: Clean,
  decision: Decision | undefined,
): Promise<SendAnswer> {
  const { conversation, number } = subject;
  // A newer reply says what an older one that is still waiting would have said, and knows more.
  if (conversation && text.purpose === "reply" && isAutomatic(text)) {
    await cancelWaiting(ctx, conversation.id, ["reply"], "superseded");
  }
  const message = await insertOutbound(ctx, {
    ...written(text, subject, number as PhoneNumber, clean),
    bookingStartsAt,
    status: "queued",
    sendAt: decision?.until ?? ctx.now,
    ...(decision ? { statusReason: decision.reason } : {}),
  });
  if (decision) {
    await recordDecision(ctx, subject, decision, {
      body: clean.text,
      messageId: message.id,
      bookingId: text.bookingId,
    });
  }
  ctx.enqueue(
    deliverMessage,
    { messageId: message.id, lane: message.lane },
    decision?.until ? { startAt: decision.until } : {},
  );
  return answer("queued", message, decision, subject);
}

async function hold(
  ctx: Ctx,
  text: TextToSend,
  { subject, bookingStartsAt }: Place,
  clean: Clean,
  decision: Decision,
): Promise<Message> {
  const { conversation, number } = subject;
  if (conversation) await cancelWaiting(ctx, conversation.id, [text.purpose], "superseded");
  return insertOutbound(ctx, {
    ...written(text, subject, number as PhoneNumber, clean),
    bookingStartsAt,
    status: "held",
    statusReason: decision.reason,
    sendAt: ctx.now,
  });
}

function written(text: TextToSend, subject: Subject, number: PhoneNumber, clean: Clean) {
  return {
    conversation: subject.conversation,
    phoneNumberId: number.id,
    fromE164: number.e164,
    toE164: subject.toE164,
    body: clean.text,
    redactions: clean.redactions,
    purpose: text.purpose,
    sender: text.sender,
    memberId: text.memberId,
    bookingId: text.bookingId,
  };
}

function answer(
  status: SendAnswer["status"],
  message: Message | undefined,
  decision: Decision | undefined,
  { conversation }: Subject,
): SendAnswer {
  return {
    status,
    ...(message ? { messageId: message.id } : {}),
    ...(decision ? { reason: decision.reason } : {}),
    ...(conversation ? { conversationId: conversation.id } : {}),
  };
}

/** Everything the guards look at. Texts to the business' own people belong to no customer's thread. */
async function placeOf(ctx: Ctx, text: TextToSend): Promise<Place> {
  const workspace = await workspaceOf(ctx);
  const bookingStartsAt = text.bookingId ? await bookingStart(ctx, text.bookingId) : undefined;
  const known = text.conversationId ? await findConversation(ctx, text.conversationId) : undefined;
  const numberId = text.phoneNumberId ?? known?.phone_number_id;
  const number = numberId ? await findNumber(ctx, numberId) : await defaultNumber(ctx);
  const toCustomer = text.purpose !== "owner";
  const contact = toCustomer ? await contactOf(ctx, text, known) : undefined;
  const conversation = contact && number ? await threadOf(ctx, text, known, { contact, number }) : undefined;
  return {
    bookingStartsAt,
    subject: {
      purpose: text.purpose,
      sender: text.sender,
      toE164: text.to,
      workspace,
      number,
      contact,
      conversation,
      sendBefore: text.sendBefore ?? bookingStartsAt,
      byPerson: text.byPerson ?? false,
    },
  };
}

async function contactOf(
  ctx: Ctx,
  text: TextToSend,
  known: Conversation | undefined,
): Promise<Contact | undefined> {
  const id = text.contactId ?? known?.contact_id;
  const named = id ? await findContact(ctx, id) : undefined;
  return named ?? contactForNumber(ctx, text.to, "sms");
}

async function threadOf(
  ctx: Ctx,
  text: TextToSend,
  known: Conversation | undefined,
  { contact, number }: { contact: Contact; number: PhoneNumber },
): Promise<Conversation> {
  if (known && known.phone_number_id === number.id && known.customer_e164 === text.to) {
    return (await lockConversation(ctx, known.id)) ?? known;
  }
  return openConversation(ctx, {
    contactId: contact.id,
    phoneNumberId: number.id,
    customerE164: text.to,
  });
}

async function suspectRobot(ctx: Ctx, { conversation }: Subject): Promise<void> {
  if (!conversation || conversation.robot_suspected_at) return;
  const marked = await updateConversation(ctx, conversation, { robot_suspected_at: ctx.now });
  await setConversationState(ctx, marked, "escalated", "robot_suspected");
}

const closingMessageEveryMs = 12 * 60 * 60_000;

/** The business is closed and wants to say so: once per closing, not once per text. */
async function sendClosingMessage(ctx: Ctx, text: TextToSend, subject: Subject): Promise<void> {
  const { conversation, workspace } = subject;
  if (!conversation || !isAutomatic(text)) return;
  const last = conversation.after_hours_notice_at;
  if (last && ctx.now.getTime() - last.getTime() < closingMessageEveryMs) return;
  const marked = await updateConversation(ctx, conversation, { after_hours_notice_at: ctx.now });
  const body = workspace.settings.after_hours_message.replaceAll("{business}", workspace.name);
  await queue(
    ctx,
    { ...text, body, purpose: "notice", sender: "system" },
    {
      subject: { ...subject, conversation: marked, purpose: "notice", sender: "system" },
      bookingStartsAt: undefined,
    },
    { text: body, redactions: [] },
    undefined,
  );
  await setConversationState(ctx, marked, "closed", "after_hours_message");
}
