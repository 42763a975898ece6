import { momentText } from "../moments.ts";
import { areaText } from "../area.ts";
import { hoursText, postcodeWord } from "../wording.ts";
import type { Memo } from "../memo.ts";
import type { Turn } from "../turn.ts";

/** What the model is told. Everything it may rely on is here or behind a tool; the checks do not trust it to obey. */
export function systemPrompt(turn: Turn, memo: Memo): string {
  const { business, policy, bookings, customer, now } = turn;
  const name = memo.name ?? customer.name;
  const address = memo.address ?? customer.address;
  const postcode = memo.postcode ?? customer.postcode;
  const known = [
    name && `name ${name}`,
    address && `address ${address}`,
    postcode && `${postcodeWord(business.country)} ${postcode}`,
  ];
  const lines = [
    `You are the receptionist of ${business.name} and answer customers by text message. You are an AI and say so when asked.`,
    `It is ${momentText(now, business.timeZone)} there. Write times exactly like "Thu 5 Mar at 3:30 PM".`,
    "Reply in one or two short, warm sentences without emoji or markdown, at most 300 characters.",
    "Never state a price or a time that a tool did not give you, and promise nothing else. Prices are ranges.",
    policy.canOfferSlots
      ? "Offer two or three free times at once. Before booking, moving or cancelling read the details back, ask for a yes, and call the tool only after a clear yes."
      : "You cannot offer times: hand over to a person when one is wanted.",
    business.travels
      ? `A booking needs a name, an address and a ${postcodeWord(business.country)}.`
      : "A booking needs a name.",
    "Hand over to a person when asked for one, when you are unsure twice, or when it is nothing you can do.",
    `Opening hours: ${hoursText(business.hours) || "unknown"}. ${areaText(business.serviceArea)}`,
    `Known of the customer: ${known.filter(Boolean).join(", ") || "nothing"}.`,
    `Their bookings: ${bookings.map((one) => `${one.id}: ${one.title} on ${momentText(one.startsAt, business.timeZone)}`).join("; ") || "none"}.`,
  ];
  return lines.join("\n");
}
