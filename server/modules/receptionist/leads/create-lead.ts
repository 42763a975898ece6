import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing, notFound, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { contactForNumber } from "../../messaging/contacts/contact-for-number.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { findNumber, findNumberByE164 } from "../../phone/numbers/numbers.store.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { followUpMissedCall } from "../dialogue/follow-up.ts";
import { LeadWithTimeline, presentLead, presentLeadEvent } from "./lead.ts";
import { createLead as makeLead } from "./leads.ts";
import { timelineOf } from "./leads.store.ts";

export const createLead = operation({
  name: "create_lead",
  surface: privateBookings,
  section: "Leads",
  scopes: [],
  effect: "write",
  noun: "lead",
  summary: "Make a lead, or go on with the open one, when a missed call or a text starts a conversation.",
  description:
    "The program's own step behind the telephony webhooks; no surface offers it. The same call or message again changes nothing. A missed call is followed up by a text when the rules allow it.",
  errors: [validationError, notFound],
  input: Type.Object(
    {
      trackedPhoneNumber: Type.Object(
        {
          id: Type.Optional(Type.String({ format: "uuid" })),
          e164: Type.Optional(Type.String()),
        },
        { additionalProperties: false, description: "The business number that was called or texted." },
      ),
      customerPhone: Type.String({ description: "The customer's number." }),
      event: Type.Object(
        {
          type: Type.Union([Type.Literal("missed_call"), Type.Literal("inbound_text")]),
          callSid: Type.Optional(Type.String({ minLength: 1 })),
          messageSid: Type.Optional(Type.String({ minLength: 1 })),
        },
        { additionalProperties: false, description: "What came in, with the provider's id of it." },
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    lead: LeadWithTimeline,
    created: Type.Boolean({ description: "A new lead; false when an open one goes on." }),
    duplicate: Type.Boolean({ description: "The event had been seen before; nothing was done." }),
    followUp: Type.Union([Type.String(), Type.Null()], {
      description: "What became of the text back: queued, suppressed or held.",
    }),
  }),
  async run(ctx, { trackedPhoneNumber, customerPhone, event }) {
    const number = await numberOf(ctx, trackedPhoneNumber);
    const customerE164 = phoneField("customerPhone", customerPhone, await countryOf(ctx));
    const providerId = event.type === "missed_call" ? event.callSid : event.messageSid;
    if (providerId === undefined) {
      const field = event.type === "missed_call" ? "event.callSid" : "event.messageSid";
      throw invalidField(
        field,
        "is needed to tell a repeated delivery from a new event",
        "Send the id the carrier gave the call or the message.",
      );
    }
    const contact = await contactForNumber(ctx, customerE164, event.type);
    const { lead, created, fresh } = await makeLead(ctx, {
      contactId: contact.id,
      phoneNumberId: number.id,
      customerE164,
      event: { kind: event.type, providerId },
    });
    const followUp =
      fresh && event.type === "missed_call"
        ? await followUpMissedCall(ctx, { lead, contact, number, customerE164 })
        : null;
    const timeline = (await timelineOf(ctx, lead.id)).map(presentLeadEvent);
    return { lead: { ...presentLead(lead), timeline }, created, duplicate: !fresh, followUp };
  },
});

async function numberOf(ctx: Ctx, tracked: { id?: string; e164?: string }): Promise<PhoneNumber> {
  const number = tracked.id
    ? await findNumber(ctx, tracked.id)
    : tracked.e164
      ? await findNumberByE164(ctx, tracked.e164)
      : undefined;
  if (number) return number;
  if (!tracked.id && !tracked.e164)
    throw invalidField(
      "trackedPhoneNumber",
      "needs an id or an e164 number",
      'Send {"e164": "+447700900123"} with a number of this business.',
    );
  throw missing("phone number", tracked.id ?? tracked.e164 ?? "");
}
