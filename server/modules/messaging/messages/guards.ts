/**
 * What may keep a text from leaving. Each guard is a small function that answers undefined (nothing against it) or a
 * decision with its reason; the first decision stands. Which guards a text meets follows from its purpose:
 *
 * - every text: the messaging entitlement, and an active number to send from;
 * - every text to a customer but the answer to a keyword: the opt-out, and a number that can take texts;
 * - texts the program writes of its own accord (text-back, reply, notice): a finished lead, loops with another robot, a
 *   person who took over, the text-back window, quiet hours, the business-hours policy;
 * - reminders, birthday wishes and what is said after a no-show: quiet hours. They wait until these end, and if the
 *   appointment will have begun by then they do not leave at all; such a reminder is planned for the evening before.
 *   Confirmations, cancellations and notices of being late answer something that was just done and wait for nothing.
 *
 * docs/texts.md says the same to those who run the business.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { parsePhone } from "../../../phones.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { isDearNumber } from "../recipients/reachable-numbers.ts";
import { refuseUnproven } from "../recipients/recipients.ts";
import { wantsNoTexts } from "../opt-outs/opt-outs.ts";
import { latestLeadIsTerminal } from "./terminal-lead.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import type { Conversation } from "../conversations/conversation.ts";
import { isOpen, quietUntil } from "./business-hours.ts";
import { countAutomatic, latestMessages, sentSince } from "./messages.store.ts";
import type { Purpose, Sender } from "./message.ts";
import { robotSigns } from "./robots.ts";

/** What the guards look at. */
export type Subject = {
  purpose: Purpose;
  sender: Sender;
  toE164: string;
  workspace: WorkspaceRow;
  number: PhoneNumber | undefined;
  contact: Contact | undefined;
  conversation: Conversation | undefined;
  /** The latest instant at which the text still makes sense. */
  sendBefore: Date | undefined;
  /** A person asked for this very text just now (handed it back, released it): who speaks is not in question. */
  byPerson: boolean;
};

/** held: kept for a person to look at · suppressed: dropped · deferred: leaves at `until`. */
export type Decision = {
  guard: string;
  decision: "held" | "suppressed" | "deferred";
  reason: string;
  explanation: string;
  until?: Date;
};

type Guard = (ctx: Ctx, subject: Subject) => Promise<Decision | undefined> | Decision | undefined;

/** The first decision against a text, or undefined when it may leave now. */
export async function decide(ctx: Ctx, subject: Subject): Promise<Decision | undefined> {
  for (const guard of guardsFor(subject)) {
    const decision = await guard(ctx, subject);
    if (decision) return decision;
  }
  return undefined;
}

const patient: readonly Purpose[] = ["reminder", "birthday", "no_show", "rebooking"];
const automatic: readonly Purpose[] = ["text_back", "reply", "notice"];

/** Whether the program writes this text of its own accord. */
export function isAutomatic({ purpose, sender }: { purpose: Purpose; sender: Sender }): boolean {
  return automatic.includes(purpose) && sender !== "employee";
}

/** Whether a text waits for the end of quiet hours. */
export function keepsQuietHours(subject: { purpose: Purpose; sender: Sender }): boolean {
  return patient.includes(subject.purpose) || isAutomatic(subject);
}

function guardsFor(subject: Subject): readonly Guard[] {
  const { purpose } = subject;
  const always: Guard[] = [entitlement, senderNumber, approvedNumber];
  if (purpose === "owner" || purpose === "keyword") return always;
  const toCustomer: Guard[] = [...always, optOut, reachable];
  if (patient.includes(purpose)) return [...toCustomer, quietHours];
  if (!isAutomatic(subject)) return toCustomer;
  return [
    ...toCustomer,
    terminalLead,
    takenOver,
    robots,
    dailyLimit,
    textBackWindow,
    unprovenCaller,
    quietHours,
    businessHours,
  ];
}

export const entitlement: Guard = (_ctx, { workspace }) =>
  workspace.settings.messaging.enabled
    ? undefined
    : suppressed(
        "entitlement",
        "messaging_disabled",
        "Outbound messaging is switched off for this business.",
      );

const senderNumber: Guard = (_ctx, { number }) =>
  number ? undefined : suppressed("number", "no_number", "The business has no number to send from.");

export const approvedNumber: Guard = (_ctx, { number }) =>
  number?.status === "ACTIVE"
    ? undefined
    : suppressed("number", "number_not_active", `The number is ${number?.status ?? "missing"}, not ACTIVE.`);

export const optOut: Guard = async (ctx, { contact, toE164 }) =>
  (await wantsNoTexts(ctx, toE164, contact))
    ? suppressed("opt_out", "opted_out", "The customer opted out of texts.")
    : undefined;

const reachable: Guard = (_ctx, { toE164 }) => {
  if (parsePhone(toE164)?.kind === "landline") {
    return suppressed("number", "landline", "The customer's number is a landline, which takes no texts.");
  }
  return isDearNumber(toE164)
    ? suppressed("number", "number_not_texted", "Premium, satellite and service numbers are not texted.")
    : undefined;
};

/** A caller's number can be forged: who has never texted us gets a few text-backs a day, and none abroad. */
const unprovenCaller: Guard = async (ctx, { purpose, toE164, number, conversation }) => {
  if (purpose !== "text_back") return undefined;
  const refusal = await refuseUnproven(ctx, {
    key: `text_back:${conversation?.id ?? toE164}:${ctx.requestId}`,
    channel: "sms",
    to: toE164,
    alsoIn: number?.country ?? null,
  });
  return refusal && suppressed("recipient", refusal.reason, `${refusal.explanation}.`);
};

export const terminalLead: Guard = async (ctx, { contact, byPerson }) =>
  contact && !byPerson && (await latestLeadIsTerminal(ctx, contact.id))
    ? suppressed("terminal_lead", "terminal_lead", "The lead is won or lost: automation has stopped.")
    : undefined;

export const takenOver: Guard = (_ctx, { conversation, purpose, byPerson }) =>
  conversation?.state === "human_active" && purpose === "reply" && !byPerson
    ? held("taken_over", "human_active", "A person has taken this conversation over.")
    : undefined;

const robots: Guard = async (ctx, { conversation, purpose, byPerson }) => {
  if (!conversation || byPerson || purpose === "text_back") return undefined;
  if (conversation.robot_suspected_at) {
    return held(
      "loop",
      "robot_suspected",
      "The other side looked like a machine; hand the thread back to go on.",
    );
  }
  const signs = robotSigns(await latestMessages(ctx, conversation.id, 40), ctx.now);
  return signs ? held("loop", "robot_suspected", `This looks like another machine: ${signs}.`) : undefined;
};

/** How many texts the program writes to one customer in a day of its own accord; a loop that nothing else sees ends here. */
export const mostAutomaticADay = 60;

const dailyLimit: Guard = async (ctx, { conversation, byPerson }) => {
  if (!conversation || byPerson) return undefined;
  const since = new Date(ctx.now.getTime() - 24 * 60 * 60_000);
  return (await countAutomatic(ctx, conversation.id, since)) >= mostAutomaticADay
    ? held("loop", "too_many_texts", `${mostAutomaticADay} texts were written to this customer within a day.`)
    : undefined;
};

const textBackWindow: Guard = async (ctx, { purpose, conversation, workspace }) => {
  if (purpose !== "text_back") return undefined;
  const { enabled, window_minutes: minutes } = workspace.settings.text_back;
  if (!enabled) return suppressed("text_back", "text_back_disabled", "Texting back is switched off.");
  if (!conversation) return undefined;
  const since = new Date(ctx.now.getTime() - minutes * 60_000);
  return (await sentSince(ctx, conversation.id, "text_back", since))
    ? suppressed(
        "text_back",
        "duplicate_text_back",
        `A text-back already went out within ${minutes} minutes.`,
      )
    : undefined;
};

export const quietHours: Guard = (ctx, { workspace, sendBefore }) => {
  const until = quietUntil(workspace.settings.quiet_hours, workspace.timeZone, ctx.now);
  if (!until) return undefined;
  if (sendBefore && until >= sendBefore) {
    return suppressed(
      "quiet_hours",
      "quiet_until_too_late",
      "Quiet hours last until the text would have come too late.",
    );
  }
  return {
    guard: "quiet_hours",
    decision: "deferred",
    reason: "quiet_hours",
    explanation: "Quiet hours: the text leaves when they end.",
    until,
  };
};

const businessHours: Guard = async (ctx, { workspace }) => {
  const policy = workspace.settings.after_hours;
  if (policy === "AIONLY" || (await isOpen(ctx, workspace))) return undefined;
  return policy === "QUEUE_FOR_HUMAN"
    ? held("business_hours", "queued_for_human", "The business is closed: the text waits for a person.")
    : suppressed(
        "business_hours",
        "closed_with_message",
        "The business is closed: only the closing message goes.",
      );
};

function suppressed(guard: string, reason: string, explanation: string): Decision {
  return { guard, decision: "suppressed", reason, explanation };
}

function held(guard: string, reason: string, explanation: string): Decision {
  return { guard, decision: "held", reason, explanation };
}
