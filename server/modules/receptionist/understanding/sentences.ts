/**
 * "…, and later in the same sentence …". An expression that says so with a gap of any length between its parts looks through the rest of
 * the sentence at each place its first part matches; here each part is looked for once in each sentence.
 */

const ENDS = /[.?!]/;

/** Finds `then` in what a sentence says after `first`; the first sentence that has both answers. */
export function findAfter(
  text: string,
  first: RegExp,
  then: RegExp,
  ends: RegExp = ENDS,
): RegExpExecArray | undefined {
  for (const sentence of text.split(ends)) {
    const opening = first.exec(sentence);
    const found = opening && then.exec(sentence.slice(opening.index + opening[0].length));
    if (found) return found;
  }
  return undefined;
}

/** Whether one sentence of the text says `first` and then `then`. */
export function saidAfter(text: string, first: RegExp, then: RegExp, ends: RegExp = ENDS): boolean {
  return findAfter(text, first, then, ends) !== undefined;
}
