import { invalidField } from "../../../kernel/errors.ts";
import { callVariable, given } from "../../../surfaces/voice-call.ts";
import type { VoiceCall } from "../../../surfaces/voice-call.ts";
import { defaultZone } from "../bookings/wanted-slot.ts";
import { resolveZone } from "../slots/wall-clock.ts";
import { zoneField } from "../wall-input.ts";

type Whereabouts = {
  state?: string | null | undefined;
  timezone?: string | null | undefined;
  call?: VoiceCall;
};

/** The caller's state: said to the agent, or known to the platform when the call began. */
export function callerState({ state, call }: Whereabouts): string | undefined {
  return given(state) ?? callVariable(call, "state") ?? callVariable(call, "customer_state");
}

/**
 * The zone a caller's times are told in: their state's, else the one named, else Sydney's. Throws a 400 for a zone that is
 * none, and for a state nobody knows with no other zone beside it: wrong times are worse than a question.
 */
export function callerZone(where: Whereabouts): string {
  const state = callerState(where);
  const ofState = state && resolveZone(state);
  if (ofState) return ofState;
  const named = given(where.timezone);
  if (named && (named !== defaultZone || !state)) return zoneField("timezone", named);
  if (!state) return defaultZone;
  throw invalidField(
    "state",
    `${state} is no state known here`,
    "Send a state such as NSW or VIC, or timezone with an IANA name such as Pacific/Auckland.",
  );
}
