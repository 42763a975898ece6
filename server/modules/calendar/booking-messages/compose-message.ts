import type { OutboundEmail } from "../../../providers/email/port.ts";
import type { Appointment } from "./appointment.ts";
import type { BookingMessage } from "./booking-message.ts";
import { noticeTexts } from "./notice-texts.ts";
import { fill, placeholdersOf } from "./templates.ts";

export type Composed =
  { channel: "sms"; to: string; body: string } | { channel: "email"; email: OutboundEmail };

const cancellationSubject = "Cancelled: {service} on {date} at {time}";

/** The message as it leaves, with today's values; undefined without a text or a recipient. */
export function composeMessage(appointment: Appointment, message: BookingMessage): Composed | undefined {
  const { subject, body } = templatesFor(appointment, message);
  // Who comes along is greeted by name; the team reads of the booker.
  const reader = message.audience === "attendee" ? (message.recipient_name ?? "there") : undefined;
  const values = placeholdersOf(appointment, reader);
  const text = fill(body, values);
  const isCustomers = message.audience === "customer";
  const own = isCustomers ? appointment.customer[message.channel === "sms" ? "phone" : "email"] : undefined;
  const to = message.recipient ?? own;
  if (!to || text === "") return undefined;
  if (message.channel === "sms") return { channel: "sms", to, body: text };
  const { business } = appointment;
  return {
    channel: "email",
    email: {
      key: message.id,
      workspaceId: message.workspace_id,
      to,
      fromName: business.name,
      subject: fill(subject, values).replaceAll(/\s+/g, " "),
      text,
      ...(business.email ? { replyTo: business.email } : {}),
    },
  };
}

type Texts = { subject: string; body: string };

function templatesFor(appointment: Appointment, message: BookingMessage): Texts {
  const usual = usualTexts(appointment, message);
  return {
    subject: message.subject_template ?? usual.subject,
    body: message.body_template ?? usual.body,
  };
}

function usualTexts({ business }: Appointment, { kind, channel, audience }: BookingMessage): Texts {
  const { templates } = business.settings.booking_messages;
  const sms = channel === "sms";
  switch (kind) {
    case "confirmation":
      return {
        subject: templates.confirmation_email_subject,
        body: sms ? templates.confirmation_sms : templates.confirmation_email,
      };
    case "reminder":
      return {
        subject: templates.reminder_email_subject,
        body: sms ? templates.reminder_sms : templates.reminder_email,
      };
    case "cancellation":
      return { subject: cancellationSubject, body: templates.cancellation_sms };
    default: {
      const texts = noticeTexts[audience === "team" ? "team" : "people"][kind];
      return { subject: texts.subject, body: sms ? texts.sms : texts.email };
    }
  }
}
