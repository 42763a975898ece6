import { Type } from "typebox";
import { notFound } from "../../../kernel/errors.ts";
import { callEnvelope, given, voiceTool } from "../../../surfaces/voice-call.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { defaultZone } from "../bookings/wanted-slot.ts";
import { resolveZone, wallTimeAt } from "../slots/wall-clock.ts";
import { callerState, callerZone } from "./caller-zone.ts";
import { chooseSlots } from "./choose-slots.ts";
import { listingText } from "./listing-text.ts";
import { offeringOf } from "./offering.ts";
import { heard, platformInput } from "./voice-input.ts";
import { readWish } from "./wish.ts";

export const listVoiceSlots = voiceTool({
  name: "list_voice_slots",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling/voice/:event_type_id/slots",
  scopes: ["scheduling:read"],
  effect: "read",
  noun: "booking",
  summary: "Open times as a text to read to a caller, as a voice agent's tool.",
  description:
    'Takes the voice platform\'s envelope or flat parameters. The answer names the service, its length, its hosts and what it is, then open times day by day, each with the key to book it by, [slot:"2026-03-03 09:00"]. When nothing is open at the wished-for time the nearest times are told instead.',
  shape: "text",
  voice: { failure: "THE TIMES COULD NOT BE LOOKED UP. Offer the caller no time." },
  input: Type.Object(
    {
      event_type_id: Type.String({ format: "uuid" }),
      preferred_day: heard(
        200,
        "The day in the caller's words: asap, today, tomorrow, monday, next week, weekend, or YYYY-MM-DD. A day that is over is taken for the next one of its weekday.",
        "asap",
      ),
      preferred_time: heard(
        200,
        "The time in the caller's words: morning, afternoon, evening, around 2pm, after 3, 14:00. Any time when left out.",
      ),
      state: heard(
        100,
        "The caller's state, such as NSW, whose clock the times are told by; else the call's dynamic variable state.",
      ),
      timezone: heard(100, "IANA zone for callers whose state is not known.", defaultZone),
      ...platformInput,
      call: callEnvelope,
    },
    { additionalProperties: false },
  ),
  output: Type.String(),
  errors: [notFound],
  example: { input: { preferred_day: "tomorrow", preferred_time: "around 2pm", state: "NSW" } },
  async run(ctx, input) {
    const zone = callerZone(input);
    const { service, hosts, country } = await offeringOf(ctx, input.event_type_id);
    const { date, minuteOfDay } = wallTimeAt(ctx.now.getTime(), zone);
    const wish = readWish(given(input.preferred_day) ?? "asap", given(input.preferred_time) ?? "", {
      date,
      minutes: minuteOfDay,
      country,
    });
    const choice = await chooseSlots(ctx, service, wish, zone);
    const state = callerState(input);
    const unknownState = state !== undefined && !resolveZone(state) ? state : undefined;
    return listingText({ service, hosts, wish, choice, zone, unknownState, now: ctx.now.getTime() });
  },
});
