import type { OutboundEmail } from "../../../providers/email/port.ts";
import type { Appointment } from "./appointment.ts";
import type { BookingMessage } from "./booking-message.ts";
import { fill, placeholdersOf } from "./templates.ts";

export type Composed =
  { channel: "sms"; to: string; body: string } | { channel: "email"; email: OutboundEmail };

const cancellationSubject = "Cancelled: {service} on {date} at {time}";

/** The message as it leaves, with today's values; undefined without a text or a recipient. */
export function composeMessage(appointment: Appointment, message: BookingMessage): Composed | undefined {
  const { subject, body } = templatesFor(appointment, message);
  const values = placeholdersOf(appointment, message.recipient_name ?? undefined);
  const text = fill(body, values);
  const to = message.recipient ?? appointment.customer[message.channel === "sms" ? "phone" : "email"];
  if (!to || text === "") return undefined;
  if (message.channel === "sms") return { channel: "sms", to, body: text };
  const { business } = appointment;
  return {
    channel: "email",
    email: {
      key: message.id,
      to,
      fromName: business.name,
      subject: fill(subject, values).replaceAll(/\s+/g, " "),
      text,
      ...(business.email ? { replyTo: business.email } : {}),
    },
  };
}

function templatesFor(appointment: Appointment, message: BookingMessage): { subject: string; body: string } {
  const { templates } = appointment.business.settings.booking_messages;
  const sms = message.channel === "sms";
  const usual = {
    confirmation: {
      subject: templates.confirmation_email_subject,
      body: sms ? templates.confirmation_sms : templates.confirmation_email,
    },
    reminder: {
      subject: templates.reminder_email_subject,
      body: sms ? templates.reminder_sms : templates.reminder_email,
    },
    cancellation: { subject: cancellationSubject, body: templates.cancellation_sms },
  }[message.kind];
  return {
    subject: message.subject_template ?? usual.subject,
    body: message.body_template ?? usual.body,
  };
}
