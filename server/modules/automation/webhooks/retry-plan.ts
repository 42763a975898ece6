/** When a message that was not taken is tried again, and when no more. */

/** How long a message is tried, and how long an endpoint may fail before it is switched off. */
export const patienceMs = 3 * 24 * 60 * 60 * 1000;

const firstDelayMs = 10_000;
const growth = 3;
const longestDelayMs = 8 * 60 * 60 * 1000;
const longestWishMs = 24 * 60 * 60 * 1000;

/**
 * The instant of the next attempt after the `attempts`-th failed at `now`: 10 s, 30 s, 90 s … 8 h, each up to a fifth
 * earlier or later so that what failed together does not come back together; not before what the receiver asked for
 * (Retry-After, a day at most). The last attempt is made when the patience ends; undefined after it.
 */
export function nextAttempt(
  now: Date,
  attempts: number,
  giveUpAt: Date,
  retryAfter: string | undefined,
  random: () => number = Math.random,
): Date | undefined {
  if (now >= giveUpAt) return undefined;
  const backoff = Math.min(longestDelayMs, firstDelayMs * growth ** (attempts - 1)) * (0.8 + 0.4 * random());
  const wish = Math.min(longestWishMs, wishedDelayMs(now, retryAfter));
  const at = now.getTime() + Math.round(Math.max(backoff, wish));
  return new Date(Math.min(at, giveUpAt.getTime()));
}

// Seconds, or the date of an HTTP header.
function wishedDelayMs(now: Date, retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
