/** Finds operations by what somebody wants to do, in the words they would use for it. */
import { dictionary } from "../kernel/dictionary.ts";
import type { AnyOperation } from "../kernel/operation.ts";

/** Operations ranked by how many words of the query they answer to; the name counts most. */
export function searchOperations(
  names: ReadonlyMap<string, AnyOperation>,
  query: string,
  limit: number,
): Record<string, unknown>[] {
  const words = wordsOf(query.toLowerCase());
  const ranked = [...names]
    .map(([name, one]) => ({ name, one, score: scoreOf(one, words) }))
    .filter(({ score }) => words.length === 0 || score > 0)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map(({ name, one }) => ({
    name,
    summary: one.summary,
    section: one.section,
    effect: one.effect,
    scopes: one.scopes,
  }));
}

// Every sentence has them, so they tell nothing apart; but a question of nothing else is asked in earnest.
const fillers = new Set(
  "a an all and any are at by can do for from how i in is it me my of on or our please that the their there this to up us we what which who with you your".split(
    " ",
  ),
);

/** What people say, and what the operations call it. */
const ourWords: Record<string, readonly string[]> = dictionary({
  find: ["search", "list", "get"],
  look: ["search", "list", "get"],
  show: ["list", "get"],
  see: ["list", "get"],
  read: ["get", "list"],
  add: ["create"],
  new: ["create"],
  make: ["create"],
  write: ["create"],
  book: ["create"],
  change: ["update"],
  edit: ["update"],
  remove: ["delete"],
  appointment: ["booking", "scheduling"],
  meeting: ["booking", "scheduling"],
  move: ["reschedule"],
  customer: ["contact"],
  client: ["contact"],
  person: ["contact"],
  people: ["contact"],
  text: ["sms", "message"],
  free: ["available", "availability", "slot"],
  when: ["available", "availability", "slot"],
  open: ["available"],
  monday: ["available", "slot"],
  tuesday: ["available", "slot"],
  wednesday: ["available", "slot"],
  thursday: ["available", "slot"],
  friday: ["available", "slot"],
  saturday: ["available", "slot"],
  sunday: ["available", "slot"],
  tomorrow: ["available", "slot"],
  deal: ["opportunity"],
  staff: ["user", "member"],
  colleague: ["user", "member"],
  business: ["company"],
});

/** What another word for the same thing is worth beside the word itself. */
const anotherWord = 0.75;

type Word = readonly { text: string; worth: number }[];

function wordsOf(query: string): Word[] {
  const all = [...new Set(query.split(/[^a-z0-9]+/).filter((word) => word !== ""))];
  const telling = all.filter((word) => !fillers.has(word));
  return (telling.length > 0 ? telling : all).map((word) => {
    const others = ourWords[word] ?? ourWords[stem(word)] ?? [];
    return [
      { text: stem(word), worth: 1 },
      ...others.map((other) => ({ text: stem(other), worth: anotherWord })),
    ];
  });
}

function scoreOf(one: AnyOperation, words: readonly Word[]): number {
  const fields: [string, number][] = [
    [one.name, 5],
    [one.noun, 3],
    [one.summary, 2],
    [one.section, 2],
    [one.description ?? "", 1],
  ];
  const [verb = "", ...rest] = one.name.split("_").map(stem);
  // What is said of the doing tells more than what is said of the thing, and a name that says more than was asked tells of less.
  let score = 0;
  for (const word of words) {
    score += 3 * Math.max(...word.map((form) => (form.text === verb ? form.worth : 0)));
  }
  for (const [field, weight] of fields) {
    const text = field.toLowerCase();
    const parts = new Set(text.split(/[^a-z0-9]+/).map(stem));
    for (const word of words) {
      score += weight * Math.max(...word.map((form) => form.worth * likeness(form.text, text, parts)));
    }
  }
  if (score === 0) return 0;
  const asked = new Set(words.flatMap((word) => word.map((form) => form.text)));
  return Math.max(0.1, score - 0.4 * [verb, ...rest].filter((part) => !asked.has(part)).length);
}

function likeness(word: string, text: string, parts: ReadonlySet<string>): number {
  if (parts.has(word)) return 1;
  return word.length > 3 && text.includes(word) ? 0.5 : 0;
}

// "bookings" and "booking" are the same word to somebody who searches.
function stem(word: string): string {
  return word.length > 3 ? word.replace(/ies$/, "y").replace(/s$/, "") : word;
}
