import type { Harness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import type { Shop } from "../booking-messages/testing.ts";

export const base = "/api/private/v1";

/** Calls of an approved integration of the shop, as a token with these scopes. */
export async function integration(
  frontdesk: Harness,
  shop: Shop,
  scopes: readonly string[] = ["READ_BOOKINGS", "WRITE_BOOKINGS"],
) {
  const key = await shop.privateToken(scopes);
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    frontdesk.call(method, `${base}${path}`, { key, body, ...(headers ? { headers } : {}) });
  return { key, call };
}

/** What book_job takes: an hour and a half on Wednesday morning. */
export const job = (shop: Shop, overrides: Record<string, unknown> = {}) => ({
  customerPhone: shop.customer(),
  scheduledStartAt: "2026-03-04T10:00:00Z",
  scheduledEndAt: "2026-03-04T11:30:00Z",
  ...overrides,
});

export async function storedBookings(frontdesk: Harness, shop: Shop): Promise<number> {
  const rows = await inside(frontdesk, shop.id, (ctx) => ctx.db.from("bookings").select("id").execute());
  return rows.length;
}
