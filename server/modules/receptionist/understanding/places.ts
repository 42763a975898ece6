const STREET_TYPES =
  "street|st|road|rd|avenue|ave|av|lane|ln|drive|drv|dr|close|cl|court|crt|ct|crescent|cres|cr|place|pl|terrace|tce|terr|way|boulevard|blvd|parade|pde|grove|gr|gardens|gdns|square|sq|highway|hwy|hill|mews|row|walk|circuit|cct|esplanade|rise|view|circle|cir|parkway|pkwy|trail|alley|quay|wharf|green|park|path|loop|broadway|embankment|vale|strand";
const UNIT =
  "(?:(?:flat|unit|apartment|apt|suite|shop|level|house|villa|lot|studio|room) ?(?:no\\.? ?)?#?[\\da-z]{1,5},? ?(?:of |at )?)";
const NOT_STREET =
  "am|pm|on|at|for|in|and|or|o'clock|today|tomorrow|that|this|my|your|i|i'm|it's|it|is|would|will|works?|please|can|be|thanks|if|so|to|with|see|the|by|any|same|from|no|not|we|you|monday|tuesday|wednesday|thursday|friday|saturday|sunday|minutes?|hours?|days?|weeks?|years?|people|miles?|km";
const WORD = "[\\p{L}\\d][\\p{L}\\d'’.-]*";
const ADDRESS = new RegExp(
  `(?<![\\d:.$£€/])\\b(${UNIT}?(?:\\d{1,4}[a-z]?\\/)?\\d{1,5}[a-z]?(?:-\\d{1,5})?,? (?:(?!(?:${NOT_STREET})\\b)${WORD} ){1,4}?(?:${STREET_TYPES})\\b\\.?(?!\\p{L})(?: (?:NW|NE|SW|SE)\\b)?)((?:,? ?(?:unit|apt|flat|#) ?[\\da-z]{1,4}\\b)?(?:,? \\p{L}[\\p{L}'’-]+){0,3})`,
  "iu",
);
const THE_PLACE = /\b(\d{1,4}[a-zA-Z]? The (?:\p{Lu}\p{L}+)(?: \p{Lu}\p{L}+)?)/u;
const PERIODS = /^(?:\d{1,2}) (?:in the|this|tomorrow|minutes|hours|days|weeks|o'clock|people|of)\b/i;

const UK =
  /\b(GIR ?0AA|[A-PR-UWYZ](?:[A-HK-Y]?\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]))(\s?)(\d[ABD-HJLNP-UW-Z]{2})\b/i;
const US_STATES =
  "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC";
const AU_STATES = "NSW|VIC|QLD|SA|WA|TAS|ACT|NT";
const AMERICAN = new RegExp(`\\b(?:${US_STATES}),? (\\d{5}(?:-\\d{4})?)\\b`);
const AUSTRALIAN = new RegExp(`\\b(?:${AU_STATES}),? (\\d{4})\\b`, "i");
const ASKED_CODE = /\b(?:post ?code|zip(?: ?code)?)\b/i;
const ASKED_ADDRESS =
  /\b(?:address|street|where (?:are you|do you live|is (?:it|the (?:job|property|house)))|which (?:address|property)|where should)\b/i;

/** A postal code of the country (UK form anywhere); asked for, or beside a state, or named as one. */
export function readPostcode(text: string, country = "", previousText = ""): string | undefined {
  const land = country.toUpperCase();
  const british = UK.exec(text);
  if (british && (land === "" || land === "GB" || land === "UK" || british[1]?.toUpperCase() === british[1]))
    return `${british[1]} ${british[3]}`.toUpperCase();
  const named =
    /\b(?:post ?code|zip(?: ?code)?)(?: is| of|:|'s|,| would be)? ?(\d{5}(?:-\d{4})?|\d{4})\b/i.exec(text);
  if (named) return named[1];
  const american = AMERICAN.exec(text);
  if (american) return american[1];
  const australian = AUSTRALIAN.exec(text);
  if (australian && land !== "US") return australian[1];
  const asked = ASKED_CODE.test(previousText) || ASKED_ADDRESS.test(previousText);
  const covered =
    /\b(?:service|cover|serve|reach|postcode|zip|travel to|come (?:out )?to|in) (\d{5})\b/i.exec(text);
  if (covered && land !== "AU") return covered[1];
  const suburb = /\b(?:service|cover|serve|postcode) (\d{4})\b/i.exec(text);
  if (suburb && land === "AU") return suburb[1];
  if (land === "US") {
    const zip = /(?<![\d$#.-])\b(\d{5}(?:-\d{4})?)\b(?![\d-]| [A-Z])/.exec(text);
    if (zip && (asked || ADDRESS.test(text) || zip[0] === text.trim())) return zip[1];
  }
  if (land === "AU" || land === "NZ") {
    const whole = /^\D{0,24}?\b(\d{4})[. ]*$/.exec(text.trim());
    if (whole && asked && ASKED_CODE.test(previousText)) return whole[1];
    const trailing = /\p{L},? (\d{4})[. ]*$/u.exec(text.trim());
    if (trailing && ADDRESS.test(text)) return trailing[1];
  }
  return undefined;
}

/** A street address as said: "Flat 3, 12 Acacia Avenue, Leeds". */
export function readAddress(text: string, previousText = ""): string | undefined {
  const match = ADDRESS.exec(text);
  if (match && !PERIODS.test(match[0])) {
    const locality =
      /^(?:,? ?(?:[Uu]nit|[Aa]pt|[Ff]lat|#) ?[\da-zA-Z]{1,4}\b)?(?:,? (?!(?:On|At|And|The|I|Can|Please|My|Is|It|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Tomorrow|Today)\b)\p{Lu}\p{Ll}[\p{L}'’-]*(?![\p{L}\d])){0,3}/u.exec(
        match[2] ?? "",
      );
    return `${match[1]}${locality?.[0] ?? ""}`.trim().replace(/[,.]$/, "");
  }
  const named = THE_PLACE.exec(text);
  if (named) return named[1];
  if (!ASKED_ADDRESS.test(previousText)) return undefined;
  const asked =
    /(?:^|\b(?:it's|its|at|is|address is) )(\d{1,5}[a-z]? (?!(?:am|pm|o'clock|on|in the|this|next|tomorrow|today|or|and|is|works?|please|then|instead|mon|tues?|wed|thu|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b)\p{L}[\p{L}'’-]+(?:,? [\p{L}\d][\p{L}\d'’-]*){0,6})[. ]*$/iu.exec(
      text.trim(),
    );
  return asked && !PERIODS.test(asked[1] ?? "") ? asked[1] : undefined;
}

const PHONE =
  /(?<![\d/.:-])(?:\+\d{1,3}[ .-]?)?(?:\(0?\d{1,4}\)[ .-]?)?\d{2,5}(?:[ .-]?\d{2,4}){2,4}(?![\d/:])/g;
const PRICE =
  /(?:[$£€] ?\d[\d,]*(?:\.\d{1,2})?k?)|\b\d[\d,]{0,12}(?:\.\d{1,2})? ?(?:dollars|pounds|quid|bucks|euros?|percent|per cent)\b|\b\d+(?:\.\d+)? ?%/gi;
const BUSINESS =
  /(?<![:.\d/])(?<!\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\p{L}{0,6} )\b(?:\d{3,5}|\d{1,2}\/\d{1,2}|\d{1,3}(?:Th|St|Nd|Rd)) (?!(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|AM|PM|Am|Pm|The|On|In|At|I|Is|It|My|Please|Thanks|Would|Can|Works|O)\p{L}*\b)\p{Lu}\p{L}+(?: \p{Lu}[\p{L}'’]+)+/gu;

const isPhone = (found: string): boolean => {
  const digits = found.replace(/\D/g, "").length;
  return (
    digits >= 8 &&
    digits <= 15 &&
    !/^(?:20\d\d-\d\d-\d\d|\d{5}-\d{4})$/.test(found) &&
    !/\d{1,2}[.-]\d{1,2}[.-]20\d\d/.test(found)
  );
};

/** Blanks telephone numbers, keeping the length of the text. */
export function hidePhones(text: string): string {
  return text.replace(PHONE, (found) => (isPhone(found) ? " ".repeat(found.length) : found));
}

/** Blanks the first place a postal code stands at, with its space or without, in capitals or not. */
function hideCode(text: string, postcode: string): string {
  const forms = [postcode, postcode.replace(" ", "")];
  for (let at = 0; at < text.length; at += 1) {
    const found = forms.find((form) => {
      const here = text
        .slice(at, at + form.length)
        .toUpperCase()
        .replace(/\s/, " ");
      return here === form.toUpperCase();
    });
    if (found) return text.slice(0, at) + " ".repeat(found.length) + text.slice(at + found.length);
  }
  return text;
}

/** Blanks addresses, phones, prices and "1512 Barber Shop" names: numbers which are neither days nor times. */
export function hidePlaces(text: string, address: string | undefined, postcode: string | undefined): string {
  const blank = (found: string): string => " ".repeat(found.length);
  let hidden = address ? text.replace(address, blank) : text;
  if (postcode) hidden = hideCode(hidden, postcode);
  return hidePhones(hidden).replace(PRICE, blank).replace(BUSINESS, blank);
}
