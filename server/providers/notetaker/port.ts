/** A bot that sits in a video meeting and writes down what is said, in our words. */

/** A bot's instructions. `key` is our id: the same key again changes the instructions of the bot there is. */
export type MeetingBot = {
  key: string;
  meetingUrl: string;
  title: string;
  joinAt: Date;
  /** When the meeting should be over; a bot stays as long as the meeting does. */
  leaveAt: Date;
  /** Who is expected, by name. */
  participants: readonly string[];
};

/** Somebody's words, `atSeconds` after the recording began. */
export type SpokenPart = { speaker: string; atSeconds: number; text: string };

export type Recording =
  | { state: "waiting" | "recording" }
  | {
      state: "ended";
      recordedMinutes: number;
      parts: SpokenPart[];
      /** What a reader has to know about this transcript before believing it. */
      remark?: string;
    }
  | { state: "failed"; reason: string };

/** Throws ProviderError. */
export interface Notetaker {
  readonly name: "local";
  /** Sends a bot to a meeting, or changes where and when it goes. */
  schedule(bot: MeetingBot): Promise<{ providerId: string }>;
  /** Calls a bot off; one that is gone already is as good. */
  cancel(providerId: string): Promise<void>;
  /** What a bot has recorded so far. */
  recording(providerId: string, bot: MeetingBot): Promise<Recording>;
}
