import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceSettings } from "../../workspace/settings/settings.ts";
import { parsePhone } from "../../../phones.ts";
import type { NumberStatus, PhoneNumber, PhoneNumberRow } from "./number.ts";

/** Whose number this is, looked up across workspaces; for webhooks, which name a number and nothing else. */
export async function findNumberByE164AcrossWorkspaces(
  app: App,
  e164: string,
): Promise<{ workspaceId: string; numberId: string } | undefined> {
  const row = await app.database.system("identify-webhook", (kysely) =>
    kysely
      .selectFrom("phone_numbers")
      .select(["workspace_id", "id"])
      .where("e164", "=", e164)
      .executeTakeFirst(),
  );
  return row && { workspaceId: row.workspace_id, numberId: row.id };
}

export async function findNumber(ctx: Ctx, id: string): Promise<PhoneNumber | undefined> {
  const row = await ctx.db.from("phone_numbers").selectAll().where("id", "=", id).executeTakeFirst();
  return row && completed(row, await settingsOf(ctx));
}

export async function findNumberByE164(ctx: Ctx, e164: string): Promise<PhoneNumber | undefined> {
  const row = await ctx.db.from("phone_numbers").selectAll().where("e164", "=", e164).executeTakeFirst();
  return row && completed(row, await settingsOf(ctx));
}

/** The sender of texts that name no number: the one marked so, else the oldest active, else the oldest. */
export async function defaultNumber(ctx: Ctx): Promise<PhoneNumber | undefined> {
  const rows = await ctx.db.from("phone_numbers").selectAll().orderBy("created_at").orderBy("id").execute();
  const row = rows.find((one) => one.is_default) ?? rows.find((one) => one.status === "ACTIVE") ?? rows.at(0);
  return row && completed(row, await settingsOf(ctx));
}

/** Whether the workspace has a number that texts may leave from. */
export async function hasActiveNumber(ctx: Ctx): Promise<boolean> {
  const active = ctx.db.from("phone_numbers").select("id").where("status", "=", "ACTIVE");
  return (await active.limit(1).executeTakeFirst()) !== undefined;
}

export type NewNumber = {
  e164: string;
  friendlyName?: string;
  status?: NumberStatus;
  transferNumber?: string | null;
  ringSeconds?: number;
  ownerWindowSeconds?: number;
};

/** Adds a number to the workspace; its first one becomes the default sender. */
export async function insertNumber(ctx: Ctx, wanted: NewNumber): Promise<PhoneNumber> {
  const first = await ctx.db.from("phone_numbers").select("id").limit(1).executeTakeFirst();
  const row = await ctx.db
    .insert("phone_numbers", {
      id: newId(ctx.now),
      e164: wanted.e164,
      friendly_name: wanted.friendlyName ?? null,
      country: parsePhone(wanted.e164)?.country ?? null,
      status: wanted.status ?? "PENDING_ACTIVATION",
      is_default: first === undefined,
      transfer_number: wanted.transferNumber ?? null,
      ring_seconds: wanted.ringSeconds ?? null,
      owner_window_seconds: wanted.ownerWindowSeconds ?? null,
      inbound_voice_agent_config_id: null,
      outbound_voice_agent_config_id: null,
      retell_last_synced_at: null,
      retell_last_sync_error: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "phone_number", id: row.id, after: row });
  return completed(row, await settingsOf(ctx));
}

/** A row with what it leaves open taken from the settings. */
export function completed(row: PhoneNumberRow, settings: WorkspaceSettings): PhoneNumber {
  return {
    ...row,
    status: row.status as NumberStatus,
    ring_seconds: row.ring_seconds ?? settings.ring_seconds,
    owner_window_seconds: row.owner_window_seconds ?? settings.owner_window_seconds,
    owner_e164: row.transfer_number ?? ownerPhoneOf(settings, row.country),
  };
}

function ownerPhoneOf(settings: WorkspaceSettings, country: string | null): string | null {
  const written = settings.owner.phone;
  return written ? (parsePhone(written, country ?? undefined)?.e164 ?? written) : null;
}

/** Whether a number is one of the business' own people's: their calls and texts make no leads. */
export function isOwner(number: PhoneNumber, settings: WorkspaceSettings, e164: string): boolean {
  return (
    e164 === number.e164 || e164 === number.transfer_number || e164 === ownerPhoneOf(settings, number.country)
  );
}
