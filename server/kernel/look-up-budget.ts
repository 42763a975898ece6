/** How many keys, tokens and sessions one address may have looked up in vain. */
import { networkOf } from "./addresses.ts";
import type { Clock } from "./clock.ts";
import { rateLimited } from "./errors.ts";
import { RateLimit } from "./rate-limit.ts";

const inVainPerSecond = 5;
const inVainAtOnce = 300;
const provenAtMost = 10_000;

/**
 * Counts look-ups of secrets by where they come from, before the database is asked, and gives back those that found something. A
 * secret that was good the last time is looked up without counting, so that nobody's guesses from the same address shut it out.
 */
export class LookUpBudget {
  readonly #limit: RateLimit;
  readonly #proven = new Set<string>();

  constructor(clock: Clock) {
    this.#limit = new RateLimit(clock, inVainPerSecond, inVainAtOnce);
  }

  /** Looks a secret up, known by its hash; throws the 429 at once when this address has looked up too many in vain. */
  spend<Found>(
    address: string,
    hash: string,
    lookUp: () => Promise<Found>,
    isGood: (found: Found) => boolean,
  ): Promise<Found> {
    const network = networkOf(address);
    const wasGood = this.#proven.has(hash);
    if (!wasGood) this.#take(network);
    return lookUp().then((found) => {
      this.#proven.delete(hash);
      if (!isGood(found)) return found;
      if (!wasGood) this.#limit.giveBack(network);
      this.#remember(hash);
      return found;
    });
  }

  #take(network: string): void {
    const waitSeconds = this.#limit.take(network);
    if (waitSeconds === undefined) return;
    throw rateLimited("Too many keys that are not valid came from this address.", {
      fix: `Wait ${waitSeconds} s, and check the key: it is unknown, revoked or expired.`,
      headers: { "retry-after": String(waitSeconds) },
    });
  }

  #remember(hash: string): void {
    this.#proven.add(hash);
    const [oldest] = this.#proven;
    if (oldest !== undefined && this.#proven.size > provenAtMost) this.#proven.delete(oldest);
  }
}
