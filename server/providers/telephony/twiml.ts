// Deep imports keep start-up fast: the package's main module loads the whole REST client (0.6 s).
import MessagingResponse from "twilio/lib/twiml/MessagingResponse.js";
import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";

/**
 * Rings the owner's own phone for `ringSeconds`, then posts the outcome (DialCallStatus) to `actionUrl`.
 * `callerId` defaults to the caller's number, so that the owner sees who calls.
 */
export function ringOwner(options: {
  ownerNumber: string;
  ringSeconds: number;
  actionUrl: string;
  callerId?: string;
}): string {
  const { ownerNumber, ringSeconds, actionUrl, callerId } = options;
  const response = new VoiceResponse();
  const dial = response.dial({
    timeout: ringSeconds,
    action: actionUrl,
    method: "POST",
    ...(callerId === undefined ? {} : { callerId }),
  });
  dial.number(ownerNumber);
  return response.toString();
}

/** Speaks `text`, then ends the call. */
export function sayAndHangUp(text: string): string {
  const response = new VoiceResponse();
  response.say(text);
  response.hangup();
  return response.toString();
}

/** Speaks `text`, records at most `maxSeconds` after a beep and posts the recording to `actionUrl`. */
export function takeVoicemail(options: { text: string; actionUrl: string; maxSeconds: number }): string {
  const response = new VoiceResponse();
  response.say(options.text);
  response.record({
    action: options.actionUrl,
    method: "POST",
    maxLength: options.maxSeconds,
    playBeep: true,
  });
  response.hangup(); // reached only when nothing was recorded
  return response.toString();
}

/** Nothing to do for this call event. */
export function emptyVoice(): string {
  return new VoiceResponse().toString();
}

/** No reply to this text message; ours leave through `sendSms`. */
export function emptyMessaging(): string {
  return new MessagingResponse().toString();
}
