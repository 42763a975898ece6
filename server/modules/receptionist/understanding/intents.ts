import { type IntentPattern, PATTERNS } from "./intent-patterns.ts";
import { EVERYDAY_PATTERNS } from "./intent-patterns-everyday.ts";
import type { Intent } from "./understanding.ts";

const CLOSING_PATTERNS: IntentPattern[] = [
  {
    intent: "book",
    any: [
      /\b(?:book|books|booking|schedule|scheduling|appointments?|reserve|reservation|arrange|organi[sz]e|set (?:me |it |us |something |one )?up|set (?:the|an?) |pencil|fit (?:me|us) in|slot me in|sign me up)\b/,
      /\b(?:need|needs|want|wants|wanting|would like|'d like|would love|'d love|wish|after|looking for|looking to|like to|hoping to|must|should|have to|got to|gotta|require|request|trying to|going to|will|prefer|try)\b[^.!?]{0,24}\b(?:an?|some|to (?:see|visit|get|have|go|come|book|make|consult|try|fix)|see|visit|go|get|someone|somebody|my|the|this one|that one|your help|help|this|that|it|you to|consult)\b/,
      /\b(?:come|pop|swing|drop|stop) (?:out|round|around|over|by|in|and (?:look|fix|see|have|take))\b|\bsend (?:someone|somebody|a|an|over|out|your)\b|\b(?:take|have) a look\b|\bhave (?:someone|somebody|a \w+) (?:come|look|out)\b|\bcan (?:you|u|someone|somebody|one of)\b[^.!?]{0,20}\b(?:come|fix|repair|install|replace|help|look|do|sort|unblock|clear|fit|find|service|clean|make|get|book|put|visit)\b|\b(?:could|would|will) (?:you|someone|somebody)\b[^.!?]{0,20}\b(?:come|fix|repair|install|replace|help|look|sort|unblock|clear|fit|find|service|clean|make|visit)\b/,
      /\b(?:fix|fixing|fixed|repair|repairing|repaired|install|installed|installing|replace|replacing|replaced|unblock|unblocked|serviced|looked at|seen to|sorted)\b/,
      /\b(?:leak|leaks|leaking|leaky|drip|drips|dripping|blocked|clogged|broken|broke|cracked|faulty|stopped working|packed (?:in|up)|conked|won't (?:drain|flush|start|turn|stop|heat|light|work|fire|open|close)|(?:isn't|not|doesn't|hasn't|aren't) (?:working|work|draining|flushing|heating|coming|turning|been working)|no (?:hot water|heating|heat|water|power|pressure)|running constantly|low pressure|noisy|banging|rattling|tripping|keeps? (?:tripping|leaking|running|cutting|going|blocking)|toothache|tooth ache|aching|hurts?|sore|in pain|feel some|unwell)\b/,
      /\b(?:make|get|find|give|do) (?:me|us|my|an?|the)\b[^.!?]{0,24}\b(?:appointment|booking|reservation|slot|visit|one|doctor|dentist|plumber|salon|time|stylist|somebody|someone|haircut)\b|\b(?:let's|i'll|i will|we'll|i can) (?:go|take|choose|pick|do|book|have|try|come)\b|\b(?:make|put) (?:one|it|me|us)\b|^(?:an? )?\w+ appointment\b|\bhelp me\b|\b(?:need|want) (?:this|that|one|it|your)\b|\b(?:looking|look|search|searching) (?:for|to|in)\b|\b(?:find|locate|show|recommend|get)\b (?:me |us )?(?:an?|one|some|another|more|somewhere|the)\b|\b(?:need|want|like) (?:one|something|somewhere|another)\b/,
    ],
    unless: [
      /\bno appointment\b/,
      /^(?:please )?(?:don't|do not) (?:book|schedule)\b/,
      /^(?:no,? )?(?:thanks|thank you)[^.!?]{0,20}(?:all|everything|help)/,
    ],
  },
  {
    intent: "thanks",
    any: [
      /\b(?:thanks?|thank (?:you|u)|thanx|thx|tnx|ty|tysm|cheers|ta|appreciate|appreciated|much obliged|grateful|legend|lifesaver|life saver|you've been (?:great|helpful|very helpful)|very helpful|bless you)\b|🙏/u,
    ],
    unless: [/\bno thanks to\b/],
  },
  {
    intent: "goodbye",
    any: [
      /\b(?:bye|goodbye|good bye|bye[- ]bye|see (?:you|ya)|cya|later mate|catch you later|talk (?:soon|later|to you)|good night|goodnight|take care|ta[- ]?ta|ttyl|so long|farewell|cheerio|over and out)\b|\bhave (?:a|an) (?:\w+ )?(?:good|nice|great|lovely|wonderful|pleasant|blessed|one|day|evening|weekend|morning|afternoon)\b/,
      /\b(?:that's|that is|that was|that'll be|that will be|that would be|thats|will be) (?:really |about |probably )?(?:all|it|everything)\b(?! (?:good|right|fine|ok|wet|over|broken|flooded|leaking|day|·|about|possible|possible|available|at|in|on|the|still|too|free|open|not|a|an))|\bnothing (?:else|more|further)\b|\b(?:i'm|im|we're) (?:all (?:set|good|done)|done|good)\b|\ball (?:set|done|good)(?: for now| thanks| then)?[.! ]*$|\bno,? that's (?:all|it|fine)\b/,
    ],
  },
  {
    intent: "greeting",
    any: [
      /^(?:oh )?(?:hi+|hello+|hullo|hey+|heya|hiya|good (?:morning|afternoon|evening|day)|g'?day|howdy|yo|greetings|hola|hallo|morning(?=[ !,.]*(?:$|all|guys|mate|there|team|i\b|just|can|could|have|my))|afternoon(?=[ !,.]*(?:$|all|guys|mate|there|team|just))|evening(?=[ !,.]*(?:$|all|guys|mate|there|team|just))|what'?s up|sup|wassup|ello|how(?:'s it going| are you| are things| do you do))(?=[ ,.!?]|$)|👋/u,
    ],
  },
];

const ALL: IntentPattern[] = [...PATTERNS, ...EVERYDAY_PATTERNS, ...CLOSING_PATTERNS];
const ALL_SAID =
  /\b(?:that's|that is|that was|that'll be|that will be|thats) (?:really |about )?(?:all|it|everything)\b|\bnothing (?:else|more|further)\b/;
const QUESTION =
  /\?|^(?:(?:hi|hello|hey|ok|okay|so|and|also|yes|no|sure|great|thanks|thank you|sounds good|perfect)[,.!]? )?(?:what|where|when|who|whose|which|why|how|do(?! (?:it|not|that)\b)|does|did|is|are|was|can(?!')|could(?! be)|would|will|should|have|has|am)\b|[.!] (?:what|where|who|which|why|how|do|does|is it|are they|are there|is there)\b/;

/** What the rest of the message carries, as far as it says something about the intent. */
type IntentHints = {
  scheduled: boolean;
  chosen: boolean;
  service: boolean;
  closing: boolean;
  refused: boolean;
};

/** Ranked intents of a normalised text: what presses most comes first, pleasantries last. */
export function readIntents(text: string, hints: IntentHints): Intent[] {
  const found = ALL.filter(
    ({ any, unless }) =>
      any.some((pattern) => pattern.test(text)) && !(unless ?? []).some((pattern) => pattern.test(text)),
  ).map(({ intent }) => intent);
  const has = (intent: Intent): boolean => found.includes(intent);
  const drop = (intent: Intent): void => {
    if (has(intent)) found.splice(found.indexOf(intent), 1);
  };
  const insert = (intent: Intent): void => {
    if (has(intent)) return;
    const at = found.findIndex((one) => one === "thanks" || one === "goodbye" || one === "greeting");
    found.splice(at < 0 ? found.length : at, 0, intent);
  };

  if (hints.chosen && !has("decline")) insert("confirm");
  const wantsDifferent = has("cancel") && has("reschedule");
  if (
    wantsDifferent &&
    !/\b(?:rebook|reschedul|another|different|new)/.test(text) &&
    /\bcancel|call (?:it|the|my|that)|forget|no longer\b/.test(text)
  )
    drop("reschedule");
  else if (wantsDifferent) {
    // "can't make it" is an offer to move before it is a cancellation
    drop("cancel");
    found.splice(found.indexOf("reschedule") + 1, 0, "cancel");
  }
  if (has("decline") && has("confirm"))
    drop(/^(?:no|nope|nah|negative|never|not|n)\b/.test(text) ? "confirm" : "decline");
  if (has("goodbye") && has("confirm") && ALL_SAID.test(text) && !hints.scheduled) drop("confirm");
  // "no" to "anything else?" ends the conversation
  if (hints.closing && has("decline") && !hints.scheduled && !has("goodbye")) found.push("goodbye");
  if (hints.refused && !has("cancel") && !has("reschedule") && !has("confirm") && !has("decline"))
    found.unshift("decline");
  const acts = found.some(
    (intent) => !["thanks", "goodbye", "greeting", "change", "question"].includes(intent),
  );
  if (!acts && (hints.scheduled || hints.service)) insert("book");
  if (QUESTION.test(text)) insert("question");
  return found.length > 0 ? found : ["unknown"];
}
