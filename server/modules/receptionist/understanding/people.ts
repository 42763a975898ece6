import { isEmail } from "../../../emails.ts";

const EMAIL = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}/u;
const EMAILS = new RegExp(EMAIL, "gu");
const SPOKEN_EMAIL =
  /\b([a-z\d][a-z\d._-]{0,63}(?: dot [a-z\d]+)?) at ([a-z\d-]+(?: dot [a-z]{2,8}){1,3})\b/i;

const NAME =
  "([\\p{Lu}][\\p{L}'’-]{1,40}(?: (?:de |van |von |di |da |O['’])?[\\p{Lu}][\\p{L}'’-]{1,40}){0,3})";
const LOOSE_NAME = "(\\p{L}[\\p{L}'’-]{1,20}(?: \\p{L}[\\p{L}'’-]{1,20}){0,2})";
const CERTAIN =
  "(?:my (?:full |first )?name(?:'s| is|s)?|(?:^|[.,!?] )(?:the )?name(?:'s| is|:)|i am called|they call me|i go by|under the name(?: of)?|in the name of)";
const END =
  "(?=[.,!?;:]|$| (?:and|here|from|at|on|i|i'm|i'd|calling|speaking|by|but|my|please|thanks|in|with|again|who)\\b)";

const STRICT: RegExp[] = [
  new RegExp(
    `(?:[Mm]y (?:full |first )?[Nn]ame(?:['’]?s| is)?|(?:^|[.,!?] )(?:[Tt]he )?[Nn]ame(?:['’]?s| is|:)|[Uu]nder(?: the name(?: of)?)?|[Ii]n the name of) ${NAME}`,
    "u",
  ),
  new RegExp(
    `\\b(?:[Ii] ?['’]?[Aa]?m|[Ii] am|[Tt]his is|[Ii]t['’]?s|[Ii]t is|[Yy]ou['’]re speaking (?:to|with)|[Cc]all me) ${NAME}`,
    "u",
  ),
  new RegExp(`(?:^|[.,!?] )(?:[Hh]i|[Hh]ello|[Hh]ey)?,? ?${NAME} (?:here|speaking)\\b`, "u"),
  new RegExp(`(?:[Tt]hanks|[Tt]hank you|[Cc]heers|[Rr]egards),? ?[\\n,-] ?${NAME}[.! ]*$`, "u"),
];
const LOOSE: RegExp[] = [
  new RegExp(`(?:^|\\b)${CERTAIN} ${LOOSE_NAME}${END}`, "iu"),
  new RegExp(`\\b(?:i ?['’]?m|i am) (\\p{L}{2,15})(?=[.!]? *$|, | here\\b| from\\b| and i\\b)`, "iu"),
  new RegExp(`(?:^|[.,!?] )(?:hi |hello |hey )?(\\p{L}{2,15}) here\\b`, "iu"),
  new RegExp(`\\b(?:it['’]?s|this is) (\\p{L}{2,15}) (?:again|here|calling|speaking)\\b`, "iu"),
];

const NO_NAMES = new Set(
  (
    "a an the not so very really just still also here there free available around in at on out off away home back down up busy " +
    "sorry sure afraid interested happy glad good fine ok okay great well better best sick ill unwell late early ready done " +
    "desperate worried concerned confused stuck flexible easy open closed new old unsure certain able unable " +
    "looking calling ringing phoning texting writing wondering hoping trying having getting going after about only " +
    "leaking broken blocked urgent emergency ridiculous great terrible awful freezing flooded locked cold hot wet broken " +
    "my your his her our their this that it is was no yes yep yeah nope please thanks thank cheers hi hello hey monday tuesday wednesday " +
    "thursday friday saturday sunday today tomorrow january february march april may june july august september october " +
    "november december morning afternoon evening noon midday midnight i you we they he she me us someone somebody anyone " +
    "dr doctor its im thats id ive hmm um uh well cant wont mate buddy nah idk perfect correct right wrong all always never what when where how why who which cool nice lovely " +
    "dont can could would will should do does did have has had need want like make book cancel move change for from to " +
    "if and or but as of with because cause gonna going been being one two three four five six seven eight nine ten " +
    "actually just only instead also another maybe probably possible impossible important too much many any some over under near next last first second robot " +
    "bot ai human person real people man woman customer tenant landlord owner plumber electrician nobody everyone water gas"
  ).split(" "),
);

/** Turns "it's jo" into "Jo", keeping capitals people chose themselves. */
function tidy(name: string): string {
  return name
    .split(" ")
    .map((word) => (/\p{Lu}/u.test(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(" ");
}

function plausible(name: string | undefined): string | undefined {
  // "Tom's wife" is not Tom
  if (/['’]s$/.test(name ?? "")) return undefined;
  const words: string[] = [];
  for (const word of (name ?? "").replace(/[’]/g, "'").replace(/'$/, "").split(" ")) {
    if (NO_NAMES.has(word.toLowerCase().replace(/'/g, ""))) break;
    words.push(word);
  }
  const first = words[0];
  if (!first || (/ing$/i.test(first) && first.length > 5)) return undefined;
  return tidy(words.join(" "));
}

const ASKED =
  /\b(?:your (?:full |first )?name|who am i (?:speaking|talking|chatting)|who's (?:calling|speaking)|who is (?:calling|speaking|this)|name (?:please|for|should)|what should i call you|name can i)\b/i;

/** The name a person gives; a bare "Sam Jones" counts when the assistant has just asked for it. */
export function readName(text: string, previousText = ""): string | undefined {
  const shouting = text === text.toUpperCase();
  for (const pattern of shouting ? [] : STRICT) {
    const name = plausible(pattern.exec(text)?.[1]);
    if (name) return name;
  }
  for (const [index, pattern] of LOOSE.entries()) {
    const name = plausible(pattern.exec(text)?.[1]);
    // "i'm knackered" looks just like "i'm sam": without capitals only short words or an asked question settle it
    if (
      name &&
      ((index !== 1 && index !== 3) ||
        ASKED.test(previousText) ||
        !/(?:ed|ing|ly|able|ful|ous|y|en|less|ic|ive|est)$/i.test(name))
    )
      return name;
  }
  if (!ASKED.test(previousText)) return undefined;
  const bare =
    /^(?:(?:yes|yeah|sure|ok|hi|it's|its|that's|um|certainly),? )?([\p{L}'’-]+(?: [\p{L}'’-]+){0,3})(?=[.,!]|$| and\b| please\b| thanks\b| mate\b)/iu.exec(
      text.trim(),
    );
  return plausible(bare?.[1]);
}

/** The first e-mail address, written or spelled out ("jo at example dot com"), in lower case; none if mail could not go there. */
export function readEmail(text: string): string | undefined {
  const written = EMAIL.exec(text)?.[0];
  const spoken = written ? undefined : SPOKEN_EMAIL.exec(text);
  const address = spoken ? `${spoken[1]}@${spoken[2]}`.replaceAll(/ dot /gi, ".") : written;
  return address && isEmail(address) ? address.toLowerCase() : undefined;
}

/** Blanks e-mail addresses, keeping the length of the text. */
export function hideEmails(text: string): string {
  return text.replace(EMAILS, (found) => " ".repeat(found.length));
}
