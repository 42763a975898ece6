import { randomBytes } from "node:crypto";
import { lazily, lazilyComplete } from "./calendar/lazily.ts";
import { createLocalCalendar } from "./calendar/local.ts";
import { namedAddresses } from "./calendar/named-addresses.ts";
import type { CalendarProvider } from "./calendar/port.ts";
import {
  type CalendarConfig,
  type EmailConfig,
  type LanguageModelConfig,
  type TelephonyConfig,
  requireModelOptions,
  requireSmtpOptions,
  requireTwilioOptions,
} from "./config.ts";
import { createLocalEmail } from "./email/local.ts";
import type { Email } from "./email/port.ts";
import { createSmtpEmail } from "./email/smtp.ts";
import { createAnthropicModel } from "./language-model/anthropic.ts";
import { createOpenAiCompatibleModel } from "./language-model/openai-compatible.ts";
import type { LanguageModel } from "./language-model/port.ts";
import type { LocalSink } from "./local-sink.ts";
import { type LocalTelephony, createLocalTelephony } from "./telephony/local.ts";
import { type TwilioTelephony, createTwilioTelephony } from "./telephony/twilio.ts";

export { type ProviderConfig, readProviderConfig } from "./config.ts";

/**
 * The telephony the config asks for. Without a token, local webhooks are signed with a fresh random one. Throws
 * an Error naming the environment variable of a missing credential.
 */
export function createTelephony(
  config: TelephonyConfig,
  sink: LocalSink,
  now: () => Date,
): LocalTelephony | TwilioTelephony {
  if (config.kind === "twilio") return createTwilioTelephony(requireTwilioOptions(config));
  const authToken = config.authToken ?? randomBytes(16).toString("hex");
  return createLocalTelephony({ sink, authToken, now });
}

/** The mail the config asks for. Throws an Error naming the environment variable of a missing credential. */
export function createEmail(config: EmailConfig, sink: LocalSink, now: () => Date): Email {
  if (config.kind === "smtp") return createSmtpEmail(requireSmtpOptions(config));
  return createLocalEmail({ sink, from: config.from ?? "frontdesk@localhost", now });
}

/**
 * The model the config asks for; undefined for "local", where the deterministic receptionist answers. Throws an
 * Error naming the environment variable of a missing credential.
 */
export function createLanguageModel(config: LanguageModelConfig): LanguageModel | undefined {
  const { kind } = config;
  if (kind === "local") return undefined;
  const options = requireModelOptions({ ...config, kind });
  return kind === "anthropic" ? createAnthropicModel(options) : createOpenAiCompatibleModel(options);
}

/** Every kind of calendar there is; which of them are used is for the connections to say. */
export function createCalendars(
  config: CalendarConfig,
  sink: LocalSink,
  now: () => Date,
): Record<CalendarProvider["name"], CalendarProvider> {
  const { allowPrivate, googleClientId: clientId, googleClientSecret: clientSecret } = config;
  const named = (kind: "caldav" | "ics") => ({ addressProblem: namedAddresses(kind, allowPrivate) });
  return {
    local: createLocalCalendar({ sink, now }),
    google: lazilyComplete({ name: "google", writable: true }, async () => {
      const { createGoogleCalendar } = await import("./calendar/google.ts");
      return createGoogleCalendar({ clientId, clientSecret, baseUrl: config.googleBaseUrl, now });
    }),
    caldav: lazily({ name: "caldav", writable: true, ...named("caldav") }, async () => {
      const { createCalDavCalendar } = await import("./calendar/caldav.ts");
      return createCalDavCalendar({ allowPrivate, now });
    }),
    ics: lazily({ name: "ics", writable: false, ...named("ics") }, async () => {
      const { createIcsCalendar } = await import("./calendar/ics.ts");
      return createIcsCalendar({ allowPrivate, now });
    }),
  };
}
