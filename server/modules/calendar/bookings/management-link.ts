import type { App } from "../../../kernel/app.ts";
import type { Booking } from "./booking.ts";

/** Where the holder of a booking's token sees, and may cancel, the booking; undefined for bookings without one. */
export function managementUrl(
  app: App,
  companySlug: string,
  booking: Pick<Booking, "management_token">,
): string | undefined {
  if (booking.management_token === null) return undefined;
  return `${app.baseUrl}/book/${companySlug}/manage/${booking.management_token}`;
}
