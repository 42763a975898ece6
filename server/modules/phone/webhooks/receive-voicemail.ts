import { Type } from "typebox";
import { sayAndHangUp } from "../../../providers/telephony/twiml.ts";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { notInService } from "./answers.ts";
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

export const receiveVoicemail = operation({
  name: "receive_voicemail",
  surface: edge,
  section: "Telephony",
  route: "POST /twilio/voice/voicemail",
  scopes: [],
  effect: "write",
  noun: "call",
  tenancy: "none",
  holdable: false,
  summary: "A caller left a message.",
  input: Type.Object(
    {
      toE164: phoneNumberInput("The business number that was called."),
      fromE164: phoneNumberInput("Who calls."),
      callSid: providerIdInput("The provider's id of the call."),
      recordingUrl: Type.String({ maxLength: 2000, description: "Where the recording is." }),
      recordingSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
      timestamp: timestampInput,
      form: formInput,
    },
    { additionalProperties: false },
  ),
  output: OkBody,
  formWire: {
    read: (form) => {
      const { callStatus: _c, ...fields } = readVoiceForm(form);
      const recordingSeconds = seconds(form["RecordingDuration"]);
      return {
        ...fields,
        recordingUrl: form["RecordingUrl"] ?? "",
        ...(recordingSeconds === undefined ? {} : { recordingSeconds }),
      };
    },
    present: xmlOf,
  },
  async run(ctx, input) {
    checkNumbers(input);
    const { form, recordingUrl } = input;
    const received = await receiveCall(ctx, {
      kind: "voicemail",
      callSid: input.callSid,
      fromE164: input.fromE164,
      toE164: input.toE164,
      dedupStatus: recordingUrl,
      payload: form ?? { ...input },
      providerTime: providerTime(input.timestamp, form),
      report: ({ at }) => ({
        status: "voicemail",
        verdict: "missed",
        fromDial: false,
        ended: true,
        at,
        voicemail: recordingUrl ? { url: recordingUrl, seconds: input.recordingSeconds ?? null } : undefined,
      }),
    });
    return ok(received ? sayAndHangUp("Thank you. Goodbye.") : notInService());
  },
});
