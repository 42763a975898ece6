import { dictionary } from "../../../kernel/dictionary.ts";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { settleCall } from "../calls/settle-call.ts";
import { answerRinging, notInService, nothingToDo } from "./answers.ts";
import { receiveCall } from "./receive-call.ts";
import type { ReceivedCall } from "./receive-call.ts";
import type { Form } from "./wire.ts";
import {
  OkBody,
  checkNumbers,
  formInput,
  ok,
  phoneNumberInput,
  providerIdInput,
  providerTime,
  timestampInput,
  xmlOf,
} from "./wire.ts";

const callStatuses = [
  "ringing",
  "in-progress",
  "completed",
  "no-answer",
  "busy",
  "failed",
  "voicemail",
] as const;

type CallStatus = (typeof callStatuses)[number];

export type CallStatusInput = {
  toE164: string;
  fromE164: string;
  callSid: string;
  callStatus: CallStatus;
  timestamp: string;
  form?: Form;
};

export const receiveTwilioVoice = operation({
  name: "receive_twilio_voice",
  surface: edge,
  section: "Telephony",
  route: "POST /twilio/voice",
  scopes: [],
  effect: "write",
  noun: "call",
  tenancy: "none",
  holdable: false,
  summary: "A call came in, or its status changed.",
  description:
    "Signed by the provider. Takes the documented JSON (answers {\"ok\": true}) and the provider's own form post (answers TwiML: the owner's phone rings first). Reports may come twice and in any order.",
  input: Type.Object(
    {
      toE164: phoneNumberInput("The business number that was called."),
      fromE164: phoneNumberInput("Who calls."),
      callSid: providerIdInput("The provider's id of the call."),
      callStatus: Type.Union(callStatuses.map((status) => Type.Literal(status))),
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
      callSid: "CA0123456789abcdef0123456789abcdef",
      callStatus: "no-answer",
      timestamp: "2026-03-02T09:00:00Z",
    },
    output: { ok: true },
  },
  formWire: { read: readVoiceForm, present: xmlOf },
  async run(ctx, input) {
    checkNumbers(input);
    const received = await receiveCallStatus(ctx, input);
    if (!received) return ok(notInService());
    const asksWhatToDo = input.callStatus === "ringing" || input.callStatus === "in-progress";
    return ok(asksWhatToDo ? answerRinging(ctx.app, received) : nothingToDo());
  },
});

/** Takes a call's status in, from the voice webhook or from a status callback. */
export async function receiveCallStatus(ctx: Ctx, input: CallStatusInput): Promise<ReceivedCall | undefined> {
  const { form } = input;
  const received = await receiveCall(ctx, {
    kind: "voice",
    callSid: input.callSid,
    fromE164: input.fromE164,
    toE164: input.toE164,
    dedupStatus: input.callStatus,
    payload: form ?? { ...input },
    providerTime: providerTime(input.timestamp, form),
    report: ({ number, at, fromOwner }) => ({
      status: input.callStatus,
      verdict: form
        ? formVerdict(input.callStatus, !fromOwner && number.owner_e164 === null)
        : jsonVerdicts[input.callStatus],
      fromDial: false,
      ended: !["ringing", "in-progress"].includes(input.callStatus),
      at,
      durationSeconds: seconds(form?.["CallDuration"]),
    }),
  });
  if (received?.first && form && input.callStatus === "completed" && received.call.outcome === null) {
    await ctx.within(received.workspace.id, async (inside) => {
      const startAt = new Date(inside.now.getTime() + 30_000);
      inside.enqueue(settleCall, { callId: received.call.id }, { startAt });
    });
  }
  return received;
}

const jsonVerdicts: Record<CallStatus, "answered" | "missed" | undefined> = {
  ringing: undefined,
  "in-progress": "answered",
  completed: "answered",
  "no-answer": "missed",
  busy: "missed",
  failed: "missed",
  voicemail: "missed",
};

/**
 * In the provider's own posts the caller's leg is "in-progress" from the moment we ring the owner, and "completed"
 * whoever hung up: only the result of ringing the owner tells whether anybody answered.
 */
function formVerdict(status: CallStatus, nobodyToRing: boolean): "missed" | undefined {
  if (status === "ringing" || status === "in-progress") return nobodyToRing ? "missed" : undefined;
  return status === "completed" ? undefined : "missed";
}

const formStatuses: Record<string, CallStatus> = dictionary({
  queued: "ringing",
  initiated: "ringing",
  canceled: "no-answer",
});

/** The provider's form as our input. */
export function readVoiceForm(form: Form): Record<string, unknown> {
  const status = form["CallStatus"] ?? "";
  return {
    toE164: form["To"] ?? form["Called"],
    fromE164: form["From"] ?? form["Caller"] ?? "",
    callSid: form["CallSid"],
    callStatus: formStatuses[status] ?? status,
    timestamp: form["Timestamp"] ?? "",
    form,
  };
}

export function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
