import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { emptyMessaging } from "../../../providers/telephony/twiml.ts";
import { edge } from "../../../surfaces/edge.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { findNumber, findNumberByE164AcrossWorkspaces, isOwner } from "../../phone/numbers/numbers.store.ts";
import { isFirstReport, keepUnclaimed, noteOutcome } from "../../phone/webhooks/receipts.ts";
import type { Report } from "../../phone/webhooks/receipts.ts";
import {
  OkBody,
  checkNumbers,
  formInput,
  isReachable,
  ok,
  phoneNumberInput,
  providerIdInput,
  providerTime,
  timestampInput,
  xmlOf,
} from "../../phone/webhooks/wire.ts";
import type { Form } from "../../phone/webhooks/wire.ts";
import { onInboundText, onOwnerText } from "../../receptionist/dialogue/hooks.ts";
import { redact } from "../../receptionist/understanding/redact.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import { contactForNumber } from "../contacts/contact-for-number.ts";
import { openConversation } from "../conversations/conversations.store.ts";
import type { Media } from "../messages/message.ts";
import { insertInbound } from "../messages/messages.store.ts";
import { answerKeyword } from "./answer-keyword.ts";
import { keywordOf } from "./keywords.ts";

type SmsInput = {
  toE164: string;
  fromE164: string;
  messageSid: string;
  body: string;
  timestamp: string;
  form?: Form;
};

export const receiveTwilioSms = operation({
  name: "receive_twilio_sms",
  surface: edge,
  section: "Telephony",
  route: "POST /twilio/sms",
  scopes: [],
  effect: "write",
  noun: "sms_message",
  tenancy: "none",
  holdable: false,
  summary: "A text message came in.",
  description:
    'Signed by the provider. Takes the documented JSON (answers {"ok": true}) and the provider\'s own form post (answers empty TwiML: replies leave on their own). messageSid makes a second delivery do nothing.',
  input: Type.Object(
    {
      toE164: phoneNumberInput("The business number that was texted."),
      fromE164: phoneNumberInput("Who texts."),
      messageSid: providerIdInput("The provider's id of the message."),
      body: Type.String({ maxLength: 10_000, description: "The text." }),
      timestamp: timestampInput,
      form: formInput,
    },
    { additionalProperties: false },
  ),
  output: OkBody,
  example: {
    input: {
      toE164: "+13105551234",
      fromE164: "+13105559876",
      messageSid: "SM0123456789abcdef0123456789abcdef",
      body: "Hi, I called earlier",
      timestamp: "2026-03-02T09:00:00Z",
    },
    output: { ok: true },
  },
  formWire: { read: readSmsForm, present: xmlOf },
  async run(ctx, input) {
    checkNumbers(input);
    const report: Report = {
      kind: "sms",
      providerId: input.messageSid,
      status: "received",
      payload: input.form ?? { ...input },
      providerTime: providerTime(input.timestamp, input.form),
    };
    const owner = await findNumberByE164AcrossWorkspaces(ctx.app, input.toE164);
    if (!owner) await keepUnclaimed(ctx.app, report);
    else {
      await ctx.within(owner.workspaceId, async (inside) => {
        if (!(await isFirstReport(inside, report))) return;
        const number = await findNumber(inside, owner.numberId);
        const outcome = number && (await receive(inside, number, input, report));
        if (outcome) await noteOutcome(inside, report, outcome);
      });
    }
    return ok(emptyMessaging());
  },
});

/** Puts a text where it belongs; answers what it was when it was not a customer's ordinary message. */
async function receive(
  ctx: Ctx,
  number: PhoneNumber,
  input: SmsInput,
  report: Report,
): Promise<string | undefined> {
  const { fromE164: from, form } = input;
  if (from === number.e164 || !isReachable(from)) return "ignored_sender";
  const clean = redact(input.body);
  if (isOwner(number, await settingsOf(ctx), from)) {
    // What carriers take for themselves is not something the owner says to a customer.
    const keyword = keywordOf(input.body)?.keyword;
    if (keyword === "stop" || keyword === "help") return "owner_keyword";
    await onOwnerText(ctx, { number, body: clean.text });
    return "owner_reply";
  }
  const contact = await contactForNumber(ctx, from, "sms");
  const opened = await openConversation(ctx, {
    contactId: contact.id,
    phoneNumberId: number.id,
    customerE164: from,
  });
  const { conversation, message } = await insertInbound(ctx, opened, {
    body: clean.text,
    redactions: clean.redactions,
    media: mediaOf(form),
    providerId: input.messageSid,
    providerTime: report.providerTime,
    toE164: number.e164,
  });
  const keyword = await answerKeyword(ctx, {
    number,
    conversation,
    contact,
    body: input.body,
    answeredByCarrier: form?.["OptOutType"] !== undefined,
  });
  if (keyword) return keyword;
  await onInboundText(ctx, { number, conversation, contact, message });
  return undefined;
}

function readSmsForm(form: Form): Record<string, unknown> {
  return {
    toE164: form["To"],
    fromE164: form["From"] ?? "",
    messageSid: form["MessageSid"] ?? form["SmsMessageSid"] ?? form["SmsSid"],
    body: form["Body"] ?? "",
    timestamp: form["Timestamp"] ?? "",
    form,
  };
}

const mostPictures = 10;

function mediaOf(form: Form | undefined): Media[] {
  const count = Math.min(Number(form?.["NumMedia"] ?? 0) || 0, mostPictures);
  return Array.from({ length: count }, (_, index) => ({
    url: form?.[`MediaUrl${index}`] ?? "",
    contentType: form?.[`MediaContentType${index}`] ?? null,
  })).filter((one) => one.url !== "");
}
