import type { OutboundEmail } from "../../../providers/email/port.ts";
import type { Appointment } from "./appointment.ts";
import type { BookingMessage } from "./booking-message.ts";
import { defaultSettings } from "../../workspace/settings/settings.ts";
import type { BookingTemplates } from "../../workspace/settings/settings.ts";
import { movedNotice, noticeTexts } from "./notice-texts.ts";
import { fill, placeholdersOf } from "./templates.ts";

export type Composed =
  { channel: "sms"; to: string; body: string } | { channel: "email"; email: OutboundEmail };

const cancellationSubject = "Cancelled: {service} on {date} at {time}";

/** The message as it leaves, with today's values; undefined without a text or a recipient. */
export function composeMessage(appointment: Appointment, message: BookingMessage): Composed | undefined {
  const { subject, body } = templatesFor(appointment, message);
  // Who comes along is greeted by name; the team reads of the booker.
  const reader = message.audience === "attendee" ? (message.recipient_name ?? "there") : undefined;
  const values = placeholdersOf(appointment, {
    channel: message.channel,
    audience: message.audience,
    readerName: reader,
    movedFrom: message.moved_from,
  });
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

function usualTexts(appointment: Appointment, message: BookingMessage): Texts {
  const { business } = appointment;
  const { kind, channel, audience } = message;
  const { templates } = business.settings.booking_messages;
  const sms = channel === "sms";
  if (kind === "confirmation" && message.moved_from) return movedTexts(templates, sms);
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

/** A move says so, and from when: in a business's own words for a confirmation ahead of them. */
function movedTexts(templates: BookingTemplates, sms: boolean): Texts {
  const usual = defaultSettings.booking_messages.templates;
  const [own, preset] = sms
    ? [templates.confirmation_sms, usual.confirmation_sms]
    : [templates.confirmation_email, usual.confirmation_email];
  const body = own === preset ? (sms ? movedNotice.sms : movedNotice.email) : undefined;
  return {
    subject: movedNotice.subject,
    body: body ?? `${movedNotice.before}${sms ? " " : "\n\n"}${own}`,
  };
}
