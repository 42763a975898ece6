import { areaText, covers } from "../area.ts";
import { durationText, hoursText, postcodeWord, priceText, servicesText } from "../wording.ts";
import { listText, momentText } from "../moments.ts";
import { findAfter, saidAfter } from "../../understanding/sentences.ts";
import { hears, servicesMeant, team } from "./talk.ts";
import type { Talk } from "./talk.ts";

/** Answers what was asked about prices, hours, area and who is speaking; the sentences go before the next step. */
export function answerQuestions(talk: Talk): void {
  const { text } = talk;
  if (hears(talk, "are_you_ai") || asksWho.test(text)) answerWho(talk);
  if (asksPrice(talk)) answerPrice(talk);
  if (asksHowLong(talk)) answerHowLong(talk);
  if (hears(talk, "hours")) answerHours(talk);
  if (asksWhere(text) && !talk.turn.business.travels) {
    talk.answers.push(`I don't have the address to hand; ${team(talk)} can tell you.`);
  } else if (hears(talk, "service_area") || asksAboutPostcode(talk)) answerArea(talk);
  if (asksWhen(text) && !hears(talk, "reschedule", "cancel", "hours")) answerWhen(talk);
  if (saidAfter(text, /\bwhy\b/i, /\b(?:address|name|post ?code|zip)\b/i)) {
    talk.answers.push("It's so that we know who and where to come to.");
  }
  if (hears(talk, "price")) return;
  if (asksWhat.test(text)) talk.answers.push(whatWeDo(talk));
  else if (asksIfWeDo.test(text) && !talk.heard.service && !hears(talk, "service_area", "hours")) {
    const names = servicesText(talk.turn.business.services);
    talk.answers.push(
      `I can't see that on our list; ${team(talk)} can tell you.${names ? ` I can book ${names}.` : ""}`,
    );
  }
}

/** A price, also in "and for a drain?" after one. */
export function asksPrice(talk: Talk): boolean {
  const { heard, text, previous } = talk;
  if (hears(talk, "price")) return true;
  return (
    heard.service !== undefined &&
    (heard.date ?? heard.time ?? heard.window) === undefined &&
    /^(?:and|what about|how about|or)\b[^.!]{0,40}\?/i.test(text.trim()) &&
    /\bper (?:job|hour|visit)\b/.test(previous.split(/\b[AP]M\b/).at(-1) ?? "")
  );
}

const asksWho =
  /^(?:(?:hi|hello|hey|sorry|um),? )?(?:who(?:'s| is|s) (?:this|that)|who (?:are|r) (?:you|u))\b/i;
const asksWhere = (text: string): boolean =>
  /\bwhat(?:'s| is) (?:the|your) address\b/i.test(text) ||
  saidAfter(text, /\bwhere(?:'s| are| is)\b/i, /\b(?:you|u|your|salon|shop|clinic|office|based|located)\b/i);
const asksWhen = (text: string): boolean =>
  asksIfStill.test(text) ||
  saidAfter(
    text,
    /\b(?:what (?:time|day)|when)\b/i,
    /\b(?:my (?:appointment|booking|visit)|(?:am i|i'm) booked|are you coming|is it booked)\b/i,
  );
const asksIfStill =
  /\b(?:is (?:it|that|my \w+|everything)|are (?:we|you)) still (?:ok|okay|on|good|booked|coming|happening|fine)\b/i;
const asksWhat = /\bwhat (?:else )?(?:services?|do you (?:do|offer)|can you do|sort of (?:work|things))\b/i;
const asksIfWeDo =
  /\b(?:do|can) (?:you|u|you guys) (?:guys )?(?:also )?(?:do|offer|fit|install|sell|supply)\b(?! (?:it|that|this|me|anything|something|·|\d|today|tomorrow|mon|tue|wed|thu|fri|sat|sun|half|quarter|mornings?|evenings?|weekends?|earlier|later|the))/i;

/** "How long does it take?", not "how long have you been in business?" or "how long until you come?" */
export function asksHowLong({ text }: Talk): boolean {
  return (
    saidAfter(text, /\bhow long\b/i, /\b(?:take|takes|last|lasts|need|be|is it|is the|is a|for)\b/i) &&
    !saidAfter(text, /\bhow long\b/i, /\b(?:been|until|till|before|wait|ago|get (?:here|there))\b/i)
  );
}

function answerHowLong(talk: Talk): void {
  const [service, ...others] = servicesMeant(talk);
  if (!service || others.length > 0) {
    talk.answers.push(`How long it takes depends on the job; ${team(talk)} can tell you more.`);
  } else talk.answers.push(`We set aside ${durationText(service.durationMinutes)} for ${service.name}.`);
}

function answerWhen({ turn, answers }: Talk): void {
  const coming = turn.bookings.map(
    ({ title, startsAt }) => `${title} on ${momentText(startsAt, turn.business.timeZone)}`,
  );
  answers.push(
    coming.length > 0
      ? `You're booked for ${listText(coming, "and")}.`
      : "I can't find a coming booking under this number.",
  );
}

/** Says so when there was a question we have no answer to. */
export function admitOpenQuestion(talk: Talk): void {
  if (!/\p{L}/u.test(talk.text)) return;
  const asks = talk.text.includes("?") || talk.heard.intents.every((intent) => intent === "question");
  if (talk.answers.length > 0 || !hears(talk, "question") || !asks) return;
  talk.answers.push(`I can't answer your question here; ${team(talk)} is the best to ask.`);
}

// "What about LS6 2AB?" after talk of where we work.
function asksAboutPostcode({ heard, memo, text }: Talk): boolean {
  return heard.postcode !== undefined && memo.awaiting !== "details" && !heard.address && text.includes("?");
}

function answerWho(talk: Talk): void {
  const { turn, memo, answers } = talk;
  const yes = hears(talk, "are_you_ai") ? "Yes, I'm" : "This is";
  answers.push(`${yes} the AI assistant for ${turn.business.name}. I can get a person if you'd rather.`);
  memo.disclosed = true;
}

// "How much for a perm?" where there are no perms.
const PRICE_WORD = /\b(?:how much|prices?|costs?|charges?|quote|estimate)\b/i;
const THING = /\b(?:for|to|of|is|are|on)\b((?: [\p{L}'-]+)+)/iu;
const NO_THING = new Set(
  "a an the my our your some any it that this these those them one be is are will would to for of on in you u me us do doing get getting have having come coming out someone somebody visit appointment job work service services going roughly about please pls usually all then and going cost charge much thursday friday monday tuesday wednesday saturday sunday today tomorrow per hour first know if ask what whats how i need want like looking fix sort done look at there here ok thanks again exactly approximately total".split(
    " ",
  ),
);

// A new boiler is not a boiler service.
const NEW_THING =
  /\b(?:new(?! (?:customer|client|patient|here|to))|replac\w+|install\w*|fit(?:ting)?|supply)\b/i;

function namesSomethingElse({ heard, text }: Talk): boolean {
  if (NEW_THING.test(text) && !NEW_THING.test(heard.service?.name ?? "")) return true;
  if (heard.service) return false;
  if (/\b(?:deposit|call[- ]?out (?:fee|charge))\b/i.test(text)) return true;
  const words = findAfter(text, PRICE_WORD, THING)?.[1]?.trim().toLowerCase().split(/\s+/) ?? [];
  return words.some((word) => !NO_THING.has(word));
}

function answerPrice(talk: Talk): void {
  const { turn, answers, text } = talk;
  if (/\b(?:discounts?|cheaper|money off|special offers?|deals?|vouchers?)\b/i.test(text)) {
    answers.push(`I can't agree discounts here; ${team(talk)} is the one to ask.`);
    return;
  }
  if (namesSomethingElse(talk)) {
    answers.push(`I don't have a price for that; ${team(talk)} can tell you what it would cost.`);
    return;
  }
  const { services, currency } = turn.business;
  const meant = servicesMeant(talk);
  const asked = meant.length > 0 ? meant : services.filter(({ price }) => price).slice(0, 3);
  const ranges = asked.map((one) => priceText(one, currency)).filter((one) => one !== undefined);
  talk.priced = ranges.length > 0;
  if (ranges.length === 0) {
    answers.push(`I don't have a price to give you here; ${team(talk)} can tell you what it would cost.`);
    return;
  }
  answers.push(`${listText(ranges, "and")}.`);
  if (
    turn.policy.priceRangesOnly &&
    /\b(?:exact\w*|precise\w*|fixed|final|how much exactly|guarantee\w*|firm)\b/i.test(text)
  ) {
    answers.push("I can only give a range by text, as it depends on the job.");
  }
}

function answerHours({ turn, answers }: Talk): void {
  const hours = hoursText(turn.business.hours);
  answers.push(hours ? `We're open ${hours}.` : "I don't have the opening hours to hand.");
}

function answerArea(talk: Talk): void {
  const { turn, memo, answers } = talk;
  const { serviceArea, country } = turn.business;
  const { postcode } = memo;
  const served = postcode ? covers(serviceArea, postcode) : undefined;
  if (postcode && served === true) answers.push(`Yes, we cover ${postcode}.`);
  else if (postcode && served === false) {
    answers.push(`Sorry, ${postcode} is outside the area we cover.`);
    delete memo.postcode;
  } else {
    const known = areaText(serviceArea);
    const unsure = postcode
      ? ` I can't tell from here if that takes in ${postcode}, so ${team(talk)} will confirm it.`
      : ` What's your ${postcodeWord(country)}?`;
    if (!known) answers.push(`I'm not sure how far we travel; ${team(talk)} can tell you.`);
    else answers.push(`${known}.${postcode || serviceArea.postcodes.length > 0 ? unsure : ""}`);
  }
}

/** What we can do, for somebody who has not said what they want. */
export function whatWeDo({ turn }: Talk): string {
  const { services } = turn.business;
  if (services.length === 0) return "What can we do for you?";
  return `We do ${servicesText(services)}. What do you need, and when would suit?`;
}
