import { dictionary } from "../../../kernel/dictionary.ts";
import { Type } from "typebox";
import type { App } from "../../../kernel/app.ts";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { isFirstReport, keepUnclaimed } from "../../phone/webhooks/receipts.ts";
import type { Report } from "../../phone/webhooks/receipts.ts";
import { readVoiceForm, receiveCallStatus } from "../../phone/webhooks/receive-twilio-voice.ts";
import type { CallStatusInput } from "../../phone/webhooks/receive-twilio-voice.ts";
import {
  OkBody,
  formInput,
  ok,
  providerIdInput,
  providerTime,
  timestampInput,
  xmlOf,
} from "../../phone/webhooks/wire.ts";
import type { Form } from "../../phone/webhooks/wire.ts";
import { nothingToDo } from "../../phone/webhooks/answers.ts";
import { applyStatus } from "../messages/apply-status.ts";

const statuses = ["queued", "sent", "delivered", "undelivered", "failed"] as const;
type Status = (typeof statuses)[number];

export const receiveTwilioStatus = operation({
  name: "receive_twilio_status",
  surface: edge,
  section: "Telephony",
  route: "POST /twilio/status-callback",
  scopes: [],
  effect: "write",
  noun: "sms_message",
  tenancy: "none",
  holdable: false,
  summary: "What became of a text we sent.",
  description:
    "Signed by the provider. A message only moves forward: a late sent after delivered changes nothing. The provider's own form is taken too, also for the status of calls.",
  input: Type.Object(
    {
      messageSid: providerIdInput("The provider's id of the message."),
      status: Type.Union(statuses.map((status) => Type.Literal(status))),
      errorCode: Type.Optional(
        Type.Union([Type.String({ maxLength: 20 }), Type.Null()], {
          description: "The provider's code of a failure, such as 30007.",
        }),
      ),
      timestamp: timestampInput,
      message: Type.Optional(
        Type.String({
          format: "uuid",
          description: "Our id of the message, as the callback address carries it.",
        }),
      ),
      form: formInput,
    },
    { additionalProperties: false },
  ),
  output: OkBody,
  example: {
    input: {
      messageSid: "SM0123456789abcdef0123456789abcdef",
      status: "undelivered",
      errorCode: "30007",
      timestamp: "2026-03-02T09:00:33Z",
    },
    output: { ok: true },
  },
  formWire: { read: readStatusForm, present: xmlOf },
  async run(ctx, input) {
    const { form } = input;
    if (form && isAboutCall(form)) {
      // The leg to the owner's phone has its own reports; what counts of it comes with the caller's call.
      if (!form["ParentCallSid"]) await receiveCallStatus(ctx, readVoiceForm(form) as CallStatusInput);
      return ok(nothingToDo());
    }
    const report: Report = {
      kind: "sms_status",
      providerId: input.messageSid,
      status: form?.["MessageStatus"] ?? input.status,
      payload: form ?? { ...input },
      providerTime: providerTime(input.timestamp, form),
    };
    const found = await findAcrossWorkspaces(ctx.app, input.messageSid, input.message);
    if (!found) await keepUnclaimed(ctx.app, report);
    else {
      await ctx.within(found.workspaceId, async (inside) => {
        if (!(await isFirstReport(inside, report))) return;
        await applyStatus(inside, found.messageId, {
          providerId: input.messageSid,
          status: input.status,
          errorCode: input.errorCode ?? null,
          at: report.providerTime ?? inside.now,
        });
      });
    }
    return ok(nothingToDo());
  },
});

function isAboutCall(form: Form): boolean {
  return form["CallSid"] !== undefined && form["MessageSid"] === undefined && form["SmsSid"] === undefined;
}

// The provider's statuses that the documented five leave out.
const formStatuses: Record<string, Status> = dictionary({
  accepted: "queued",
  scheduled: "queued",
  sending: "queued",
  read: "delivered",
  canceled: "failed",
});

function readStatusForm(form: Form): Record<string, unknown> {
  const status = form["MessageStatus"] ?? form["SmsStatus"] ?? "";
  const aboutCall = isAboutCall(form);
  return {
    messageSid: form["MessageSid"] ?? form["SmsSid"] ?? form["CallSid"],
    status: aboutCall ? "queued" : (formStatuses[status] ?? status),
    ...(form["ErrorCode"] ? { errorCode: form["ErrorCode"] } : {}),
    timestamp: form["Timestamp"] ?? form["RawDlrDoneDate"] ?? "",
    form,
  };
}

/** A callback may be faster than our own record of the provider's id; the address it came to names the message too. */
async function findAcrossWorkspaces(
  app: App,
  providerId: string,
  messageId: string | undefined,
): Promise<{ workspaceId: string; messageId: string } | undefined> {
  const row = await app.database.system("identify-webhook", (kysely) =>
    kysely
      .selectFrom("sms_messages")
      .select(["workspace_id", "id"])
      .where("direction", "=", "out")
      .where((where) =>
        where.or([
          where("provider_id", "=", providerId),
          ...(messageId ? [where.and([where("id", "=", messageId), where("provider_id", "is", null)])] : []),
        ]),
      )
      .limit(1)
      .executeTakeFirst(),
  );
  return row && { workspaceId: row.workspace_id, messageId: row.id };
}
