import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { insertActivity } from "../../crm/activities/activities.store.ts";
import { settleHostLeft } from "./host-left.store.ts";
import { followBooking } from "../notetaker/follow-booking.ts";
import { formatDateTime } from "../slots/wall-clock.ts";
import type { Booking } from "./booking.ts";

export type Step = "created" | "moved" | "cancelled" | "attended" | "late" | "no_show";

const verbs: Record<Step, string> = {
  created: "Booked",
  moved: "Moved",
  cancelled: "Cancelled",
  attended: "Attended",
  late: "Late",
  no_show: "No-show",
};

/**
 * What else follows a booking's every step, whichever door it came through: an activity with the booking's whole context
 * on its contact, opportunity and company, and the notetaker's instructions. In the step's own transaction, so once.
 */
export async function recordStep(ctx: Ctx, step: Step, booking: Booking, before?: Booking): Promise<void> {
  if (before) await settleHostLeft(ctx, booking);
  await logActivity(ctx, step, booking, before);
  await followBooking(ctx, step, booking);
}

async function logActivity(ctx: Ctx, step: Step, booking: Booking, before?: Booking): Promise<void> {
  if (booking.contact_id === null && booking.deal_id === null) return;
  const around = await surroundingsOf(ctx, booking);
  const who = booking.booker_name ?? booking.booker_email ?? booking.booker_phone;
  await insertActivity(ctx, {
    activity_type: "meeting",
    subject: [`${verbs[step]}: ${booking.title}`, who].filter(Boolean).join(" - ").slice(0, 500),
    description: contextOf(booking, before, around).join("\n"),
    contact_id: booking.contact_id,
    opportunity_id: booking.deal_id,
    company_id: around.company_id,
  });
}

/** Everything about the booking but its secret link, one thing a line. */
function contextOf(
  booking: Booking,
  before: Booking | undefined,
  { service, hosts }: Surroundings,
): string[] {
  const wasAt = before && before.starts_at.getTime() !== booking.starts_at.getTime() ? before : undefined;
  const { attendees } = booking;
  const facts: [string, string | null | undefined][] = [
    ["Service", service ?? booking.title],
    ["When", timeOf(booking)],
    ["Before", wasAt && timeOf(wasAt)],
    [
      "Status",
      before && before.status !== booking.status ? `${before.status} → ${booking.status}` : booking.status,
    ],
    ["Reason", booking.status === "cancelled" ? booking.cancellation_reason : undefined],
    ["With", hosts],
    ["Customer", list([booking.booker_name, booking.booker_email, booking.booker_phone])],
    ["Attendees", list(attendees.map(({ name, email }) => (name ? `${name} <${email}>` : email)))],
    ["Where", list([booking.address, booking.postal_code])],
    ["Meeting link", booking.google_meet_link],
    ["Notes", booking.notes],
    ["Booked through", list([booking.source, booking.source_name, booking.agent_vendor])],
    ["Takes the place of", booking.replaces_booking_id],
    ["Booking", booking.id],
  ];
  return facts.flatMap(([label, value]) => (value ? [`${label}: ${value}`] : []));
}

function list(parts: readonly (string | null)[]): string {
  return parts.filter(Boolean).join(", ");
}

/** "Tue 3 Mar 2026, 10:00 AM, 60 minutes (Europe/London)" */
function timeOf({ starts_at: start, ends_at: end, timezone }: Booking): string {
  const minutes = Math.round((end.getTime() - start.getTime()) / 60_000);
  return `${formatDateTime(start.getTime(), timezone)}, ${minutes} minutes (${timezone})`;
}

type Surroundings = { service: string | null; hosts: string | null; company_id: string | null };

async function surroundingsOf(ctx: Ctx, booking: Booking): Promise<Surroundings> {
  const [row] = await ctx.db.raw(sql<Surroundings>`
    select
      (select name from scheduled_event_types
        where workspace_id = ${ctx.workspaceId} and id = ${booking.event_type_id}) as service,
      (select string_agg(name, ', ' order by name) from members
        where workspace_id = ${ctx.workspaceId} and id = any(${booking.host_ids}::uuid[])) as hosts,
      (select company_id from opportunities
        where workspace_id = ${ctx.workspaceId} and id = ${booking.deal_id}) as company_id`);
  return row ?? { service: null, hosts: null, company_id: null };
}
