import type { Intent } from "./understanding.ts";

/** An intent is heard when one of `any` matches and none of `unless` does. Order is rank: most pressing first. */
export type IntentPattern = { intent: Intent; any: RegExp[]; unless?: RegExp[] };

const AI =
  "(?:ro?bots?|bots?|chat ?bots?|a\\.?i\\.?|machines?|computers?|automated (?:system|service|thing|assistant)?|recordings?|virtual (?:assistant|agent)|chat ?gpt|algorithms?|programs?|answering machine)";
const HUMAN =
  "(?:person|human(?: being)?|someone|somebody|anyone|anybody|agent|operator|representative|rep|manager|owner|boss|receptionist|secretary|staff(?: member)?|member of (?:the )?(?:staff|team)|colleague|plumber|technician|engineer|electrician|stylist|doctor|real one|people|supervisor)";
const VISIT =
  "(?:appointment|booking|visit|reservation|slot|job|call ?out|session|it|this|that|one|mine|us|me|thing|time|meeting|order)";
const INSULT =
  "(?:idiots?|morons?|imbeciles?|cretin|stupid|useless|worthless|pathetic|dumb|dumbass|retard(?:ed)?|scum|bitch|bastards?|cunts?|assholes?|arseholes?|twats?|wankers?|dickheads?|pricks?|shitheads?|fuckers?|motherfuckers?|tossers?|clowns?|thick|crooks?|thieves)";

export const PATTERNS: IntentPattern[] = [
  {
    intent: "emergency",
    any: [
      /\b(?:burst|bursting|busted|ruptured|exploded)\b[^.!?]{0,30}\b(?:pipes?|main|mains|tank|boiler|geyser|cylinder|radiator|hose|tap|heater)\b|\b(?:pipe|main|tank|boiler|geyser|cylinder|water heater|radiator|hose)s?\b[^.!?]{0,24}\b(?:burst|bursting|busted|exploded|blown)\b/,
      /\bwater\b[^.!?]{0,30}\b(?:everywhere|pouring|gushing|flooding|spraying|all over|through the|shooting|rushing|coming (?:in|down|through)|streaming)\b|\b(?:gushing|pouring|spraying|spewing)\b[^.!?]{0,24}\bwater\b/,
      /\b(?:flood(?:ed|ing|s)?|under ?water)\b|\binch(?:es)? of water\b|\b(?:water )?main(?: line)? (?:break|broke|broken|burst)\b|\bwater\b[^.!?]{0,12}\bwon't stop\b|\brotten eggs?\b/,
      /\bgas\b[^.!?]{0,20}\b(?:smell|smells|smelling|leak|leaks|leaking|escape)\b|\b(?:smell|smells|smelling|smelt|leaking|leak|hiss|whiff)\b[^.!?]{0,20}\bgas\b/,
      /\bcarbon monoxide\b|\bco (?:alarm|detector)\b/,
      /\b(?:sparks?|sparking|smoking|smoke|burning smell|smell of burning|electrocuted|electric shock|exposed (?:wire|wires|wiring)|live wires?)\b(?! (?:plugs?|alarm))/,
      /\b(?:is|it's|caught|are|house|kitchen)\b[^.!?]{0,12}\bon fire\b|\b(?:there's|there is) (?:a )?fire\b/,
      /\bsewage\b|\b(?:toilet|drain|sewer|bath|sink)s?\b[^.!?]{0,20}\b(?:overflowing|overflowed|flowing over|backing up|backed up)\b|\boverflowing (?:toilet|drain|sewer)/,
      /\bceiling\b[^.!?]{0,24}\b(?:collaps\w+|coming down|caving|caved|fell|falling|bulging|dripping|leaking|sagging)\b/,
      /\b(?:an?|is|it's|its|real|this|my|major|complete|proper)\b[^.!?]{0,12}\bemergency\b|^emergency\b|\bemergency[!.]|\bemergency (?:here|at|situation)\b|\bsos\b|\b(?:911|999)\b/,
      /\b(?:chest pain|can't breathe|unconscious|not breathing|bleeding (?:heavily|badly|a lot)|heart attack|stroke|seizure|overdose|suicidal|kill myself)\b/,
      /\bno (?:heating|heat|hot water|water|power|electricity)\b[^.!?]{0,40}\b(?:baby|newborn|elderly|freezing|infant|disabled|vulnerable|children|kids)\b/,
      /\b(?:child|baby|kid|toddler|dog|son|daughter)\b[^.!?]{0,20}\b(?:locked|trapped|stuck) (?:in|inside)\b|\btrapped (?:in|inside)\b/,
    ],
    unless: [
      /\b(?:not|isn't|no|wasn't|hardly)\b[^.!?]{0,16}\b(?:an? )?emergency\b/,
      /^(?![^]*\b(?:burst|gas leak|everywhere)\b)[^]*\b(?:do you|what|how much|your|are you)\b[^.!?]{0,30}\b(?:emergency|emergencies|flood damage)\b[^.!]{0,30}\?/,
      /\bemergency (?:rate|rates|fee|charge|contact|number|price|exit)\b/,
    ],
  },
  {
    intent: "abuse",
    any: [
      new RegExp(
        `\\b(?:fuck|f\\*+k?|screw|damn|sod|stuff|piss) (?:you|off|u|yourself|yourselves|this company)\\b|\\bgo to hell\\b|\\bget (?:stuffed|fucked|lost)\\b|\\bshut (?:up|it)\\b|\\beat shit\\b|\\bdrop dead\\b|\\bgo die\\b`,
      ),
      new RegExp(
        `\\b(?:you|you're|youre|ur|your|u|are|is this|this is|yous)\\b (?:all |are |such |a |an |bunch of |bloody |fucking |so |complete |total |absolute |just |really |lot of |is |people ){0,4}${INSULT}\\b`,
      ),
      new RegExp(
        `\\b(?:stupid|useless|dumb|fucking|idiotic|shitty|crappy|worthless|bloody) (?:${AI}|people|company|lot|idiots?|moron|cow|bitch|thing|assistant|service|business)\\b`,
      ),
      /\b(?:bitch|cunts?|assholes?|arseholes?|twats?|wankers?|dickheads?|motherfuckers?|shitheads?|morons?|idiots|idiot)\b/,
      /\bi(?:'ll| will|'m going to| am going to) (?:kill|hurt|find|smash|beat|stab|burn)\b[^.!?]{0,12}\b(?:you|u|your)\b|\byou(?: guys| people| all)? suck\b|\b(?:bull ?shit|horse ?shit)\b|\bkill yourself\b|\bkys\b/,
    ],
  },
  {
    intent: "stop_asking_ai",
    any: [
      new RegExp(
        `\\b(?:don't|do not|not|won't|refuse|rather not|never)\\b[^.!?]{0,24}\\b(?:talk|talking|speak|speaking|deal|dealing|chat|chatting|text|texting|interact|be (?:handled|answered))\\b[^.!?]{0,14}\\b${AI}\\b`,
      ),
      new RegExp(
        `\\bno (?:more )?${AI}\\b|\\b(?:hate|sick of|tired of|fed up with|can't stand)\\b[^.!?]{0,24}\\b${AI}\\b|\\bstop (?:using|with|sending|the)\\b[^.!?]{0,16}\\b${AI}\\b`,
      ),
      new RegExp(`\\bdon't want (?:any |an? |the |your |this |some )?${AI}\\b`),
      new RegExp(`\\b(?:turn off|switch off|disable|without) (?:the |this |your |an? |any )?${AI}\\b`),
      /\bstop (?:asking|texting|messaging|contacting|calling|emailing|bothering|spamming|writing|replying|sending)\b|^(?:stop|stop ?all|unsubscribe|opt out|end|quit)[.! ]*$|\bleave me alone\b|\bopt (?:me )?out\b|\bunsubscribe\b|\b(?:remove|take) (?:me|my number)\b[^.!?]{0,12}\b(?:from|off)\b|\bdon't (?:text|message|contact|email) me\b/,
    ],
  },
  {
    intent: "person",
    any: [
      new RegExp(
        `\\b(?:speak|talk|talking|speaking|chat|put me (?:through|on)|connect(?: me)?|transfer(?: me)?|pass me|patch me|get me|reach|get hold of|hand me(?: over)?)\\b[^.!?]{0,24}\\b(?:an? |the |your |some |to |with |actual |real |live |human |another )*${HUMAN}\\b`,
      ),
      new RegExp(
        `\\b(?:real|actual|live|proper) (?:person|human(?: being)?|people|one)\\b|^(?:a |an |the )?(?:human|person|agent|operator|representative|receptionist|manager)(?: please| now)?[.! ]*$|\\b(?:someone|somebody|anyone|anybody) (?:real|human)\\b|\\bhuman (?:please|being|now|agent|operator)\\b`,
      ),
      new RegExp(
        `\\b(?:can|could|would|will|please have|have|get|need|want|ask)\\b[^.!?]{0,16}\\b(?:${HUMAN})\\b[^.!?]{0,12}\\b(?:call|ring|phone|contact|speak to|talk to|get back to)\\b`,
      ),
      /\b(?:someone|somebody|anyone|anybody|person|human)\b[^.!?]{0,12}\b(?:talk|speak|chat) (?:to|with)\b/,
      /\b(?:call|ring|phone|buzz) me(?: back)?(?: (?:on|at|when|later|asap|please|tomorrow|today|as|now|in|this|after|about|instead|back))?(?=[.,!?· ]*$| (?:on|at|when|later|asap|please|tomorrow|today|as|now|in|this|after|about|back|·))|\bgive me a (?:call|ring|bell|buzz|tinkle)\b|\bcall ?back\b/,
      /\b(?:speak|talk|chat) (?:to|with) (?:[a-z]+) (?:directly|personally|himself|herself)\b|\bis (?:the (?:owner|boss|manager)|[a-z]+) (?:there|in|around)\b(?=[?.! ]*$)|\bleave a message (?:for|with)\b|\b(?:have|get) a (?:quick )?(?:word|chat) with\b|\bcan (?:we|i) (?:talk|speak|chat)\b/,
    ],
    unless: [
      new RegExp(
        `\\bare (?:you|u)\\b[^.!?]{0,16}\\b(?:real|actual|human)\\b|\\bis (?:this|that|it)\\b[^.!?]{0,12}\\b(?:real|actual|human)\\b|\\bam i (?:talking|speaking|chatting)\\b`,
      ),
    ],
  },
  {
    intent: "are_you_ai",
    any: [
      new RegExp(
        `\\b(?:are|r) (?:you|u)\\b[^.!?]{0,20}\\b(?:${AI}|human|real|person|automated|artificial)\\b(?! (?:available|free))`,
      ),
      new RegExp(
        `\\b(?:is|am|was) (?:this|it|that|i)\\b[^.!?]{0,34}\\b(?:${AI}|human(?: being)?|real|actual person|real person|person|automated)\\b[^.!]{0,16}(?:\\?|$)`,
      ),
      new RegExp(
        `\\b(?:you're|you are|youre|this is|you sound like|you must be|sounds like)\\b (?:just |clearly |obviously |not )?(?:an? )?${AI}\\b|^(?:an? )?${AI} ?\\?|^(?:are )?(?:you|u) (?:an? )?${AI}\\b`,
      ),
    ],
  },
  {
    intent: "cancel",
    any: [
      /\b(?:cancel|cancelling|canceling|cancelled|canceled|cancellation|cxl)\b/,
      new RegExp(
        `\\bcall(?:ing)? (?:off (?:the|my|our)|(?:${VISIT}|the \\w+) off)\\b|\\b(?:scrap|drop|bin|delete|remove) (?:the|my|our|that|this|it)\\b(?: ${VISIT})?`,
      ),
      /\b(?:no longer|don't|do not|won't|not) (?:need|want|require|be needing)\b[^.!?]{0,14}\b(?:it|you|the|that|this|my|appointment|anymore|any more|to come|visit|booking)\b(?! (?:to be|until|at))/,
      /\b(?:forget|nix) (?:it|about (?:it|the|my)|the (?:whole|appointment|booking))\b/,
      /\b(?:can't|can not|won't be able to|unable to|not able to|not going to|couldn't|not gonna) (?:be able to )?(?:make|keep|attend|come|be there|get there|do)\b(?! (?:a |an |any )?(?:payment|sense|appointment for))[^.!?]{0,30}\b(?:it|that|appointment|booking|·+|anymore|today|tomorrow|after all|visit|slot|time)\b|\bcan't (?:come|attend)\b/,
      /\b(?:don't|do not|no need to|needn't) (?:come|bother|send)\b/,
      /\b(?:someone else|another plumber|neighbour|my (?:dad|husband|brother|mate))\b[^.!?]{0,20}\b(?:fixed|sorted|did|done)\b|\b(?:it's|its|problem|issue)\b[^.!?]{0,12}\b(?:fixed|sorted|resolved) (?:itself|now|already)\b/,
    ],
    unless: [
      /\b(?:don't|do not|not|without|never)\b[^.!?]{0,10}\bcancel/,
      /\bcancellation (?:policy|fee|charge)/,
      /\b(?:if i|can i still) cancel/,
    ],
  },
  {
    intent: "reschedule",
    any: [
      /\b(?:reschedul\w*|rebook\w*|rearrang\w*|postpon\w*|put (?:it|that|this|my \w+|the \w+) off|rain ?check)\b/,
      new RegExp(
        `\\b(?:move|moving|push|pushing|shift|shifting|switch|switching|swap|swapping|bring|bringing|bump|delay|delaying|slide)\\b (?:my |the |our |that |this |his |her )?(?:[\\w' ]{0,18} )?(?:${VISIT}|·+|\\d\\S*)(?=[ .,!?]|$)|\\b(?:push|move|bring|put|knock|shift)\\b[^.!?]{0,24}\\b(?:back|forward|forwards|out|up)\\b`,
      ),
      new RegExp(
        `\\b(?:change|changing|alter|amend|update|adjust|modify)\\b (?:my |the |our |that |this )?(?:[\\w' ]{0,16} )?(?:appointment|booking|visit|reservation|slot|time|date|day)\\b`,
      ),
      /\b(?:different|another|other|new|alternative) (?:day|date|time|slot|week)\b(?! of)/,
      /\b(?:can't|won't be able to|unable to|not able to|not going to) (?:be able to )?(?:make|keep|come|do|attend)\b[^.!?]{0,30}\b(?:it|that|appointment|booking|·+|today|tomorrow|time|slot)\b/,
      /\bsomething(?:'s| has)? (?:come|came) up\b|\brunning (?:[\w' ]{1,24} )?late\b|\b(?:can|could) (?:we|i|you) do (?:it )?(?:later|earlier|another)\b|\b(?:come|come round|do it) (?:earlier|later|sooner) (?:than|instead)\b/,
    ],
    unless: [
      /\bnot (?:move|change|reschedul)/,
      /\bwithout (?:moving|changing)/,
      /\bmoving (?:house|home|in|out|into)\b/,
    ],
  },
];
