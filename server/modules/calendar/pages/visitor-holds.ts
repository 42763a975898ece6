/** Times kept for people who are typing: one of a service for each browser, and a few for each address. */
import { createHmac } from "node:crypto";
import { sql } from "kysely";
import { networkOf } from "../../../kernel/addresses.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { deriveKey } from "../../../kernel/derive-key.ts";
import { holdSlot, releaseHold } from "../bookings/holds/hold.ts";
import type { Hold } from "../bookings/holds/hold.ts";
import type { Service } from "../services/service.ts";
import type { Visitor } from "./visitor.ts";

/** A family or an office behind one address may book at once; somebody who wants to block the calendar may not. */
const mostForAddress = 8;

export type HoldWish = {
  service: Service;
  startsAt: Date;
  postalCode: string | undefined;
  visitor: Visitor;
  /** The visitor's network address; only a keyed digest of it is kept, and only while the hold is. */
  address: string;
  /** The hold the page says it has: a browser without cookies has no other way to say so. */
  former: string | undefined;
};

/**
 * Holds a time for this visitor and gives back what they held of this service before. Undefined when their address holds
 * too much already: then they book without one. Throws SLOT_UNAVAILABLE.
 */
export async function holdForVisitor(ctx: Ctx, wish: HoldWish): Promise<Hold | undefined> {
  const { service, startsAt, postalCode, visitor, former } = wish;
  const origin = addressDigest(ctx, wish.address);
  // One of an address after the other, so that many at once hold no more than they may.
  const lockName = `${ctx.workspaceId} holds of ${origin}`;
  await ctx.db.raw(sql`select pg_advisory_xact_lock(hashtextextended(${lockName}, 0))`);
  const live = await ctx.db
    .from("slot_holds")
    .select(["id", "event_type_id", "held_by"])
    .where("expires_at", ">", ctx.now)
    .execute();
  const ofAddress = live.filter((hold) => hold.held_by.startsWith(`${holderPrefix}${origin} `));
  const before = ofAddress.filter(
    (hold) =>
      hold.event_type_id === service.id && (hold.held_by.endsWith(` ${visitor.id}`) || hold.id === former),
  );
  for (const hold of before) await releaseHold(ctx, hold.id);
  if (ofAddress.length - before.length >= mostForAddress) return undefined;
  const heldBy = `${holderPrefix}${origin} ${visitor.id}`;
  return holdSlot(ctx, { service, startsAt, postalCode, heldBy });
}

/** The time of a service that this visitor has been given to keep, if it still is. */
export async function holdOfVisitor(
  ctx: Ctx,
  service: Service,
  visitor: Visitor,
  former: string | undefined,
): Promise<{ id: string; startsAt: Date; endsAt: Date; expiresAt: Date } | undefined> {
  if (visitor.isNew && former === undefined) return undefined;
  const live = await ctx.db
    .from("slot_holds")
    .select(["id", "held_by", "starts_at", "ends_at", "expires_at"])
    .where("event_type_id", "=", service.id)
    .where("expires_at", ">", ctx.now)
    .execute();
  const ofPages = live.filter(isOfPages);
  const own = ofPages.find((hold) => hold.id === former || hold.held_by.endsWith(` ${visitor.id}`));
  return own && { id: own.id, startsAt: own.starts_at, endsAt: own.ends_at, expiresAt: own.expires_at };
}

const holderPrefix = "booking page ";

/**
 * Whether a hold is one of these pages. Its id in an address or a form counts as the visitor's own (frames keep no cookies, and a
 * telephone changes its network on the way), so holds that were made anywhere else must not be reached by it.
 */
export function isOfPages(hold: Pick<Hold, "held_by">): boolean {
  return hold.held_by.startsWith(holderPrefix);
}

function addressDigest(ctx: Ctx, address: string): string {
  const secret = deriveKey(ctx.app.ports.secrets.consent, "visitor's address");
  return createHmac("sha256", secret)
    .update(`hold ${networkOf(address)}`)
    .digest("hex")
    .slice(0, 16);
}
