import type { MessageChannel } from "../../workspace/settings/settings.ts";
import type { BookingNotification } from "../services/service.ts";
import type { Attendee } from "../bookings/booking.ts";
import type { Appointment } from "./appointment.ts";
import { wakingTime } from "./waking-time.ts";
import type { Audience, MessageKind } from "./booking-message.ts";

export type PlannedMessage = {
  kind: MessageKind;
  channel: MessageChannel;
  audience: Audience;
  dueAt: Date;
  recipient?: string;
  recipientName?: string;
  memberId?: string;
  /** When the appointment was to be before it was moved. */
  movedFrom?: Date;
  offsetMinutes?: number;
  label?: string;
  subjectTemplate?: string;
  bodyTemplate?: string;
  position?: number;
  /** The calendar invitation that goes with the mail, so that the customer gets one mail, not two. */
  invitationSequence?: number;
  /** Given, the message is on the record but will not be sent. */
  skipReason?: string;
};

export type ReminderWish = {
  offsetMinutes: number;
  channels: readonly MessageChannel[];
  notification?: BookingNotification;
  position?: number;
};

/** The confirmation of a booking as it stands now; whoever comes along is told by the invitation. */
export function planConfirmation(appointment: Appointment, now: Date, movedFrom?: Date): PlannedMessage[] {
  const { confirmation } = appointment.business.settings.booking_messages;
  if (!confirmation.enabled) return [];
  return toCustomer(appointment, confirmation.channels).map((target) => ({
    kind: "confirmation",
    dueAt: now,
    ...target,
    ...withInvitation(appointment, target),
    ...(movedFrom ? { movedFrom } : {}),
  }));
}

/** The reminders: the service's own when it has any, else the workspace's; and what the service says at the start. */
export function planReminders(appointment: Appointment, now: Date): PlannedMessage[] {
  const { pre_meeting: before, meeting_start: atStart } = appointment.notifications;
  const reminders: ReminderWish[] =
    before.length > 0
      ? wishesOf(before)
      : appointment.business.settings.booking_messages.reminders.map((reminder) => ({
          offsetMinutes: reminder.offset_minutes,
          channels: reminder.channels,
        }));
  const wishes = [...reminders, ...wishesOf(atStart, reminders)];
  return wishes.flatMap((wish) => planReminder(appointment, wish, now));
}

/** Each notification with its place among those of the same offset, `others` before it. */
function wishesOf(
  notifications: readonly BookingNotification[],
  others: readonly ReminderWish[] = [],
): ReminderWish[] {
  const offsets = others.map((wish) => wish.offsetMinutes);
  return notifications.map((notification) => {
    const { offset_minutes: offsetMinutes = 0, channels } = notification;
    const position = offsets.filter((offset) => offset === offsetMinutes).length;
    offsets.push(offsetMinutes);
    return { offsetMinutes, channels, notification, position };
  });
}

/**
 * One reminder; one whose moment had passed when the booking was made is recorded as skipped. A text that would fall into quiet
 * hours waits until they end, or leaves before they begin where it would come too late by then.
 */
export function planReminder(appointment: Appointment, wish: ReminderWish, now: Date): PlannedMessage[] {
  const { startsAt, business } = appointment;
  const wished = new Date(startsAt.getTime() - wish.offsetMinutes * 60_000);
  const awake = wakingTime(business.settings.quiet_hours, business.timeZone, { wished, startsAt });
  return targets(appointment, wish).map((target) => ({
    kind: "reminder",
    ...dueOf(target.channel === "sms" && target.audience !== "team" ? awake : wished, wished, now),
    offsetMinutes: wish.offsetMinutes,
    position: wish.position ?? 0,
    ...texts(wish.notification, target.channel),
    ...target,
  }));
}

function dueOf(at: Date | undefined, wished: Date, now: Date): Pick<PlannedMessage, "dueAt" | "skipReason"> {
  if (wished <= now) return { dueAt: wished, skipReason: "its time had passed when the booking was made" };
  if (at && at > now) return { dueAt: at };
  return { dueAt: wished, skipReason: "only quiet hours were left for it" };
}

/** One notice, by the way the customer can be reached: a text before a mail. */
export function planCancellation(appointment: Appointment, now: Date): PlannedMessage[] {
  const [first] = toCustomer(appointment, ["sms", "email"]);
  return first ? [{ kind: "cancellation", dueAt: now, ...first, ...withInvitation(appointment, first) }] : [];
}

/**
 * What the service says of somebody who is late or did not come, and afterwards, to have them book again. Nobody is told
 * before the appointment has begun, however early it was marked: a slip can still be corrected.
 */
export function planNotices(
  appointment: Appointment,
  kind: "late" | "no_show" | "rebooking",
  now: Date,
): PlannedMessage[] {
  const from = Math.max(now.getTime(), appointment.startsAt.getTime());
  return wishesOf(appointment.notifications[kind]).flatMap((wish) =>
    targets(appointment, wish).map((target) => ({
      kind,
      dueAt: new Date(from + (kind === "rebooking" ? wish.offsetMinutes * 60_000 : 0)),
      position: wish.position ?? 0,
      ...(kind === "rebooking" ? { offsetMinutes: wish.offsetMinutes } : {}),
      ...texts(wish.notification, target.channel),
      ...target,
    })),
  );
}

function withInvitation(appointment: Appointment, { channel }: Target): { invitationSequence?: number } {
  return channel === "email" ? { invitationSequence: appointment.invitationSequence } : {};
}

type Target = {
  channel: MessageChannel;
  audience: Audience;
  recipient?: string;
  recipientName?: string;
  memberId?: string;
};

function targets(appointment: Appointment, wish: ReminderWish): Target[] {
  const recipients = wish.notification?.recipients ?? "booker";
  const customer = recipients === "team" ? [] : toCustomer(appointment, wish.channels);
  const attendees =
    recipients === "booker_and_attendees" || recipients === "all"
      ? reach(companionsOf(appointment), wish.channels, "attendee")
      : [];
  const team =
    recipients === "team" || recipients === "all" ? reach(appointment.team, wish.channels, "team") : [];
  return [...customer, ...attendees, ...team];
}

/** Who comes along, each once; a booker who is on the list as well is told as the booker. */
function companionsOf({ attendees, customer }: Appointment): Attendee[] {
  const others = attendees.filter(({ email }) => email.toLowerCase() !== customer.email?.toLowerCase());
  return [...new Map(others.toReversed().map((one) => [one.email.toLowerCase(), one])).values()].toReversed();
}

function toCustomer({ customer }: Appointment, channels: readonly MessageChannel[]): Target[] {
  return channels.flatMap((channel) =>
    (channel === "sms" ? customer.phone : customer.email) ? [{ channel, audience: "customer" as const }] : [],
  );
}

type Reachable = { id?: string; name?: string | null; email?: string | null; phone?: string | null };

function reach(
  people: readonly Reachable[],
  channels: readonly MessageChannel[],
  audience: Audience,
): Target[] {
  return people.flatMap((person) =>
    channels.flatMap((channel) => {
      const recipient = channel === "sms" ? person.phone : person.email;
      const member = person.id === undefined ? {} : { memberId: person.id };
      return recipient ? [{ channel, audience, ...named(recipient, person.name), ...member }] : [];
    }),
  );
}

function named(recipient: string, name: string | null | undefined) {
  return { recipient, ...(name ? { recipientName: name } : {}) };
}

function texts(notification: BookingNotification | undefined, channel: MessageChannel) {
  const body = channel === "sms" ? notification?.sms_body : notification?.email_body;
  return {
    ...(notification?.label ? { label: notification.label } : {}),
    ...(body ? { bodyTemplate: body } : {}),
    ...(channel === "email" && notification?.email_subject
      ? { subjectTemplate: notification.email_subject }
      : {}),
  };
}
