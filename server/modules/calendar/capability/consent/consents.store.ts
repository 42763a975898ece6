import type { Ctx } from "../../../../kernel/context.ts";
import { newId } from "../../../../kernel/ids.ts";
import { codeMs } from "./consent.ts";
import type { Consent } from "./consent.ts";

export type NewConsent = Pick<Consent, "agent_name" | "scopes" | "customer_name" | "channel" | "address">;

export async function insertConsent(ctx: Ctx, consent: NewConsent): Promise<Consent> {
  return ctx.db
    .insert("agent_consents", {
      ...consent,
      id: newId(ctx.now),
      state: "asked",
      code_lookup: null,
      api_key_id: null,
      created_at: ctx.now,
      expires_at: new Date(ctx.now.getTime() + codeMs),
      granted_at: null,
      revoked_at: null,
      revoked_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findConsent(ctx: Ctx, id: string): Promise<Consent | undefined> {
  return ctx.db.from("agent_consents").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockConsent(ctx: Ctx, id: string): Promise<Consent | undefined> {
  return ctx.db.from("agent_consents").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** Those whose code begins like the one given; two people's may. */
export function lockConsentsByCode(ctx: Ctx, lookup: string): Promise<Consent[]> {
  return ctx.db
    .from("agent_consents")
    .selectAll()
    .where("code_lookup", "=", lookup)
    .orderBy("id")
    .forUpdate()
    .execute();
}

/** The consent a token stands for, while it holds. */
export function consentOfKey(ctx: Ctx, keyId: string): Promise<Consent | undefined> {
  return ctx.db
    .from("agent_consents")
    .selectAll()
    .where("api_key_id", "=", keyId)
    .where("state", "=", "granted")
    .executeTakeFirst();
}

export function updateConsent(ctx: Ctx, id: string, values: Partial<Consent>): Promise<Consent> {
  return ctx.db
    .update("agent_consents")
    .set(values as never)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** How often a code was asked for since an instant, for one address or by everybody; no more than `atMost` are counted. */
export async function countAsked(ctx: Ctx, since: Date, atMost: number, address?: string): Promise<number> {
  let query = ctx.db.from("agent_consents").select("id").where("created_at", ">", since);
  if (address !== undefined) query = query.where("address", "=", address);
  return (await query.limit(atMost).execute()).length;
}
