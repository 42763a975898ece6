/** Draws for tests and proofs, from a seed: the same seed draws the same on every machine, so a run can be repeated. */

/** Mulberry32. Returns a function that draws a number from 0 up to 1. */
export function randomFrom(seed: number): () => number {
  const next = wordsFrom(seed);
  return () => next() / 4_294_967_296;
}

/** The same in whole numbers of 32 bits. */
export function wordsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A linear congruence, whose seeds are written down in runs of old. Returns a function that draws a number from 0 up to 1. */
export function linearFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4_294_967_296;
  };
}
