import { sql } from "kysely";
import type { App } from "../../../../kernel/app.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { newId } from "../../../../kernel/ids.ts";
import type { WorkStatusPortal } from "../work-order.ts";

/** After so many wrong PINs in a row a portal is shut for `lockMs`. */
export const guessesAtMost = 5;
export const lockMs = 15 * 60 * 1000;
/** So many wrong PINs in all end a PIN: whoever goes on guessing begins again, and the recipient hears of it. */
export const wrongPinsPerPin = 50;
/** So many PINs that ended so end the link: who never stops has 150 tries at a million, not some of them every day. */
export const pinsPerPortal = 3;

export type NewPortal = {
  opportunity_id: string;
  recipient_email: string;
  recipient_name: string;
  token_hash: string;
  pin_hash: string;
  expires_at: Date;
};

export function insertPortal(ctx: Ctx, portal: NewPortal): Promise<WorkStatusPortal> {
  return ctx.db
    .insert("work_status_portals", {
      ...portal,
      id: newId(ctx.now),
      revoked_at: null,
      locked_until: null,
      opened_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function lockPortal(ctx: Ctx, id: string): Promise<WorkStatusPortal | undefined> {
  return ctx.db.from("work_status_portals").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** The portal a link leads to, whichever workspace's it is. */
export function portalOfToken(app: App, tokenHash: string): Promise<WorkStatusPortal | undefined> {
  return app.database.system("authenticate", (kysely) =>
    kysely
      .selectFrom("work_status_portals")
      .selectAll()
      .where("token_hash", "=", tokenHash)
      .executeTakeFirst(),
  );
}

/**
 * Counts a guess before anybody looks at it, so that many at once cannot all be tried; the last one allowed shuts the portal
 * until it proves right. Undefined while it is shut. A lock that is over begins a new count.
 */
export async function countGuess(
  ctx: Ctx,
  id: string,
): Promise<{ pinHash: string; left: number } | undefined> {
  const lockUntil = new Date(ctx.now.getTime() + lockMs);
  const count = sql`(case when locked_until is null then guesses else 0 end) + 1`;
  const [row] = await ctx.db.raw(sql<{ pin_hash: string; guesses: number }>`
    update work_status_portals
       set guesses = ${count},
           locked_until = case when ${count} >= ${guessesAtMost} then ${lockUntil}::timestamptz end
     where workspace_id = ${ctx.workspaceId} and id = ${id}
       and (locked_until is null or locked_until <= ${ctx.now})
    returning pin_hash, guesses`);
  return row ? { pinHash: row.pin_hash, left: guessesAtMost - row.guesses } : undefined;
}

/** Counts a PIN that was wrong, which nothing takes back. Returns what it is too many for, if for anything. */
export async function countWrongPin(ctx: Ctx, id: string): Promise<"pin" | "link" | undefined> {
  const [row] = await ctx.db.raw(sql<{ wrong_pins: number }>`
    update work_status_portals set wrong_pins = wrong_pins + 1
     where workspace_id = ${ctx.workspaceId} and id = ${id}
    returning wrong_pins`);
  if (row === undefined || row.wrong_pins % wrongPinsPerPin !== 0) return undefined;
  return row.wrong_pins >= wrongPinsPerPin * pinsPerPortal ? "link" : "pin";
}

/** Writes another PIN over the one there is. Whoever has it need not wait for what was guessed before. */
export async function writePin(ctx: Ctx, id: string, pinHash: string): Promise<void> {
  await ctx.db
    .update("work_status_portals")
    .set({ pin_hash: pinHash, guesses: 0, locked_until: null, updated_at: ctx.now })
    .where("id", "=", id)
    .execute();
}

/**
 * The PIN behind `pinHash` was right: the count starts afresh. Returns whether it was the first time; undefined if that PIN
 * has ended meanwhile.
 */
export async function markOpened(
  ctx: Ctx,
  before: WorkStatusPortal,
  pinHash: string,
): Promise<boolean | undefined> {
  const rows = await ctx.db.raw(sql<{ id: string }>`
    update work_status_portals set guesses = 0, locked_until = null, opened_at = coalesce(opened_at, ${ctx.now})
     where workspace_id = ${ctx.workspaceId} and id = ${before.id} and pin_hash = ${pinHash}
    returning id`);
  return rows.length > 0 ? before.opened_at === null : undefined;
}

export function writeRevoked(ctx: Ctx, id: string): Promise<WorkStatusPortal> {
  return ctx.db
    .update("work_status_portals")
    .set({ revoked_at: ctx.now, updated_at: ctx.now })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** What an opportunity is called, and what it is worked on for, as far as there is any work. */
export async function workOfDeal(
  ctx: Ctx,
  dealId: string,
): Promise<{ name: string; hasWork: boolean } | undefined> {
  const [row] = await ctx.db.raw(sql<{ name: string; has_work: boolean }>`
    select deal.name, exists (
             select from work_orders work
              where work.workspace_id = deal.workspace_id and work.opportunity_id = deal.id) as has_work
      from opportunities deal where deal.workspace_id = ${ctx.workspaceId} and deal.id = ${dealId}`);
  return row && { name: row.name, hasWork: row.has_work };
}
