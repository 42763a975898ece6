/** What the tests of bookings and of what is said about them share. */
import type { JsonObject } from "../../../kernel/tables.ts";
import type { LocalEntry } from "../../../providers/local-sink.ts";
import { listOutbox } from "../../../local-outbox.ts";
import type { Harness } from "../../../testing/harness.ts";
import { businessWithNumber, inside } from "../../messaging/testing.ts";
import type { TestBusiness } from "../../messaging/testing.ts";
import { book } from "../bookings/book.ts";
import type { BookRequest } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import type { Service } from "../services/service.ts";
import { insertService } from "../services/services.store.ts";
import type { ServiceValues } from "../services/services.store.ts";
import type { BookingMessage } from "./booking-message.ts";
import { messagesOf } from "./booking-messages.store.ts";

export type Shop = TestBusiness & { service: Service };

/** A plumber in London with one member of staff, usual hours, an active number and a bookable service of an hour. */
export async function openShop(
  frontdesk: Harness,
  options: { settings?: JsonObject; service?: ServiceValues; timeZone?: string } = {},
): Promise<Shop> {
  const business = await businessWithNumber(frontdesk, {
    timeZone: options.timeZone ?? "Europe/London",
    ...(options.settings ? { settings: options.settings } : {}),
  });
  const service = await inside(frontdesk, business.id, (ctx) =>
    insertService(ctx, {
      name: "Leak repair",
      slug: "leak-repair",
      duration_minutes: 60,
      is_bookable: true,
      ...options.service,
    }),
  );
  return { ...business, service };
}

/** Wednesday morning, two days after the harness' clock starts. */
export const wednesdayAtTen = new Date("2026-03-04T10:00:00Z");

let customers = 0;

export function freshEmail(): string {
  customers += 1;
  return `customer${customers}@example.test`;
}

/** Books the shop's service for a customer with a phone and an e-mail address. */
export function bookAt(
  frontdesk: Harness,
  shop: Shop,
  startsAt: Date,
  request: Partial<BookRequest> = {},
): Promise<Booking> {
  return inside(frontdesk, shop.id, (ctx) =>
    book(ctx, {
      service: shop.service,
      startsAt,
      customer: { name: "Ada Price", phone: shop.customer(), email: freshEmail() },
      source: "console",
      ...request,
    }),
  );
}

export function messagesFor(frontdesk: Harness, shop: Shop, bookingId: string): Promise<BookingMessage[]> {
  return inside(frontdesk, shop.id, (ctx) => messagesOf(ctx, bookingId));
}

/** The mails about bookings that left for an address, oldest first; calendar invitations are not among them. */
export async function mailsTo(frontdesk: Harness, to: string): Promise<LocalEntry[]> {
  const entries = await listOutbox(frontdesk.app);
  return entries.filter(
    (entry) => entry.channel === "email" && entry.to === to && !entry.key.startsWith("invitation:"),
  );
}
