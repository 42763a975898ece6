import type { Notetaker } from "./port.ts";

const remark =
  "This is the local notetaker: it kept the time of the meeting, but it joins no call and hears nothing. " +
  "No word below was spoken in the meeting.";

/**
 * Keeps the time of a meeting and invents nothing: its minutes run for as long as the booking does, and what it writes
 * says that nothing was heard. It keeps no state, so any process may ask it.
 */
export function createLocalNotetaker(now: () => Date): Notetaker {
  return {
    name: "local",
    schedule: ({ key }) => Promise.resolve({ providerId: `local-${key}` }),
    cancel: () => Promise.resolve(),
    recording: (_providerId, { joinAt, leaveAt, participants }) => {
      if (now() < joinAt) return Promise.resolve({ state: "waiting" });
      if (now() < leaveAt) return Promise.resolve({ state: "recording" });
      const minutes = (leaveAt.getTime() - joinAt.getTime()) / 60_000;
      return Promise.resolve({
        state: "ended",
        // The minute it is early is not the meeting's.
        recordedMinutes: Math.max(1, Math.floor(minutes - 1)),
        parts: participants.map((speaker) => ({ speaker, atSeconds: 0, text: "(nothing was heard)" })),
        remark,
      });
    },
  };
}
