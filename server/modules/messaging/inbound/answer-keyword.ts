import type { Ctx } from "../../../kernel/context.ts";
import { formatDate, formatTime } from "../../calendar/slots/wall-clock.ts";
import { upcomingBookingsOf } from "../../calendar/bookings/bookings.store.ts";
import { displayName } from "../../crm/contacts/contact.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { optIn, optOut } from "../opt-outs/opt-outs.ts";
import type { Conversation } from "../conversations/conversation.ts";
import { setConversationState } from "../conversations/conversations.store.ts";
import { cancelWaiting } from "../messages/messages.store.ts";
import { sendText } from "../messages/send-text.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { keywordOf } from "./keywords.ts";

export type KeywordText = {
  number: PhoneNumber;
  conversation: Conversation;
  contact: Contact;
  body: string;
  /** The carrier has already answered the customer itself (its own opt-out handling). */
  answeredByCarrier: boolean;
};

/**
 * Does what a carrier keyword asks. Answers what it was, or undefined for an ordinary message; START, UNSTOP and YES
 * are ordinary messages from somebody who never opted out.
 */
export async function answerKeyword(ctx: Ctx, text: KeywordText): Promise<string | undefined> {
  const found = keywordOf(text.body);
  if (!found) return undefined;
  if (found.keyword === "stop") return stop(ctx, text, found.word);
  if (found.keyword === "start") return start(ctx, text);
  await reply(
    ctx,
    text,
    "{business}: for help, call {number} or reply with your question. Reply STOP to opt out.",
  );
  return "keyword_help";
}

async function stop(ctx: Ctx, text: KeywordText, word: string): Promise<string> {
  const { conversation, contact } = text;
  const changed = await optOut(ctx, [{ channel: "sms", address: conversation.customer_e164 }], "keyword");
  await cancelWaiting(
    ctx,
    conversation.id,
    ["text_back", "reply", "notice", "confirmation", "reminder", "cancellation"],
    "opted_out",
  );
  await setConversationState(ctx, conversation, "closed", "opted_out");
  if (changed) {
    await reply(
      ctx,
      text,
      "{business}: you have opted out and will get no more texts from us. Reply START to opt in again.",
    );
  }
  if (word === "CANCEL") await tellOwner(ctx, text, contact);
  return "keyword_stop";
}

async function start(ctx: Ctx, text: KeywordText): Promise<string | undefined> {
  const { customer_e164: from } = text.conversation;
  if (!(await optIn(ctx, [{ channel: "sms", address: from }], "keyword"))) return undefined;
  await setConversationState(ctx, text.conversation, "idle", "opted_in");
  await reply(ctx, text, "{business}: you are opted in again. Reply HELP for help, STOP to opt out.");
  return "keyword_start";
}

/** Carriers read a bare CANCEL as an opt-out. From somebody with a booking it may have meant the booking. */
async function tellOwner(ctx: Ctx, text: KeywordText, contact: Contact): Promise<void> {
  const [booking] = await upcomingBookingsOf(ctx, contact.id);
  if (!booking) return;
  const { number, conversation } = text;
  ctx.emit({
    type: "booking.cancellation_suspected",
    noun: "booking",
    recordId: booking.id,
    payload: { id: booking.id, contact_id: contact.id, conversation_id: conversation.id },
  });
  if (number.owner_e164 === null) return;
  const { timeZone } = await workspaceOf(ctx);
  const at = booking.starts_at.getTime();
  const when = `${formatDate(at, timeZone)} at ${formatTime(at, timeZone)}`;
  await sendText(ctx, {
    to: number.owner_e164,
    body:
      `${displayName(contact)} (${conversation.customer_e164}) texted CANCEL, which opts out of texts. ` +
      `They may have meant their booking: ${booking.title}, ${when}. It still stands; please call them.`,
    purpose: "owner",
    sender: "system",
    phoneNumberId: number.id,
    bookingId: booking.id,
  });
}

async function reply(ctx: Ctx, text: KeywordText, template: string): Promise<void> {
  if (text.answeredByCarrier) return;
  const { name } = await workspaceOf(ctx);
  await sendText(ctx, {
    to: text.conversation.customer_e164,
    body: template.replaceAll("{business}", name).replaceAll("{number}", text.number.e164),
    purpose: "keyword",
    sender: "system",
    conversationId: text.conversation.id,
  });
}
