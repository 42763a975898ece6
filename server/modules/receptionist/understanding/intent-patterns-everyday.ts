import type { IntentPattern } from "./intent-patterns.ts";

/** "Yes" in its many spellings, as the opening of an answer. */
const YES =
  "(?:y|ye|yes|yes+|yess+|yep|yup|yeah|yea|yeh|ya|yah|yer|yas|yesh|ja|aye|uh[ -]?huh|mm?-?hm+|sure(?: thing)?|surely|ok|okay|oki|okey|okie(?: dokie)?|okey dokey|k|kk|alright|all right|right|righto|rightio|fine|correct|exactly|absolutely|definitely|certainly|of course|indeed|perfect|great|awesome|brilliant|lovely|excellent|wonderful|fantastic|fab|cool|sweet|nice|good|super|magic|ace|beauty|cheers yes|roger|affirmative|agreed|deal|done|please do(?!n)(?=[ ,.!]|$)(?! not)|go ahead|go for it|do it|do that|book it|book that|confirm(?:ed)?|totally|no worries|no problem|no probs|too easy|that's (?:it|right|correct|fine|good|great|perfect|ok|okay|the one|lovely|ideal|grand|nice|wonderful|alright)|that is (?:right|correct|fine|good|great|perfect|ok)|very good|very well|yes ?sir|yessir|for sure|i guess(?: so)?|i suppose(?: so)?|if you must|si|oui|let's go|go on(?: then)?|bet|by all means|why not|you bet)";
const NO =
  "(?:n|no|nope|no way|not a chance|(?:absolutely|definitely|certainly|of course|probably|hell|heck|oh) (?:not|no)|nah|naw|nay|noo+|no+|na|negative|never|not (?:really|today|yet|now|at the moment|right now|this time|quite|interested|at all|that one|for me|exactly|correct|right)|no thanks|no thank you|no ta|nothing|none|never ?mind|wrong|incorrect)";

/** Intents of ordinary conversation, after the pressing ones. Order is rank. */
export const EVERYDAY_PATTERNS: IntentPattern[] = [
  {
    intent: "price",
    any: [
      /\bhow (?:much|expensive|dear|pricey|costly)\b(?! (?:time|longer|notice|later|earlier|water|space|room|of))/,
      /\b(?:price|prices|priced|pricing|cost|costs|costing|ballpark|charge|charges|charging|quote|quotes|quotation|estimate|estimates|fee|fees|tariff|price ?list|call[ -]?out (?:fee|charge)|hourly|per hour|discount|deposit|cheap|cheaper|cheapest|expensive|afford|rates?(?! (?:as|him|her|this|it|\d))|set (?:me|us) back|surcharge|do i owe|what's the damage|rough figure)\b/,
    ],
    unless: [/\bin charge\b/, /\bcharge(?:r| (?:my|the) (?:phone|car))\b/, /\bno matter the cost\b/],
  },
  {
    intent: "hours",
    any: [
      /\b(?:opening|business|office|working|trading|shop|store|work|operating) (?:hours|times)\b|\byour (?:\w+ )?hours\b|\bhours of (?:operation|business)\b|\bwhat hours\b/,
      /\b(?:what time|when|how late|how early|till when|until when|til when)\b[^.!?]{0,20}\b(?:you|the (?:shop|office|salon|place|store)|they)\b[^.!?]{0,16}\b(?:open|close|shut|start|finish|knock off|shut up shop)\b/,
      /\b(?:are|r) (?:you|u|they|you guys|you lot|yous)\b(?: guys| lot| all)?[^.!?]{0,16}\b(?:open|closed|shut)\b|\b(?:do|will) (?:you|they)\b(?! have)[^.!?]{0,12}\b(?:open|close)\b(?! (?:slot|spot|space|appointment|time))|\b(?:you|u) open\b|^open (?:on |today|tomorrow|·|now|late)/,
      /\bdo (?:you|u|they|you guys|your (?:guys|plumbers|team)) (?:work|operate|do|come out)\b[^.!?]{0,12}\b(?:weekends?|saturdays?|sundays?|mondays?|holidays?|bank holidays?|public holidays?|nights?|evenings?|late|24\/7|after hours|·+)/,
      /\b(?:closing|opening) (?:time|hour)\b|\b24\/7\b|\b24 hours?\b(?! notice)/,
    ],
  },
  {
    intent: "service_area",
    any: [
      /\b(?:do|does|can|could|will|would) (?:you|u|they|you guys|your (?:team|guys|plumbers?)|someone)\b(?: guys| also| still| ever)? (?:cover|service|serve|travel|come (?:out |over |all the way |as far )?(?:to|as far)|go (?:out )?(?:to|as far)|work (?:in|around|near|out)|operate in|deliver to|reach|get (?:out )?to|visit)\b(?! (?:weekends?|saturdays?|sundays?|evenings?|me at (?:\d|·)|the phone|someone|a plumber|nights?|mornings?))/,
      /\bservice area\b|\b(?:what|which) (?:areas?|suburbs?|towns?|postcodes?|zip codes?|parts|neighbou?rhoods?)\b|\b(?:in|cover|serve|serving|servicing) (?:my|our|this|the|these) (?:area|suburb|town|neck of the woods|postcode|region)\b|\b(?:how far|too far)\b[^.!?]{0,20}\b(?:travel|come|go|out|away)\b|\bare you (?:based|located|local|near|around|anywhere near|close to)\b|\bwhere(?:'s| are| is)\b[^.!?]{0,10}\b(?:you|your|you guys)\b[^.!?]{0,12}\b(?:based|located|office|shop)?\b|\b(?:out|outside) (?:of )?your area\b|\bnear me\b|\bare you (?:guys )?(?:in|near) (?!a\b|an\b|charge|today|tomorrow|business|on\b|·|trouble|touch)[a-z]+|\bam i in\b[^.!?]{0,10}\barea\b/,
    ],
  },
  {
    intent: "decline",
    any: [
      new RegExp(
        `^(?:(?:oh|um+|ah|well|hmm+|sorry|actually|ooh|ugh|er+),? ){0,2}${NO}(?=[ ,.!?;:-]|$)(?! (?:problem|worries|probs|bother|need to (?:apologi|worry)|(?:hot )?(?:water|heating|heat|power|pressure|electricity)|one|idea|preference|rush|hurry|later|earlier|matter|doubt|thing|sooner|more))`,
      ),
      /^(?:👎|🚫|❌|✋)/u,
      /\b(?:that|it|this|those|none|neither|which|time|day|date|slot|·+)(?: time| day| date| one| slot| of (?:those|them|these))?(?: really| just)? (?:doesn't|don't|does not|won't|will not|wouldn't|isn't going to|aren't going to|didn't) (?:work|suit|do|fit|be (?:possible|any good))\b/,
      /\b(?:i'd|i would) rather not\b|\bi don't (?:want|think so|like|need) (?:to|it|that|so|one|this|any)\b|\bi don't think so\b|\bnone of (?:those|them|these|the)\b|\bneither(?: of| works|[.! ]*$)|\bnever ?mind\b|\bnot interested\b|\bthat's (?:not|wrong|incorrect|no good|too)\b|\b(?:that's|that is|it's|is) (?:no good|not (?:right|correct|good|what|possible|going))\b|\bi'm (?:good|all right|alright|ok),? (?:thanks|thank you)\b|\bleave it\b(?! (?:open|at|with|to))|\bi'll pass\b|\bno (?:thanks|thank you)\b|\bmaybe (?:later|another time|next time)\b|\blet me (?:think|check|ask|see|get back|talk)\b|\bthink about it\b|\bnot sure (?:that|it|this|if)\b|\b(?:don't|do not) (?:book|confirm|schedule|do (?:it|that))\b|^(?:sorry,? )?(?:i |we )?can't (?:do|make|come)\b|\bi(?:'ll| will) think about it\b/,
    ],
    unless: [/^no (?:that's|that is|thats) (?:fine|great|good|perfect|ok)\b/],
  },
  {
    intent: "confirm",
    any: [
      new RegExp(
        `^(?:(?:oh|uh+|er+m?|um+|ah|hell|heck|well|hmm+|and|then|hey|hi|hello|so|great|ok|okay|thanks|cheers),? ){0,2}${YES}(?=[ ,.!?;:-]|$)(?! (?:morning|afternoon|evening|day|night|bye|luck|not\\b|how|we should|i should|now|away|after|before|question|if (?:i|you)|no\\b|but no\\b))`,
      ),
      /^\s*(?:👍|👌|✅|🙌|💯|🆗|✔|☑|🤙|🤝)/u,
      /\b(?:sounds?|looks?|seems?|all|that'?s|that is|that'd be|that would be|it'?s|that one is|would be|will be|is|are|suits?|(?<!what)'s)(?: just| really| very| absolutely| all| totally| pretty| super| so| like)? ?(?:good|great|fine|perfect|ok|okay|ideal|lovely|brilliant|awesome|excellent|wonderful|nice|spot on|right|correct|alright|all right|swell|grand|fab|a plan|fantastic|amazing|cool)\b/,
      /\b(?:that|this|it|which|time|day|one|slot|option|options|·+|\d{1,2}(?::\d\d)?(?: [ap]m| o'clock)?)(?:'ll| will| would| should| does| really| also| totally| can)?(?: really| all| just| both| totally)? (?:works?|suits?|do|does|fits?|be (?:good|great|fine|perfect|lovely|ideal|ok))\b|\b(?:either|both|any|whichever|whatever|all)(?: one| time| day| of (?:them|those|these))? (?:works?|is (?:fine|good|ok|okay|great)|are (?:fine|good|ok|great)|suits?|will do|would work|do)\b|^works? (?:for|with|great|fine|well|perfectly)|\bworks for (?:me|us)\b|\b(?:suits|does) (?:me|us|fine|the job)\b|\bthat'll (?:work|do)\b|^(?:that )?works[.! ]*$/,
      /\b(?:please )?(?:go ahead|go for it|please do(?=[.,! ]|$)(?! not)|let's do (?:it|that|this|the)|let's go (?:with|for|ahead)|let's (?:book|lock) (?:it|that)|book (?:it|that|me in|us in|this|me|them)(?=[.!,]|$| (?:please|now|then|in))|lock (?:it|that) in|do (?:it|that) (?:please|for me)|put me (?:down|in)|sign me up|pencil me in|i'll take (?:it|that|the|this)|i will take|we'll take|i'll have|i'll go (?:with|for)|happy (?:with|to)|count me in|i(?:'d| would) (?:love|like|appreciate) (?:that|it)\b(?=[.,! ]|$)|i (?:really )?(?:like|love) (?:that|it|this)(?: one)?(?=[.,! ]|$)|i would(?: please)?[.! ]*$|i(?:'d| would) like to[.! ]*$|yes please|i confirm|i agree|i accept|approved|see you (?:then|there|at|on|·))/,
    ],
    unless: [
      /\b(?:not|isn't|doesn't|don't|won't|wouldn't|nothing|none|neither)\b[^.!?,]{0,14}\b(?:good|great|fine|perfect|ok|okay|right|correct|works?|suits?|ideal|book)\b/,
      /^(?:is|are|will|would|does|do|can|could)\b[^.!]*\?$/,
    ],
  },
  {
    intent: "availability",
    any: [
      /\b(?:avail\w*|avaliable|vacanc\w+|(?:free|open|spare) (?:slots?|spots?|times?|days?|appointments?|spaces?)|openings?|(?:any|got|have|what|which|other|more|some|next|first|earliest|soonest|a|another|is there) (?:\w+ )?(?:slots?|spots?|gaps?|openings?|space|appointments? (?:left|free|open|going|on|at|for|this|next|today|tomorrow|·)))\b/,
      /\b(?:is|are|'s)(?: there| it| you| he| she| they| anyone| someone| anything| anybody|·+| the [\w ]{1,12}|\d\S{0,12})?[^.!?]{0,30}\b(?:free|open|taken|possible|vacant|doable)\b[^.!]{0,40}(?:\?|$)/,
      /\b(?:when|what (?:time|times|day|days|date|dates)|how soon|how quickly|which days?|what's the (?:earliest|soonest|next|first))\b[^.!?]{0,24}\b(?:can|could|would|are|do|is|will|might|have|come|suit|earliest|soonest)\b[^.!?]{0,24}\b(?:you|someone|somebody|they|he|she|i|we|anyone|plumber|doctor|appointment|slot|available|come|next|get|there|possible)\b/,
      /\bwould\b[^.!?]{0,30}\b(?:work|be (?:possible|ok|okay|available|free|any good))\b[^.!]{0,20}\?|\b(?:do|have) you (?:have |got )(?:[\w·]+ ){0,3}(?:appointments?|times?|slots?)\b/,
      /^(?:right )?now(?: please| if possible)?[.!?]*$|\bas early as\b/,
      /\b(?:asap|right now|right away|straight away|immediately|(?:the )?latest you can|as soon as (?:possible|you can|ye can)|(?:the )?(?:earliest|soonest|next|first) (?:available|possible|appointment|slot|time|you)|soonest|earliest|fit (?:me|us) in|squeeze (?:me|us) in|slot me in|(?:any|some) ?thing (?:on|at|for|around|in|after|before|next|this|earlier|later|sooner|today|tomorrow|else|·+)|any (?:chance|time|day)s?\b[^.!]{0,30}\?|(?:do|can) (?:you|they) (?:have|do)\b[^.!]{0,30}·)/,
    ],
    unless: [
      /^(?:what|when|where) (?:time|are you|do you|does)\b[^.!?]{0,14}\b(?:open|close|shut|based|located)\b/,
      /(?:^|\?)(?=[^?]*$)[^?]*?\bi(?:'m| am)(?: only)? (?:free|available)\b/,
    ],
  },
  {
    intent: "change",
    any: [
      /\b(?:actually|instead|rather than|on second thoughts?|(?:changed|change) (?:my |of )?(?:mind|that|it|this)|scratch that|correction|i me(?:an|ant)|my mistake|i messed up|wrong (?:time|date|day|one)|make (?:it|that) (?!so\b|quick)|should (?:actually )?be|hold on|no,? wait|wait,? no|let's make|now that i think|thinking about it|come to think|i'd rather|i would rather|would prefer|switch to|(?:change|swap|switch|move|update)\b[^.!?]{0,30}\bto\b|different (?!kettle)\w+|better if|would be better|is better)\b/,
    ],
  },
];
