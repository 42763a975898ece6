/**
 * The gate before everything that goes to a number or an address a stranger typed (docs/decisions/0018-unproven-recipients.md).
 * Whoever sends there asks `refuseUnproven` in the transaction in which it takes the message for sending.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { MessageChannel } from "../../workspace/settings/settings.ts";
import { countriesTexted, isDearNumber, isNumberOf } from "./reachable-numbers.ts";
import { countSend, isProven, lockSends, sentSince, wasCounted } from "./unproven-sends.store.ts";

/** What may leave for people who have proven nothing, in 24 hours. */
export const unprovenLimits = {
  /** To one number or address. */
  toRecipient: 4,
  /** About one booking, to everybody together. */
  forBooking: 24,
  /** Different numbers and addresses one booking leads to. */
  recipientsOfBooking: 9,
  /** In all, for one business. */
  inAll: { sms: 400, email: 1000 } satisfies Record<MessageChannel, number>,
};

const dayMs = 24 * 60 * 60 * 1000;

export type Refusal = {
  reason: "number_not_texted" | "country_not_texted" | "recipient_limit" | "booking_limit" | "business_limit";
  explanation: string;
};

/** Why a number in E.164 is not texted for a stranger, whatever has been sent; undefined when it may be. */
export async function refuseNumber(
  ctx: Ctx,
  e164: string,
  alsoIn?: string | null,
  proven?: boolean,
): Promise<Refusal | undefined> {
  if (isDearNumber(e164)) {
    return {
      reason: "number_not_texted",
      explanation: "premium, satellite and service numbers are not texted",
    };
  }
  const countries = [...countriesTexted(await workspaceOf(ctx)), ...(alsoIn ? [alsoIn] : [])];
  if (isNumberOf(countries, e164) || (proven ?? (await isProven(ctx, "sms", e164)))) return undefined;
  return {
    reason: "country_not_texted",
    explanation: `numbers outside ${countries.join(", ")} are not texted before they have texted us (front_desk.messaging.countries)`,
  };
}

/**
 * Why a message may not leave for a recipient a stranger named, or undefined when it may; then it is counted, and under the
 * same key it is not counted again. Whoever has proven that a number or an address is theirs is not limited.
 */
export async function refuseUnproven(
  ctx: Ctx,
  send: {
    key: string;
    channel: MessageChannel;
    to: string;
    bookingId?: string | undefined;
    /** A country that is texted besides the business's own: of the number that was called, say. */
    alsoIn?: string | null;
  },
): Promise<Refusal | undefined> {
  const { key, channel, bookingId } = send;
  const recipient = channel === "email" ? send.to.trim().toLowerCase() : send.to;
  const proven = await isProven(ctx, channel, recipient);
  const number = channel === "sms" ? await refuseNumber(ctx, recipient, send.alsoIn, proven) : undefined;
  if (number) return number;
  if (proven) return undefined;
  await lockSends(ctx);
  if (await wasCounted(ctx, key)) return undefined;
  const counted = { key, channel, recipient, bookingId };
  const sent = await sentSince(ctx, counted, new Date(ctx.now.getTime() - dayMs));
  const limits = unprovenLimits;
  if (sent.toRecipient >= limits.toRecipient) {
    return limited("recipient_limit", `${limits.toRecipient} a day to one recipient`);
  }
  if (sent.forBooking >= limits.forBooking) {
    return limited("booking_limit", `${limits.forBooking} a day about one booking`);
  }
  if (sent.others >= limits.recipientsOfBooking) {
    return limited("booking_limit", `${limits.recipientsOfBooking} recipients of one booking`);
  }
  if (sent.inAll >= limits.inAll[channel]) {
    return limited("business_limit", `${limits.inAll[channel]} a day in all`);
  }
  await countSend(ctx, counted);
  return undefined;
}

function limited(reason: Refusal["reason"], limit: string): Refusal {
  return { reason, explanation: `no more than ${limit}, as long as nobody has shown that it is theirs` };
}
