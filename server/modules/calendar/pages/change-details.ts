import type { Ctx } from "../../../kernel/context.ts";
import { eventPayload } from "../bookings/booking.ts";
import type { Booking } from "../bookings/booking.ts";
import { updateBooking } from "../bookings/bookings.store.ts";
import { enqueueChangedInvitations } from "../invitations/enqueue-invitations.ts";
import { parsePhone } from "../../../phones.ts";
import type { Details } from "./details-form.ts";

/**
 * Changes who a booking is for, as its booker says, and sends everybody the invitation anew. The contact in the CRM stays
 * as it is: the business decides what it believes of somebody who only holds a link. Nothing is sent when nothing changed.
 */
export async function changeDetails(
  ctx: Ctx,
  before: Booking,
  details: Details,
  country: string,
): Promise<Booking> {
  const values = {
    booker_name: details.name,
    booker_email: details.email,
    booker_phone: parsePhone(details.phone, country)?.e164 ?? null,
    notes: details.notes || null,
  };
  const isSame = Object.entries(values).every(([name, value]) => before[name as keyof Booking] === value);
  if (isSame) return before;
  const after = await updateBooking(ctx, before.id, { ...values, sequence: before.sequence + 1 });
  const { management_token: _before, ...recordedBefore } = before;
  const { management_token: _after, ...recordedAfter } = after;
  ctx.changed({ noun: "booking", id: before.id, before: recordedBefore, after: recordedAfter });
  ctx.emit({ type: "booking.updated", noun: "booking", recordId: before.id, payload: eventPayload(after) });
  enqueueChangedInvitations(ctx, before, after);
  return after;
}
