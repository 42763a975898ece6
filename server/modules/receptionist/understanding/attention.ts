/**
 * How much of a stranger's text is read, and for how long. Every expression takes time in proportion to what it reads (the gate sees to it),
 * so that a text of this length takes a few milliseconds; the deadline is for the mistake nobody has seen.
 */
import { DeadlineExceeded, within } from "../../../kernel/deadline.ts";

/** As long as the longest text message there is. What is longer is kept whole and understood in part. */
export const mostHeard = 1600;

const patienceMs = 250;

/** The part of a text that is read for its meaning. */
export function heardPart(text: string): string {
  return text.slice(0, mostHeard);
}

const warm = new Set<string>();

/**
 * Reads `sample` before a stranger's text is timed, so that expressions are compiled, which takes longer than reading does: twice, because
 * V8 interprets an expression the first time and compiles it the second.
 */
export function warmUp(reader: string, sample: () => unknown): void {
  if (warm.has(reader)) return;
  warm.add(reader);
  sample();
  sample();
}

/** Returns what `read` makes of strangers' words, which it may have to do again; throws DeadlineExceeded rather than hold up everybody else. */
export function underDeadline<Result>(read: () => Result): Result {
  return within(patienceMs, read);
}

/** Like `underDeadline`, for callers that go on without: returns `otherwise` when the words are not read in time. */
export function readInTime<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return underDeadline(read);
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    return otherwise;
  }
}
