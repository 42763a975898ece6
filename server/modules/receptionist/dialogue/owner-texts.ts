/**
 * The owner answers customers from their own phone by texting the business number. Each text begins with the number that came with what
 * they were told about the customer (owner-codes.ts):
 * - "4711 On my way" goes to that customer, and the owner is told so;
 * - "4711 AI" hands the conversation back to the receptionist;
 * - a text without such a number goes to nobody: the owner is told the numbers there are;
 * - after three wrong numbers in ten minutes nothing is passed on for a while, and the owner is told that, too. Somebody else may be guessing.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation, ConversationState } from "../../messaging/conversations/conversation.ts";
import { cancelWaiting } from "../../messaging/messages/messages.store.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import { findDialogue } from "./dialogue.store.ts";
import { handBack } from "./hand-over.ts";
import { forgetOwnerCodes, ownerCode } from "./owner-codes.ts";
import { callerText, tellOwner } from "./owner.ts";

const PREFIX = /^\s*#?(\d{4})\b\s*[:,-]?\s*/;
const HAND_BACK =
  /^(?:(?:hand |give |over )?(?:it )?(?:back )?(?:over )?(?:to )?(?:the )?(?:ai|bot|receptionist))[.! ]*$/i;

/** Whose turn it is to be answered comes first. */
const ranks: ConversationState[] = [
  "owner_window",
  "human_active",
  "escalated",
  "ai_active",
  "scheduled",
  "texted",
  "abandoned",
];

export async function onOwnerText(
  ctx: Ctx,
  { number, body }: { number: PhoneNumber; body: string },
): Promise<void> {
  const threads = await openThreads(ctx, number);
  const prefix = PREFIX.exec(body);
  const thread = prefix ? threads.find(({ owner_code: code }) => code === prefix[1]) : undefined;
  const text = prefix ? body.slice(prefix[0].length).trim() : "";
  const said = await toldLately(ctx, number);
  // Looked at, the right number among many wrong ones would be found in the end.
  if (said.filter((one) => one.startsWith(wrongNumber)).length >= mostGuesses) return;
  if (prefix && !thread) return refuseGuess(ctx, number, threads, said);
  if (!thread || text === "") return askWhom(ctx, number, threads, said);
  if (HAND_BACK.test(text)) return handBackByText(ctx, number, thread);
  await answerCustomer(ctx, number, thread, text);
}

const mostNamed = 5;
const notSent = "Not sent.";
const wrongNumber = "Not sent: that number is nobody's.";
const mostAsked = 3;
const mostGuesses = 3;
const latelyMinutes = 10;

/** A number that is none of them may be a guess: what it was meant to be is another one from now on. */
async function refuseGuess(
  ctx: Ctx,
  number: PhoneNumber,
  threads: readonly Thread[],
  said: readonly string[],
): Promise<void> {
  await forgetOwnerCodes(ctx);
  const guesses = said.filter((one) => one.startsWith(wrongNumber)).length + 1;
  const outcome =
    guesses < mostGuesses
      ? await namesOf(ctx, threads)
      : `It was the third wrong one: for ${latelyMinutes} minutes no text from your phone is passed on. If these were not yours, somebody sends in your name; answer in the app meanwhile: ${ctx.app.baseUrl}`;
  await tellOwner(ctx, number, `${wrongNumber} ${outcome}`);
}

async function askWhom(
  ctx: Ctx,
  number: PhoneNumber,
  threads: readonly Thread[],
  said: readonly string[],
): Promise<void> {
  // A phone that answers by itself would go on for ever.
  if (said.filter((one) => one.startsWith(notSent)).length >= mostAsked) return;
  await tellOwner(ctx, number, `${notSent} ${await namesOf(ctx, threads)}`);
}

/** Who can be answered right now, and with which number. */
async function namesOf(ctx: Ctx, threads: readonly Thread[]): Promise<string> {
  const [first, ...others] = threads.slice(0, mostNamed);
  if (!first) return "There is no customer to pass this on to right now.";
  const named: string[] = [];
  for (const thread of [first, ...others]) {
    const contact = thread.contact_id ? await findContact(ctx, thread.contact_id) : undefined;
    named.push(`${await ownerCode(ctx, thread.id)} for ${callerText(contact, thread.customer_e164)}`);
  }
  return `Start with the number of who it is for: ${named.join(", ")}. AI behind it hands them back to the receptionist.`;
}

/** What the owner was told within the last ten minutes. */
async function toldLately(ctx: Ctx, number: PhoneNumber): Promise<string[]> {
  const rows = await ctx.db
    .from("sms_messages")
    .select("body")
    .where("to_e164", "=", number.owner_e164 ?? "")
    .where("purpose", "=", "owner")
    .where("created_at", ">", new Date(ctx.now.getTime() - latelyMinutes * 60_000))
    .execute();
  return rows.map(({ body }) => body);
}

type Thread = Conversation & { owner_code: string | null };

/** Threads of the number that may be answered, the most pressing first, the latest of equals first. */
async function openThreads(ctx: Ctx, number: PhoneNumber): Promise<Thread[]> {
  const rows = (await ctx.db
    .from("sms_conversations")
    .selectAll()
    .where("phone_number_id", "=", number.id)
    .where("state", "in", ranks)
    .orderBy("last_inbound_at", (order) => order.desc().nullsLast())
    .orderBy("id", "desc")
    .limit(200)
    .execute()) as Conversation[];
  if (rows.length === 0) return [];
  const codes = await ctx.db
    .from("receptionist_dialogues")
    .select(["conversation_id", "owner_code"])
    .where(
      "conversation_id",
      "in",
      rows.map(({ id }) => id),
    )
    .execute();
  const codeOf = new Map(codes.map((one) => [one.conversation_id, one.owner_code]));
  return rows
    .map((row) => ({ ...row, owner_code: codeOf.get(row.id) ?? null }))
    .toSorted((a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state));
}

async function answerCustomer(
  ctx: Ctx,
  number: PhoneNumber,
  thread: Conversation,
  text: string,
): Promise<void> {
  const contact = thread.contact_id ? await findContact(ctx, thread.contact_id) : undefined;
  await cancelWaiting(ctx, thread.id, ["reply", "notice"], "taken_over");
  const taken = await setConversationState(ctx, thread, "human_active", "owner_replied");
  const sent = await sendText(ctx, {
    to: taken.customer_e164,
    body: text,
    purpose: "manual",
    sender: "employee",
    conversationId: taken.id,
    phoneNumberId: number.id,
    ...(taken.contact_id ? { contactId: taken.contact_id } : {}),
  });
  const dialogue = await findDialogue(ctx, taken.id);
  if (dialogue?.lead_id) {
    await addLeadEvent(ctx, dialogue.lead_id, { type: "owner_replied", summary: "The owner answered" });
  }
  const who = callerText(contact, taken.customer_e164);
  const outcome =
    sent.status === "queued"
      ? `Sent to ${who}.`
      : `Your text did not go to ${who}: ${sent.reason ?? sent.status}.`;
  await tellOwner(ctx, number, outcome);
}

async function handBackByText(ctx: Ctx, number: PhoneNumber, thread: Conversation): Promise<void> {
  const contact = thread.contact_id ? await findContact(ctx, thread.contact_id) : undefined;
  await handBack(ctx, thread, "owner");
  await tellOwner(ctx, number, `The receptionist has ${callerText(contact, thread.customer_e164)} again.`);
}
