import type { SmtpOptions } from "./email/smtp.ts";
import type { RemoteModelOptions } from "./language-model/port.ts";
import type { TwilioOptions } from "./telephony/twilio.ts";

/** `authToken` also signs local webhooks, where it may be left to chance. */
export type TelephonyConfig = {
  kind: "local" | "twilio";
  accountSid?: string;
  authToken?: string;
  baseUrl?: string;
};
export type EmailConfig = { kind: "local" | "smtp"; url?: string; from?: string; tls?: SmtpOptions["tls"] };
export type LanguageModelConfig = {
  kind: "local" | "anthropic" | "openai";
  apiKey?: string;
  baseUrl?: string;
  model?: string;
};
/** `allowPrivate`: whether a calendar somebody connects by its address may lie inside our own network. */
export type CalendarConfig = {
  googleClientId?: string;
  googleClientSecret?: string;
  googleBaseUrl?: string;
  allowPrivate: boolean;
};
export type ProviderConfig = {
  telephony: TelephonyConfig;
  email: EmailConfig;
  languageModel: LanguageModelConfig;
  calendars: CalendarConfig;
};

type Env = Record<string, string | undefined>;

/** Which providers the environment asks for. Throws an Error naming the variable that is missing or wrong. */
export function readProviderConfig(env: Env): ProviderConfig {
  const telephony: TelephonyConfig = {
    kind: readKind(env, "FRONTDESK_TELEPHONY", ["local", "twilio"]),
    accountSid: readText(env, "TWILIO_ACCOUNT_SID"),
    authToken: readText(env, "TWILIO_AUTH_TOKEN"),
    baseUrl: readText(env, "TWILIO_BASE_URL"),
  };
  if (telephony.kind === "twilio") requireTwilioOptions(telephony);

  const email: EmailConfig = {
    kind: readKind(env, "FRONTDESK_EMAIL", ["local", "smtp"]),
    url: readText(env, "SMTP_URL"),
    from: readText(env, "EMAIL_FROM"),
  };
  checkEmailFrom(email.from);
  if (email.kind === "smtp") requireSmtpOptions(email);

  const kind = readKind(env, "FRONTDESK_LANGUAGE_MODEL", ["local", "anthropic", "openai"]);
  const languageModel: LanguageModelConfig = { kind, model: readText(env, "FRONTDESK_MODEL") };
  if (kind !== "local") {
    languageModel.apiKey = readText(env, modelVariables[kind].apiKey);
    languageModel.baseUrl = readText(env, modelVariables[kind].baseUrl);
    requireModelOptions({ ...languageModel, kind });
  }
  return { telephony, email, languageModel, calendars: readCalendarConfig(env) };
}

// Google's credentials are asked for when somebody connects a Google calendar: an installation without one needs none.
function readCalendarConfig(env: Env): CalendarConfig {
  const googleBaseUrl = readText(env, "GOOGLE_API_BASE_URL");
  checkUrl("GOOGLE_API_BASE_URL", googleBaseUrl, ["http:", "https:"]);
  return {
    googleClientId: readText(env, "GOOGLE_CLIENT_ID"),
    googleClientSecret: readText(env, "GOOGLE_CLIENT_SECRET"),
    googleBaseUrl,
    allowPrivate: ["1", "true"].includes(readText(env, "FRONTDESK_ALLOW_PRIVATE_CALENDARS") ?? ""),
  };
}

/** The config as the Twilio adapter wants it. Throws an Error naming the variable at fault. */
export function requireTwilioOptions(config: TelephonyConfig): TwilioOptions {
  const { accountSid = "", authToken = "", baseUrl } = config;
  refuseMissing("FRONTDESK_TELEPHONY=twilio", {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
  });
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) {
    throw new Error(
      'TWILIO_ACCOUNT_SID must be "AC" and 32 hexadecimal digits, as shown in the Twilio console',
    );
  }
  checkUrl("TWILIO_BASE_URL", baseUrl, ["http:", "https:"]);
  return { accountSid, authToken, baseUrl };
}

/** The config as the SMTP adapter wants it. Throws an Error naming the variable at fault. */
export function requireSmtpOptions(config: EmailConfig): SmtpOptions {
  const { url = "", from = "", tls } = config;
  refuseMissing("FRONTDESK_EMAIL=smtp", { SMTP_URL: url, EMAIL_FROM: from });
  checkUrl("SMTP_URL", url, ["smtp:", "smtps:"]);
  checkEmailFrom(from);
  return { url, from, tls };
}

const modelVariables = {
  anthropic: {
    apiKey: "ANTHROPIC_API_KEY",
    baseUrl: "ANTHROPIC_BASE_URL",
    defaultModel: "claude-sonnet-5-5",
  },
  openai: { apiKey: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL", defaultModel: "gpt-5.4-mini" },
};

/**
 * The config as a language model adapter wants it. Throws an Error naming the variable at fault. A server of
 * one's own (OPENAI_BASE_URL) needs no key, but the name of its model.
 */
export function requireModelOptions(
  config: LanguageModelConfig & { kind: "anthropic" | "openai" },
): RemoteModelOptions {
  const { kind, baseUrl, apiKey = "", model } = config;
  const variables = modelVariables[kind];
  const ownServer = kind === "openai" && baseUrl !== undefined;
  refuseMissing(`FRONTDESK_LANGUAGE_MODEL=${kind}`, {
    [variables.apiKey]: ownServer ? "not needed" : apiKey,
    FRONTDESK_MODEL: ownServer ? (model ?? "") : "not needed",
  });
  checkUrl(variables.baseUrl, baseUrl, ["http:", "https:"]);
  return { apiKey: apiKey === "" ? "none" : apiKey, baseUrl, model: model ?? variables.defaultModel };
}

function readText(env: Env, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === "" ? undefined : text;
}

function readKind<Kind extends string>(env: Env, name: string, kinds: readonly Kind[]): Kind | "local" {
  const text = readText(env, name) ?? "local";
  const kind = kinds.find((candidate) => candidate === text);
  if (kind === undefined) throw new Error(`${name} must be one of ${kinds.join(", ")}, not "${text}"`);
  return kind;
}

function refuseMissing(setting: string, values: Record<string, string>): void {
  const missing = Object.keys(values).filter((name) => values[name] === "");
  if (missing.length > 0) throw new Error(`${setting} needs ${missing.join(" and ")} to be set`);
}

/** The value stays out of the message, since an SMTP URL carries a password. */
function checkUrl(name: string, url: string | undefined, protocols: string[]): void {
  if (url === undefined) return;
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== undefined && protocols.includes(protocol)) return;
  throw new Error(`${name} must be a URL starting with ${protocols.map((p) => `${p}//`).join(" or ")}`);
}

function checkEmailFrom(from: string | undefined): void {
  if (from === undefined || /^[^\s@<>,"]+@[^\s@<>,"]+$/.test(from)) return;
  throw new Error(`EMAIL_FROM must be a bare address (each workspace adds its own name), not "${from}"`);
}
