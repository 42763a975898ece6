import type { App } from "../../../kernel/app.ts";
import { emptyVoice, ringOwner, sayAndHangUp, takeVoicemail } from "../../../providers/telephony/twiml.ts";
import type { ReceivedCall } from "./receive-call.ts";

const voicemailMaxSeconds = 120;

export function notInService(): string {
  return sayAndHangUp("Sorry, this number is not in service.");
}

/** What a ringing call is told to do: put it through to the owner, or say that nobody is there. */
export function answerRinging(app: App, { number, call, workspace }: ReceivedCall): string {
  if (call.from_owner) return sayAndHangUp(`This is the Frontdesk line of ${workspace.name}.`);
  if (number.owner_e164 === null || call.outcome === "missed") return answerMissed(app, workspace);
  return ringOwner({
    ownerNumber: number.owner_e164,
    ringSeconds: number.ring_seconds,
    actionUrl: callbackUrl(app, "/twilio/voice/dial-complete"),
  });
}

/** What the caller hears when nobody took the call. */
export function answerMissed(app: App, workspace: ReceivedCall["workspace"]): string {
  const text = `Sorry, nobody at ${workspace.name} can take your call right now.`;
  if (!workspace.settings.voicemail.enabled)
    return sayAndHangUp(`${text} You can also text this number. Goodbye.`);
  return takeVoicemail({
    text: `${text} Please leave a message after the tone.`,
    actionUrl: callbackUrl(app, "/twilio/voice/voicemail"),
    maxSeconds: voicemailMaxSeconds,
  });
}

export function nothingToDo(): string {
  return emptyVoice();
}

// A relative address is resolved by the caller against the one it just called, which is right behind any proxy.
function callbackUrl(app: App, path: string): string {
  return `${app.config.publicUrl ?? ""}${path}`;
}
