import type { Ctx } from "../../../../kernel/context.ts";
import { newId } from "../../../../kernel/ids.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { durationOf, rulesOf } from "../../services/service.ts";
import type { Service } from "../../services/service.ts";
import { MINUTE_MS } from "../../slots/wall-clock.ts";
import { unlessTaken } from "../slot-claims.ts";
import { unavailableAt } from "../slot-unavailable.ts";
import { takeSlot } from "../take-slot.ts";
import { deleteHold, findLiveHold, insertHold } from "./holds.store.ts";
import type { SlotHold } from "./holds.store.ts";

/** A time kept for somebody who is about to book it. */
export type Hold = Pick<
  SlotHold,
  "id" | "event_type_id" | "member_id" | "host_ids" | "resource_ids" | "starts_at" | "ends_at"
> &
  Pick<SlotHold, "expires_at" | "held_by">;

export const usualHoldMinutes = 5;
export const longestHoldMinutes = 30;

export type HoldRequest = {
  service: Service;
  startsAt: Date;
  /** Only this member will do. */
  memberId?: string | undefined;
  /** 1 to 30; 5 by default. */
  minutes?: number | undefined;
  /** Who is about to book, in words: the caller's number, an agent's name. */
  heldBy: string;
  /** Where the visit would be, for services that mind the way there. */
  postalCode?: string | undefined;
  /** In which a refusal names the alternatives; the service's or the workspace's by default. */
  timeZone?: string | undefined;
};

/**
 * Keeps a time for the next minutes: nobody else is given it, and it frees itself. Throws SLOT_UNAVAILABLE with the
 * nearest alternatives.
 */
export async function holdSlot(ctx: Ctx, request: HoldRequest): Promise<Hold> {
  const { service, startsAt, memberId, minutes = usualHoldMinutes, postalCode } = request;
  const rules = rulesOf(service);
  const endsAt = new Date(startsAt.getTime() + durationOf(service) * MINUTE_MS);
  const wanted = { service, memberId, postalCode, startsAt, endsAt, offGrid: false };
  const held = await takeSlot(ctx, wanted, (choice) =>
    unlessTaken(ctx, () =>
      insertHold(ctx, {
        id: newId(ctx.now),
        event_type_id: service.id,
        member_id: choice.hostIds[0] ?? null,
        host_ids: choice.hostIds,
        resource_ids: choice.resourceIds,
        capacity: service.capacity,
        starts_at: startsAt,
        ends_at: endsAt,
        blocked_from: new Date(startsAt.getTime() - rules.bufferBeforeMinutes * MINUTE_MS),
        blocked_until: new Date(endsAt.getTime() + rules.bufferAfterMinutes * MINUTE_MS),
        postal_code: postalCode?.trim() || null,
        held_by: request.heldBy,
        expires_at: new Date(ctx.now.getTime() + minutes * MINUTE_MS),
        created_at: ctx.now,
        updated_at: ctx.now,
      }),
    ),
  );
  if (held) {
    ctx.changed({ noun: "booking_hold", id: held.id, after: held });
    return asHold(held);
  }
  const zone = request.timeZone ?? service.timezone ?? (await workspaceOf(ctx)).timeZone;
  throw await unavailableAt(ctx, { service, memberId, postalCode, around: startsAt, zone });
}

/** Gives a held time back; false when the hold is gone or has expired already. */
export async function releaseHold(ctx: Ctx, id: string): Promise<boolean> {
  const gone = await deleteHold(ctx, id);
  if (!gone || gone.expires_at <= ctx.now) return false;
  ctx.changed({ noun: "booking_hold", id, action: "deleted", before: gone });
  return true;
}

/** A hold that still counts. */
export async function findHold(ctx: Ctx, id: string): Promise<Hold | undefined> {
  const hold = await findLiveHold(ctx, id);
  return hold && asHold(hold);
}

function asHold(row: SlotHold): Hold {
  const { id, event_type_id, member_id, host_ids, resource_ids, starts_at, ends_at, expires_at, held_by } =
    row;
  return { id, event_type_id, member_id, host_ids, resource_ids, starts_at, ends_at, expires_at, held_by };
}
