import type { Clock } from "./clock.ts";

type Bucket = { tokens: number; at: number };

const bucketsAtMost = 50_000;

/**
 * A token bucket per credential, in this process: `perSecond` sustained, `burst` at once. With several nodes behind
 * a balancer the real ceiling is this times the nodes.
 */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Seconds to wait before the next call may come, or undefined when this one may. */
  take(id: string, perSecondOfKey?: number | null): number | undefined {
    const perSecond = perSecondOfKey ?? this.#perSecond;
    const burst = perSecondOfKey ? Math.max(1, perSecondOfKey) : this.#burst;
    const now = this.#clock.now().getTime();
    const bucket = this.#buckets.get(id) ?? { tokens: burst, at: now };
    this.#keep(id, bucket);
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsed / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
  }

  /** Gives back what a call took that should not have counted. */
  giveBack(id: string): void {
    const bucket = this.#buckets.get(id);
    if (bucket) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
  }

  // The one not asked for longest makes room, so that strangers in number forgive nobody what they have used.
  #keep(id: string, bucket: Bucket): void {
    this.#buckets.delete(id);
    this.#buckets.set(id, bucket);
    if (this.#buckets.size <= bucketsAtMost) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
