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

/** The zone a caller's times are told in: their state's, else the one named, else Sydney's. Throws a 400 for a zone that is none. */
export function callerZone(where: Whereabouts): string {
  const ofState = resolveZone(callerState(where) ?? "");
  return ofState ?? zoneField("timezone", given(where.timezone) ?? defaultZone);
}
