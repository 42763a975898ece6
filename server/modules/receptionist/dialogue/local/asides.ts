import { hears, team } from "./talk.ts";
import type { Step, Talk } from "./talk.ts";

const LATE =
  /\b(?:running|gonna be|going to be|will be|i'?ll be|might be|i'?m|we'?re)\b[^.?!]{0,20}\blate\b(?! (?:morning|afternoon|evening|in the|on))/i;
const COMPLAINT =
  /\b(?:complain\w*|complaints?|refund|unhappy|not happy|disappointed|disgusted|overcharged|compensation|lawyer|solicitor|sue)\b/i;
const WRONG_NUMBER = /\bwrong (?:number|person)\b|\bdon'?t know (?:you|who you are)\b/i;
const FOREIGN = new Set(
  (
    "bonjour bonsoir salut merci je vous nous voudrais voulez besoin rendez-vous rdv demain aujourd'hui avec est une des les mon ma pour combien quand fuite svp s'il plaît " +
    "hola buenos buenas gracias necesito quiero quisiera puedo puede pueden tengo una para cuanto cuánto cuesta cita mañana hoy favor por mi está usted fuga agua plomero fontanero ayuda cortarme pelo el " +
    "ich bitte danke nicht eine einen termin morgen hallo guten brauche möchte wann wir können " +
    "vorrei grazie domani ciao buongiorno preciso obrigado obrigada amanhã olá quero você dzień dobry proszę jutro potrzebuję"
  ).split(" "),
);

/** What needs no arranging: another language, a wrong number, somebody late, a complaint. */
export function aside(talk: Talk): Step | undefined {
  const { text, heard, turn } = talk;
  if (isForeign(text)) {
    return {
      say: `Sorry, I can only read English here. I've passed this to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "does not write in English" },
    };
  }
  if (COMPLAINT.test(text)) {
    return {
      say: `I'm sorry to hear that. I've passed this to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "has a complaint" },
    };
  }
  const elsewhere = heard.date ?? heard.time ?? heard.window;
  if (LATE.test(text) && !elsewhere && !hears(talk, "cancel")) {
    const waits = turn.bookings.length > 0 ? "Thanks for letting us know. " : "";
    return {
      say: `${waits}I've passed that on to ${team(talk)}, and a person will get back to you if need be.`,
      escalate: { reason: "is running late", ...(turn.bookings.length > 0 ? { urgent: true } : {}) },
    };
  }
  if (WRONG_NUMBER.test(text)) return { say: "No problem, sorry to have troubled you." };
  return undefined;
}

/** Words of another language, or letters of another alphabet. */
function isForeign(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  if (letters.length >= 4 && latin.length < letters.length / 2) return true;
  const words = text.toLowerCase().match(/[\p{L}'-]+/gu) ?? [];
  const foreign = words.filter((word) => FOREIGN.has(word));
  if (words.length === 1)
    return /^(?:bonjour|bonsoir|guten|buenos|buenas|ciao|buongiorno|olá)$/.test(words[0] ?? "");
  return new Set(foreign).size >= 2 && foreign.length >= words.length * 0.4;
}
