import type { MessageChannel } from "../../workspace/settings/settings.ts";
import type { BookingNotification } from "../services/service.ts";
import type { Appointment } from "./appointment.ts";
import type { Audience, MessageKind } from "./booking-message.ts";

export type PlannedMessage = {
  kind: MessageKind;
  channel: MessageChannel;
  audience: Audience;
  dueAt: Date;
  recipient?: string;
  recipientName?: string;
  offsetMinutes?: number;
  label?: string;
  subjectTemplate?: string;
  bodyTemplate?: string;
  /** Given, the message is on the record but will not be sent. */
  skipReason?: string;
};

export type ReminderWish = {
  offsetMinutes: number;
  channels: readonly MessageChannel[];
  notification?: BookingNotification;
};

/** The confirmation of a booking as it stands now; whoever comes along is told by the invitation. */
export function planConfirmation(appointment: Appointment, now: Date): PlannedMessage[] {
  const { confirmation } = appointment.business.settings.booking_messages;
  if (!confirmation.enabled) return [];
  return toCustomer(appointment, confirmation.channels).map((target) => ({
    kind: "confirmation",
    dueAt: now,
    ...target,
  }));
}

/** The reminders: the service's own when it has any, else the workspace's; and what the service says at the start. */
export function planReminders(appointment: Appointment, now: Date): PlannedMessage[] {
  const { before, atStart } = appointment.notifications;
  const reminders: ReminderWish[] =
    before.length > 0
      ? before.map((one) => wishOf(one, one.offset_minutes ?? 0))
      : appointment.business.settings.booking_messages.reminders.map((reminder) => ({
          offsetMinutes: reminder.offset_minutes,
          channels: reminder.channels,
        }));
  const wishes = [...reminders, ...atStart.map((one) => wishOf(one, 0))];
  return wishes.flatMap((wish) => planReminder(appointment, wish, now));
}

function wishOf(notification: BookingNotification, offsetMinutes: number): ReminderWish {
  return { offsetMinutes, channels: notification.channels, notification };
}

/** One reminder; one whose moment had passed when the booking was made is recorded as skipped. */
export function planReminder(appointment: Appointment, wish: ReminderWish, now: Date): PlannedMessage[] {
  const dueAt = new Date(appointment.startsAt.getTime() - wish.offsetMinutes * 60_000);
  return targets(appointment, wish).map((target) => ({
    kind: "reminder",
    dueAt,
    offsetMinutes: wish.offsetMinutes,
    ...texts(wish.notification, target.channel),
    ...target,
    ...(dueAt <= now ? { skipReason: "its time had passed when the booking was made" } : {}),
  }));
}

/** One notice, by the way the customer can be reached: a text before a mail. */
export function planCancellation(appointment: Appointment, now: Date): PlannedMessage[] {
  const [first] = toCustomer(appointment, ["sms", "email"]);
  return first ? [{ kind: "cancellation", dueAt: now, ...first }] : [];
}

type Target = { channel: MessageChannel; audience: Audience; recipient?: string; recipientName?: string };

function targets(appointment: Appointment, wish: ReminderWish): Target[] {
  const recipients = wish.notification?.recipients ?? "booker";
  const customer = recipients === "team" ? [] : toCustomer(appointment, wish.channels);
  const attendees =
    recipients === "booker_and_attendees" || recipients === "all"
      ? reach(appointment.attendees, wish.channels, "attendee")
      : [];
  const team =
    recipients === "team" || recipients === "all" ? reach(appointment.team, wish.channels, "team") : [];
  return [...customer, ...attendees, ...team];
}

function toCustomer({ customer }: Appointment, channels: readonly MessageChannel[]): Target[] {
  return channels.flatMap((channel) =>
    (channel === "sms" ? customer.phone : customer.email) ? [{ channel, audience: "customer" as const }] : [],
  );
}

type Reachable = { name?: string | null; email?: string | null; phone?: string | null };

function reach(
  people: readonly Reachable[],
  channels: readonly MessageChannel[],
  audience: Audience,
): Target[] {
  return people.flatMap((person) =>
    channels.flatMap((channel) => {
      const recipient = channel === "sms" ? person.phone : person.email;
      return recipient ? [{ channel, audience, ...named(recipient, person.name) }] : [];
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
