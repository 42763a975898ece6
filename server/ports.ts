import type { CalendarProvider } from "./providers/calendar/port.ts";
import type { Email } from "./providers/email/port.ts";
import type { LanguageModel } from "./providers/language-model/port.ts";
import type { Notetaker } from "./providers/notetaker/port.ts";
import type { Telephony } from "./providers/telephony/port.ts";

/** Secrets of the installation, the same on every node; from the environment, or made once and kept in the database. */
export type InstallationSecrets = {
  serviceJwt: string;
  twilioAuthToken: string;
  /** What secrets kept in the database are sealed with. */
  sealing: string;
  /** What codes, links, passes and cookies of our own are derived from; nobody outside is given it. */
  consent: string;
};

declare module "./kernel/context.ts" {
  interface Ports {
    telephony: Telephony;
    email: Email;
    notetaker: Notetaker;
    /** undefined: the deterministic receptionist answers. */
    languageModel: LanguageModel | undefined;
    calendars: Record<CalendarProvider["name"], CalendarProvider>;
    secrets: InstallationSecrets;
  }
}
