import { saidAfter } from "./sentences.ts";

const BEFORE =
  /(?:\b(?:not|except|excluding|avoid|never|isn't|wasn't|can't|couldn't|won't|don't|days? but|time but|all but|away|busy|unavailable|working|(?:have|got) to work|on holiday|out of town|tied up|rather than|instead of|other than|apart from|anything but|but not|too|wrong)(?: (?:do|make|be|come|want|need|have|really|like|work|free|available|possibly|it|that|to|the|this|next|on|at|for|in|any|keen on|sure about|home|here|there|around|back|able)){0,16})[\s·]*$/;
const TOO = /\btoo(?: (?:at|on|for|in))*[\s·]*$/;
const DOUBT = /\b(?:why|if|is|does|whether)\b/;
const DOUBTED = /\b(?:not|isn't|don't|can't)\b/;
const AFTER =
  /^(?:'s|s)?(?: (?:morning|afternoon|evening|at|is|was|it|the|that|appointment|slot|one|just|really|actually|now|then|a|bit|little)){0,4} ?(?:no good|not good|no longer|not (?:going to )?(?:work|possible|ideal|great|suit|convenient|right|what)|isn't (?:good|great|going|possible|ideal|right|convenient)|doesn't (?:work|suit|fit)|does not (?:work|suit|fit)|don't work|out\b(?! of)|so (?:i |we )?can't|won't (?:work|do|suit)|will not work|can't|is out|is bad|too (?:early|late|soon|far|long)|(?:is )?wrong)\b/;

/** True when the words around a mention rule it out: "not Friday", "Friday is no good", "instead of Friday". */
export function isNegated(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 48), start);
  const clause = before.slice(before.search(/(?<![^.!?;,])[^.!?;,]*$/));
  if (BEFORE.test(clause) && !TOO.test(clause) && !saidAfter(clause, DOUBT, DOUBTED)) {
    // "why don't we do Friday" and "can't we say 4" are proposals
    return !/\b(?:don't|can't|couldn't|won't) (?:we|you)\b/.test(clause);
  }
  const after = text.slice(end, end + 60);
  // "is 7 too early?" asks for 7
  if (/\bis[\s·]*$/.test(clause) && /^[^.!]{0,24}\?/.test(after)) return false;
  return AFTER.test(after.slice(0, after.search(/[.!?;,]|$/)));
}

/** "Not Thursday or Friday" rules out both: passes a refusal on to what is joined to it. */
export function spreadNegation<Mention extends { start: number; end: number; negated: boolean }>(
  mentions: Mention[],
  text: string,
): Mention[] {
  let refused = false;
  return mentions.map((mention, index) => {
    const last = mentions[index - 1];
    const joined =
      last !== undefined &&
      /^[\s·]*(?:or|nor|and|,)(?: (?:on|the|at))?[\s·]*$/.test(text.slice(last.end, mention.start));
    const listed = joined && refused && !/^[\s·]*,/.test(text.slice(last.end, mention.start));
    const affirmed = /^[^.!?,;]{0,4} (?:is|works|would|suits|will)\b/.test(
      text.slice(mention.end, mention.end + 24),
    );
    refused = mention.negated || (listed && !affirmed);
    return refused === mention.negated ? mention : { ...mention, negated: true };
  });
}
