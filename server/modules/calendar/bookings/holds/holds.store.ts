import type { Generated, Insertable, Selectable } from "kysely";
import type { Ctx } from "../../../../kernel/context.ts";
import type { Timestamp } from "../../../../kernel/tables.ts";

interface SlotHoldsTable {
  workspace_id: string;
  id: string;
  event_type_id: string;
  /** The first of host_ids. */
  member_id: string | null;
  host_ids: Generated<string[]>;
  resource_ids: Generated<string[]>;
  occasion_id: Generated<string>;
  capacity: Generated<number>;
  starts_at: Timestamp;
  ends_at: Timestamp;
  blocked_from: Timestamp;
  blocked_until: Timestamp;
  postal_code: string | null;
  held_by: string;
  expires_at: Timestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../../kernel/tables.ts" {
  interface Tables {
    slot_holds: SlotHoldsTable;
  }
}

export type SlotHold = Selectable<SlotHoldsTable>;
export type NewHold = Omit<Insertable<SlotHoldsTable>, "workspace_id">;

export function insertHold(ctx: Ctx, row: NewHold): Promise<SlotHold> {
  return ctx.db.insert("slot_holds", row).returningAll().executeTakeFirstOrThrow();
}

export function findLiveHold(ctx: Ctx, id: string): Promise<SlotHold | undefined> {
  return ctx.db
    .from("slot_holds")
    .selectAll()
    .where("id", "=", id)
    .where("expires_at", ">", ctx.now)
    .executeTakeFirst();
}

/** Locks a hold, expired or not, so that of two bookers who bring it one takes it over and the other finds it gone. */
export function lockHold(ctx: Ctx, id: string): Promise<SlotHold | undefined> {
  return ctx.db.from("slot_holds").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** Deletes a hold, and its claims with it; answers the hold there was. */
export function deleteHold(ctx: Ctx, id: string): Promise<SlotHold | undefined> {
  return ctx.db.remove("slot_holds").where("id", "=", id).returningAll().executeTakeFirst();
}
