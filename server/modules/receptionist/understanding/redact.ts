/** `part` narrows what the pattern found to the secret itself; undefined leaves the text alone. */
type Redaction = {
  kind: string;
  pattern: RegExp;
  accept?: (found: string) => boolean;
  part?: (found: string) => string | undefined;
};

const digitsOf = (text: string): string => text.replace(/\D/g, "");

/** The Luhn check every payment card number passes. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** ISO 7064 check of an IBAN. */
function passesIban(text: string): boolean {
  const plain = text.replace(/\s/g, "").toUpperCase();
  if (plain.length < 15 || plain.length > 34) return false;
  const digits = (plain.slice(4) + plain.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

/** The checksum of an Australian tax file number. */
function passesTfn(text: string): boolean {
  const digits = digitsOf(text);
  const weights = [1, 4, 3, 7, 5, 8, 6, 9, 10];
  return (
    digits.length === 9 &&
    weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11 === 0
  );
}

function isCard(found: string): boolean {
  const digits = digitsOf(found);
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  return /^[2-6]/.test(digits) && passesLuhn(digits);
}

/** The card number at the start of a run of digits that may go on with an expiry date or a security code. */
function cardIn(found: string): string | undefined {
  for (let length = found.length; length >= 13; length -= 1) {
    const part = found.slice(0, length);
    if (/\d$/.test(part) && !/^\d/.test(found.slice(length)) && isCard(part)) return part;
  }
  return undefined;
}

/** `keep` in a pattern is the part before the secret that stays readable ("my pin is "). */
const REDACTIONS: Redaction[] = [
  {
    kind: "iban",
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/gi,
    accept: passesIban,
  },
  { kind: "card_number", pattern: /(?<![\d+])\d(?:[ .-]?\d){12,24}(?!\d)/g, part: cardIn },
  {
    kind: "card_number",
    pattern:
      /(?<keep>\b(?:card(?: number| no\.?)?|visa|mastercard|amex)(?: is|:|=| number is)? ?)\d(?:[ .-]?\d){11,18}(?!\d)/gi,
  },
  {
    kind: "cvv",
    pattern:
      /(?<keep>\b(?:cvv2?|cvc2?|csc|cid|security code|card code|(?:three|3) digits? (?:on the back|code)|code on the back)(?: (?:number|code))?\b(?: is|'s|:|=|,|-)?\s{0,2})\d{3,4}\b/gi,
  },
  {
    kind: "card_expiry",
    pattern:
      /(?<keep>\b(?:exp(?:iry|ires|iration)?(?: date)?|valid (?:thru|until|to))(?: is|:|=)?\s{0,2})(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?\d\d\b/gi,
  },
  { kind: "ssn", pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g },
  {
    kind: "ssn",
    pattern:
      /(?<keep>\b(?:ssn|social(?: security)?(?: (?:number|no\.?|num))?|sin(?: number)?)(?: is|'s|:|=)?\s{0,2})\d{3}[ -]?\d{2,3}[ -]?\d{3,4}\b/gi,
  },
  {
    kind: "tax_number",
    pattern:
      /(?<keep>\b(?:tfn|tax file(?: number| no\.?)?|tax (?:id|number)|itin)(?: is|'s|:|=)?\s{0,2})\d{2,3}[ -]?\d{3}[ -]?\d{3,4}\b/gi,
  },
  {
    kind: "tax_number",
    pattern: /(?<![\d+-])\d{3} \d{3} \d{3}(?![ -]?\d)/g,
    accept: (found) => !found.startsWith("0") && passesTfn(found),
  },
  {
    kind: "national_insurance",
    pattern: /\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/gi,
  },
  {
    kind: "bank_account",
    pattern:
      /(?<keep>\b(?:(?:bank )?account(?: number| no\.?)|acct(?: no\.?)?|routing(?: number)?|sort code|bsb)(?: is|'s|:|=)?\s{0,2})\d[\d -]{4,16}\d\b/gi,
  },
  {
    kind: "password",
    pattern:
      /(?<keep>\b(?:password|passwd|passcode|pass ?phrase|pwd)\b(?: (?:for|to) [\w' ]{1,24}?)?(?: is|'s| was| will be|:|=)\s{0,2}["'“]?)(?!(?:not|wrong|broken|expired|the|a|on|in|my|your|incorrect|reset|forgotten)\b)[^\s"”,]{3,64}/gi,
  },
  { kind: "pin", pattern: /(?<keep>\b(?:pin|pin code|pin number)(?: is|'s|:|=)\s{0,2})\d{4,8}\b/gi },
  {
    kind: "secret_key",
    pattern:
      /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z\d_-]{16,}|\bghp_[A-Za-z\d]{30,}\b|\bAKIA[A-Z\d]{16}\b/g,
  },
];

/**
 * Replaces what must never be stored (card numbers, security codes, bank and tax numbers, passwords) by
 * "[kind removed]". `redactions` lists the kinds found, one entry per replacement. Phones, postcodes, dates and
 * prices are left alone.
 */
export function redact(text: string): { text: string; redactions: string[] } {
  const redactions: string[] = [];
  // An id of ours can look like a card number for a stretch; a link with a hole in it leads nowhere.
  const parts = text
    .split(uuid)
    .map((part, index) => (index % 2 === 1 ? part : redactPart(part, redactions)));
  return { text: parts.join(""), redactions };
}

const uuid = /(\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b)/i;

function redactPart(text: string, redactions: string[]): string {
  let clean = text;
  for (const { kind, pattern, accept, part } of REDACTIONS) {
    clean = clean.replace(pattern, (...found) => {
      const groups = found.at(-1) as Record<string, string | undefined> | string;
      const keep = typeof groups === "string" ? "" : (groups.keep ?? "");
      const whole = String(found[0]);
      if (accept && !accept(whole)) return whole;
      const secret = part ? part(whole) : whole;
      if (secret === undefined) return whole;
      redactions.push(kind);
      return `${keep}[${kind.replaceAll("_", " ")} removed]${whole.slice(secret.length)}`;
    });
  }
  return clean;
}
