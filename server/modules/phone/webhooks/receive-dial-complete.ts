import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { answerMissed, notInService, nothingToDo } from "./answers.ts";
import { receiveCall } from "./receive-call.ts";
import { readVoiceForm, seconds } from "./receive-twilio-voice.ts";
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

const answeredStatuses = ["completed", "answered"];

export const receiveDialComplete = operation({
  name: "receive_dial_complete",
  surface: edge,
  section: "Telephony",
  route: "POST /twilio/voice/dial-complete",
  scopes: [],
  effect: "write",
  noun: "call",
  tenancy: "none",
  holdable: false,
  summary: "The owner's phone was rung: this says whether it was answered.",
  description:
    "The action of the <Dial> that receive_twilio_voice answered. completed or answered means the owner took the call; no-answer, busy, failed and canceled mean that nobody did.",
  input: Type.Object(
    {
      toE164: phoneNumberInput("The business number that was called."),
      fromE164: phoneNumberInput("Who calls."),
      callSid: providerIdInput("The provider's id of the caller's call."),
      dialCallStatus: Type.Union(
        ["completed", "answered", "no-answer", "busy", "failed", "canceled"].map((status) =>
          Type.Literal(status),
        ),
      ),
      timestamp: timestampInput,
      form: formInput,
    },
    { additionalProperties: false },
  ),
  output: OkBody,
  formWire: {
    read: (form) => {
      const { callStatus: _c, ...fields } = readVoiceForm(form);
      return { ...fields, dialCallStatus: form["DialCallStatus"] };
    },
    present: xmlOf,
  },
  async run(ctx, input) {
    checkNumbers(input);
    const { form, dialCallStatus } = input;
    const answered = answeredStatuses.includes(dialCallStatus);
    const received = await receiveCall(ctx, {
      kind: "dial",
      callSid: input.callSid,
      fromE164: input.fromE164,
      toE164: input.toE164,
      dedupStatus: dialCallStatus,
      payload: form ?? { ...input },
      providerTime: providerTime(input.timestamp, form),
      report: ({ at }) => ({
        status: answered ? "completed" : dialCallStatus === "canceled" ? "no-answer" : dialCallStatus,
        verdict: answered ? "answered" : "missed",
        fromDial: true,
        ended: true,
        at,
        dialStatus: dialCallStatus,
        durationSeconds: answered ? seconds(form?.["DialCallDuration"]) : undefined,
      }),
    });
    if (!received) return ok(notInService());
    return ok(answered ? nothingToDo() : answerMissed(ctx.app, received.workspace));
  },
});
