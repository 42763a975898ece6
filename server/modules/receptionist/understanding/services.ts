import { withinEdits } from "./spelling.ts";
import type { ServiceMatch, ServiceWords } from "./understanding.ts";

const EMPTY = new Set(
  "a an the of and or for to in on at my your our with by is are be i we you it this that service services appointment standard general basic full new per from out do done need want get please can could would like have has had hour minutes visit job work call book".split(
    " ",
  ),
);
const THRESHOLD = 0.5;

/** A word without its common endings, so that "leaking", "leaks" and "leak" meet. */
function stem(word: string): string {
  let short = word.replace(/'s?$/, "");
  short = short.replace(/(?<=[a-z]{3})(?:ings?|ers?|ed|es|s|ment|ation|ions?|age|y)$/, "");
  return short.replace(/([bdgklmnprt])\1$/, "$1").replace(/(?<=[a-z]{3})e$/, "");
}

const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\d']+/gu) ?? []).filter((word) => !EMPTY.has(word));

type Heard = { word: string; root: string };

function likeness(heard: Heard, root: string, word: string): number {
  if (heard.root === root || heard.word === word) return 1;
  if (word.length >= 4 && heard.word.length >= 4) {
    if (withinEdits(heard.word, word, word.length >= 8 ? 2 : 1) && heard.word[0] === word[0]) return 0.8;
    if (
      root.length >= 5 &&
      heard.root.length >= 5 &&
      (root.startsWith(heard.root) || heard.root.startsWith(root))
    )
      return 0.8;
  }
  return 0;
}

/** How much of a phrase was heard, rare words counting more than words every service shares. */
function phraseScore(phrase: string, heard: Heard[], weights: Map<string, number>): number {
  let total = 0;
  let met = 0;
  for (const word of wordsOf(phrase)) {
    const root = stem(word);
    const weight = weights.get(root) ?? 1;
    total += weight;
    met += weight * Math.max(0, ...heard.map((one) => likeness(one, root, word)));
  }
  return total === 0 ? 0 : met / total;
}

/** The offered service the words come closest to, with a score of 0 to 1; undefined when none comes near. */
export function matchService(text: string, services: ServiceWords[] = []): ServiceMatch | undefined {
  const heard = wordsOf(text.slice(0, 400))
    .slice(0, 40)
    .map((word) => ({ word, root: stem(word) }));
  if (heard.length === 0 || services.length === 0) return undefined;
  const uses = new Map<string, number>();
  for (const service of services)
    for (const root of new Set(wordsOf([service.name, ...(service.keywords ?? [])].join(" ")).map(stem)))
      uses.set(root, (uses.get(root) ?? 0) + 1);
  const weights = new Map([...uses].map(([root, count]) => [root, 1 / count]));
  let best: ServiceMatch | undefined;
  for (const { id, name, keywords = [] } of services) {
    const scores = keywords.map((keyword) => phraseScore(keyword, heard, weights) * 0.95);
    const several = scores.filter((score) => score >= 0.9).length;
    const score = Math.min(
      1,
      Math.max(phraseScore(name, heard, weights), ...scores) + Math.max(0, several - 1) * 0.03,
    );
    if (score >= THRESHOLD && (!best || score > best.score))
      best = { id, name, score: Math.round(score * 100) / 100 };
  }
  return best;
}
