import { networkOf } from "../kernel/addresses.ts";
import type { Actor } from "../kernel/actor.ts";
import type { App } from "../kernel/app.ts";
import { rateLimited } from "../kernel/errors.ts";
import { RateLimit } from "../kernel/rate-limit.ts";

const limits = new WeakMap<App, RateLimit>();

/**
 * Counts one call of this actor; throws the 429 when it is one too many. Every surface draws on the same bucket. Callers
 * without a credential are told apart by their address, so that one of them cannot use up what all may have.
 */
export function countCall(app: App, actor: Actor, address = ""): void {
  if (actor.kind === "provider") return;
  let limit = limits.get(app);
  if (!limit)
    limits.set(app, (limit = new RateLimit(app.clock, app.config.ratePerSecond, app.config.rateBurst)));
  const waitSeconds = limit.take(
    actor.kind === "anonymous" ? `${actor.id} ${networkOf(address)}` : actor.id,
    actor.ratePerSecond,
  );
  if (waitSeconds === undefined) return;
  throw rateLimited("Too many requests with this credential.", {
    fix: `Wait ${waitSeconds} s, then go on at a lower rate.`,
    headers: { "retry-after": String(waitSeconds) },
  });
}
