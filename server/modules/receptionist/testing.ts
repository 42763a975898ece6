/** What the receptionist's tests share: a plumber with services and staff, and a customer who texts. */
import { sql } from "kysely";
import type { Ctx } from "../../kernel/context.ts";
import type { JsonObject } from "../../kernel/tables.ts";
import type { Harness, Json } from "../../testing/harness.ts";
import { insertService } from "../calendar/services/services.store.ts";
import { businessWithNumber, inside, outbox, postForm } from "../messaging/testing.ts";
import type { TestBusiness } from "../messaging/testing.ts";
import { storeSettings } from "../workspace/settings/settings.ts";

let serial = 0;

export type Plumber = TestBusiness & { drainId: string; boilerId: string };

/** A plumber in London: Monday to Friday nine to five, drains and boilers, an owner with a phone. */
export async function plumber(frontdesk: Harness, settings: JsonObject = {}): Promise<Plumber> {
  const business = await businessWithNumber(frontdesk);
  return inside(frontdesk, business.id, async (ctx) => {
    await storeSettings(ctx, settings);
    const drain = await insertService(ctx, {
      name: "Drain cleaning",
      duration_minutes: 60,
      slot_interval_minutes: 60,
      price_min_cents: 9500,
      price_max_cents: 18_000,
      price_unit: "PER_JOB",
      currency: "GBP",
      keywords: ["blocked drain", "drain", "sink"],
      is_bookable: true,
    });
    const boiler = await insertService(ctx, {
      name: "Boiler service",
      duration_minutes: 60,
      slot_interval_minutes: 60,
      price_min_cents: 8000,
      price_max_cents: 12_000,
      price_unit: "PER_VISIT",
      currency: "GBP",
      keywords: ["boiler", "heating"],
      is_bookable: true,
    });
    return { ...business, drainId: drain.id, boilerId: boiler.id };
  });
}

/** Posts a text to the business the way the carrier does; the sid makes a second delivery recognizable. */
export async function text(
  frontdesk: Harness,
  { from, to, body, sid }: { from: string; to: string; body: string; sid?: string },
): Promise<string> {
  serial += 1;
  const messageSid = sid ?? `SM${String(serial).padStart(32, "0")}`;
  const form = { To: to, From: from, MessageSid: messageSid, Body: body, NumMedia: "0" };
  const answer = await postForm(frontdesk, "/twilio/sms", form);
  if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}: ${answer.text}`);
  return messageSid;
}

/** A call that rings out. */
export async function missedCall(
  frontdesk: Harness,
  { from, to, sid }: { from: string; to: string; sid?: string },
): Promise<string> {
  serial += 1;
  const callSid = sid ?? `CA${String(serial).padStart(32, "0")}`;
  const form = { To: to, From: from, CallSid: callSid, CallStatus: "no-answer" };
  const answer = await postForm(frontdesk, "/twilio/voice", form);
  if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}: ${answer.text}`);
  await frontdesk.settle();
  return callSid;
}

/** A customer talking with the receptionist, from the first text on. */
export function talk(frontdesk: Harness, shop: TestBusiness, from = shop.customer()) {
  let first = true;
  return {
    from,
    /** Says something (several strings are several texts in a row) and answers the receptionist's reply. */
    async say(...bodies: string[]): Promise<string> {
      for (const body of bodies) await text(frontdesk, { from, to: shop.number, body });
      await frontdesk.advance(first ? 65 : 5);
      first = false;
      return (await repliesTo(frontdesk, shop, from)).at(-1) ?? "";
    },
    /** What the receptionist wrote to them, oldest first. */
    replies: () => repliesTo(frontdesk, shop, from),
    /** Everything that left for them. */
    received: async () => (await outbox(frontdesk, from)).map(({ body }) => body),
    conversation: async (): Promise<Json> => {
      const { body } = await shop.call("GET", "/api/v1/sms/conversations");
      return (body.data as Json[]).find((one) => one.customer_e164 === from || one.customer_phone === from);
    },
    bookings: () =>
      inside(frontdesk, shop.id, (ctx: Ctx) =>
        ctx.db.raw(
          sql<Json>`select b.* from bookings b join contacts c on c.workspace_id = b.workspace_id and c.id = b.contact_id
            where b.workspace_id = ${ctx.workspaceId} and c.phone = ${from} order by b.created_at`,
        ),
      ),
  };
}

function repliesTo(frontdesk: Harness, shop: TestBusiness, e164: string): Promise<string[]> {
  return inside(frontdesk, shop.id, async (ctx) => {
    const rows = await ctx.db
      .from("sms_messages")
      .select("body")
      .where("to_e164", "=", e164)
      .where("sender", "=", "ai")
      .where("status", "=", "sent")
      .orderBy("position")
      .execute();
    return rows.map(({ body }) => body);
  });
}
