import type { Ctx } from "../../../kernel/context.ts";
import { parsePhone } from "../../../phones.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { displayName } from "../../crm/contacts/contact.ts";
import { activeAdministrators } from "../../workspace/members/members.store.ts";
import { contactEmailOf, workspaceOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceSettings } from "../../workspace/settings/settings.ts";
import { managementUrl } from "../bookings/management-link.ts";
import { isByStranger } from "../bookings/booking.ts";
import type { Attendee, Booking } from "../bookings/booking.ts";
import type { BookingMessage } from "./booking-message.ts";
import type { BookingNotification, BookingNotifications, Service } from "../services/service.ts";

/** Somebody of the business who is told of a booking. */
export type TeamMember = { id: string; name: string; phone: string | null; email: string | null };

/** Everything a message about a booking may say, and to whom. */
export type Appointment = {
  bookingId: string;
  contactId: string | null;
  status: string;
  /** Booked by somebody nobody knows. */
  byStranger: boolean;
  /** Still to take place, as far as its status says. */
  active: boolean;
  startsAt: Date;
  endsAt: Date;
  /** The booker's. */
  timeZone: string;
  /** The one the visit is given in. */
  businessZone: string;
  serviceName: string;
  serviceSlug: string | undefined;
  /** The service's own messages. Those before the start (pre_meeting) replace the workspace's reminders. */
  notifications: Required<BookingNotifications>;
  /** Of the calendar invitation as it stands: grows with every change. */
  invitationSequence: number;
  /** Where the customer sees and cancels it. */
  managementUrl: string | undefined;
  meetLink: string | undefined;
  /** `phone` only when a text can reach it. */
  customer: { name: string; phone: string | undefined; email: string | undefined };
  attendees: readonly Attendee[];
  team: readonly TeamMember[];
  business: {
    name: string;
    slug: string;
    email: string | undefined;
    bookingPage: string;
    /** Whose clock the quiet hours are on. */
    timeZone: string;
    settings: WorkspaceSettings;
  };
};

const noNotifications: Required<BookingNotifications> = {
  pre_meeting: [],
  meeting_start: [],
  late: [],
  no_show: [],
  rebooking: [],
};

/** A booking with what its messages need; "lock" keeps it from moving or being cancelled until the transaction ends. */
export async function loadAppointment(
  ctx: Ctx,
  bookingId: string,
  lock?: "lock",
): Promise<Appointment | undefined> {
  const query = ctx.db.from("bookings").selectAll().where("id", "=", bookingId);
  const booking = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (!booking) return undefined;
  const service = booking.event_type_id ? await serviceOf(ctx, booking.event_type_id) : undefined;
  const workspace = await workspaceOf(ctx);
  const notifications = { ...noNotifications, ...service?.booking_notifications };
  return {
    bookingId: booking.id,
    contactId: booking.contact_id,
    status: booking.status,
    byStranger: isByStranger(booking),
    active: booking.status === "confirmed" || booking.status === "late",
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    timeZone: booking.timezone,
    businessZone: service?.timezone ?? workspace.timeZone,
    serviceName: service?.name ?? booking.title,
    serviceSlug: service?.slug,
    notifications,
    invitationSequence: booking.sequence,
    managementUrl: managementUrl(ctx.app, workspace.slug, booking),
    meetLink: booking.google_meet_link ?? undefined,
    customer: await customerOf(ctx, booking),
    attendees: booking.attendees,
    team: Object.values(notifications).flat().some(reachesTeam) ? await teamOf(ctx, booking.host_ids) : [],
    business: {
      name: workspace.name,
      slug: workspace.slug,
      email: contactEmailOf(workspace),
      bookingPage: `${ctx.app.baseUrl}/book/${workspace.slug}`,
      timeZone: workspace.timeZone,
      settings: workspace.settings,
    },
  };
}

function serviceOf(ctx: Ctx, id: string): Promise<Service | undefined> {
  return ctx.db.from("scheduled_event_types").selectAll().where("id", "=", id).executeTakeFirst();
}

function reachesTeam({ recipients }: BookingNotification): boolean {
  return recipients === "team" || recipients === "all";
}

/** The hosts; who runs the business when nobody was given the booking, or all of them have left. */
async function teamOf(ctx: Ctx, hostIds: readonly string[]): Promise<Appointment["team"]> {
  const hosts = hostIds.length === 0 ? [] : await activeMembers(ctx).where("id", "in", hostIds).execute();
  return hosts.length > 0 ? hosts : activeAdministrators(ctx);
}

/** The member a message is for as they can be reached now; undefined once they have left. */
export function findRecipient(
  ctx: Ctx,
  { member_id: memberId, channel, recipient }: Pick<BookingMessage, "member_id" | "channel" | "recipient">,
): Promise<TeamMember | undefined> {
  const members = activeMembers(ctx);
  // Planned before messages named their member, it is whoever can be reached there.
  const column = channel === "sms" ? "phone" : "email";
  return memberId === null
    ? members.where(column, "=", recipient).executeTakeFirst()
    : members.where("id", "=", memberId).executeTakeFirst();
}

function activeMembers(ctx: Ctx) {
  return ctx.db
    .from("members")
    .select(["id", "name", "phone", "email"])
    .where("status", "=", "active")
    .orderBy("name")
    .orderBy("id");
}

async function customerOf(ctx: Ctx, booking: Booking): Promise<Appointment["customer"]> {
  const contact = booking.contact_id ? await findContact(ctx, booking.contact_id) : undefined;
  const phone = booking.booker_phone ?? contact?.phone ?? undefined;
  return {
    name: booking.booker_name ?? (contact ? displayName(contact) : ""),
    phone: phone !== undefined && parsePhone(phone)?.kind !== "landline" ? phone : undefined,
    email: booking.booker_email ?? contact?.email ?? undefined,
  };
}
