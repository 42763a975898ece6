import type { auth, calendar_v3 } from "@googleapis/calendar";
import { ProviderError, isRetryableStatus, thrownField, thrownMessage } from "../errors.ts";
import type { CalendarAccount, CalendarCredentials } from "./port.ts";

/** `baseUrl` replaces every host of Google by something else, e.g. a loopback. */
export type GoogleOptions = {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  baseUrl?: string | undefined;
  timeoutMs?: number;
  /** No more of an answer is read, unpacked. */
  mostBytes?: number;
  now: () => Date;
};

type OAuth2Client = InstanceType<typeof auth.OAuth2>;
type Tokens = { access_token?: string | null; refresh_token?: string | null; expiry_date?: number | null };
type Account = Pick<CalendarAccount, "credentials" | "renewed">;

export type GoogleClients = {
  /** Runs `work` as the account's owner, with a token that holds. Whatever goes wrong is a ProviderError. */
  call<T>(account: Account, work: (api: calendar_v3.Calendar) => Promise<T>): Promise<T>;
  signIn(redirectUri: string): Promise<OAuth2Client>;
  redeem(redirectUri: string, code: { code: string; codeVerifier: string }): Promise<CalendarCredentials>;
};

export const calendarScopes = ["https://www.googleapis.com/auth/calendar"];

const provider = "google";
/** A token that ends while a request is on its way is as good as ended. */
const spareMs = 60_000;
/** A page of events has some hundred kilobytes. */
const mostBytes = 20 * 1024 * 1024;

/** The official client, loaded on first use. Tokens are renewed here, by our clock, and handed to whoever keeps them. */
export function createGoogleClients(options: GoogleOptions): GoogleClients {
  const { clientId, clientSecret, baseUrl, timeoutMs = 15_000, now } = options;
  const maxContentLength = options.mostBytes ?? mostBytes;
  const root = baseUrl?.replace(/(?<!\/)\/+$/, "");
  const endpoints = root
    ? { oauth2AuthBaseUrl: `${root}/o/oauth2/v2/auth`, oauth2TokenUrl: `${root}/token` }
    : undefined;

  async function connect(accessToken: string) {
    const { auth, calendar } = await import("@googleapis/calendar");
    const client = new auth.OAuth2();
    client.setCredentials({ access_token: accessToken });
    return calendar({
      version: "v3",
      auth: client,
      timeout: timeoutMs,
      maxContentLength,
      // Whoever calls us decides when to try again, and for how long.
      retry: false,
      ...(root ? { rootUrl: `${root}/` } : {}),
    });
  }

  async function signIn(redirectUri?: string): Promise<OAuth2Client> {
    if (!clientId || !clientSecret) throw notConfigured();
    const { auth } = await import("@googleapis/calendar");
    return new auth.OAuth2({
      clientId,
      clientSecret,
      ...(redirectUri === undefined ? {} : { redirectUri }),
      ...(endpoints ? { endpoints } : {}),
      // The client takes the second of the two from a request only; as a default it is called size.
      transporterOptions: { timeout: timeoutMs, maxContentLength, size: maxContentLength },
    });
  }

  async function renew(account: Account, refreshToken: string): Promise<CalendarCredentials> {
    const client = await signIn();
    client.setCredentials({ refresh_token: refreshToken });
    const { credentials } = await client.refreshAccessToken();
    const renewed = { ...account.credentials, ...credentialsOf(credentials) };
    await account.renewed?.(renewed);
    return renewed;
  }

  return {
    async call(account, work) {
      try {
        let { credentials } = account;
        const { refreshToken, expiresAt } = credentials;
        const ends = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
        const isFresh = credentials["accessToken"] !== undefined && ends > now().getTime() + spareMs;
        if (!isFresh && refreshToken) credentials = await renew(account, refreshToken);
        try {
          return await work(await connect(credentials["accessToken"] ?? ""));
        } catch (error) {
          // Ended sooner than announced: once more with a new one, unless this was one.
          if (thrownField(error, "status") !== 401 || !refreshToken || !isFresh) throw error;
          const renewed = await renew(account, refreshToken);
          return await work(await connect(renewed["accessToken"] ?? ""));
        }
      } catch (error) {
        throw asProviderError(error, now());
      }
    },
    signIn,
    async redeem(redirectUri, code) {
      const client = await signIn(redirectUri);
      try {
        const { tokens } = await client.getToken(code);
        return credentialsOf(tokens);
      } catch (error) {
        throw asProviderError(error, now());
      }
    },
  };
}

function credentialsOf(tokens: Tokens): CalendarCredentials {
  return {
    ...(tokens.access_token ? { accessToken: tokens.access_token } : {}),
    ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
    ...(tokens.expiry_date ? { expiresAt: new Date(tokens.expiry_date).toISOString() } : {}),
  };
}

function notConfigured(): ProviderError {
  return new ProviderError({
    provider,
    code: "not-configured",
    message: "connecting a Google calendar needs GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET to be set",
    retryable: false,
  });
}

const rateReasons = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
  "calendarUsageLimitsExceeded",
]);

function asProviderError(thrown: unknown, now: Date): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (isTooLarge(thrown)) return tooLarge(thrown);
  const about = { provider, message: thrownMessage(thrown), cause: thrown };
  const response = thrownField(thrown, "response");
  const status = thrownField(thrown, "status") ?? thrownField(response, "status");
  if (typeof status !== "number") {
    return new ProviderError({ ...about, code: "network", retryable: true, outcomeUnknown: true });
  }
  const reason = reasonIn(thrownField(response, "data"));
  const retryAfterMs = waitAsked(response, now);
  if (status === 429 || (status === 403 && rateReasons.has(reason ?? ""))) {
    return new ProviderError({ ...about, code: "rate-limited", retryable: true, status, retryAfterMs });
  }
  if (status === 401 || reason === "invalid_grant" || reason === "unauthorized_client") {
    return new ProviderError({ ...about, code: "revoked", retryable: false, status });
  }
  return new ProviderError({
    ...about,
    code: status === 404 ? "not-found" : (reason ?? `http-${status}`),
    retryable: isRetryableStatus(status) && status !== 409,
    outcomeUnknown: status >= 500,
    status,
    retryAfterMs,
  });
}

/** The client says so of an answer that announces its size, and what it reads with, of one that does not. */
function isTooLarge(thrown: unknown): boolean {
  const told = /`Content-Length` is over the limit/.test(thrownMessage(thrown));
  const reading = [thrown, thrownField(thrown, "cause")];
  return told || reading.some((error) => thrownField(error, "type") === "max-size");
}

/** What was asked may have been done all the same. */
export function tooLarge(cause?: unknown): ProviderError {
  const message = "the answer is larger than any that is read";
  return new ProviderError({
    provider,
    code: "too-large",
    message,
    retryable: false,
    outcomeUnknown: true,
    cause,
  });
}

/** The API answers {error: {errors: [{reason}]}}, the token endpoint {error: "invalid_grant"}. */
function reasonIn(body: unknown): string | undefined {
  const error = thrownField(body, "error");
  if (typeof error === "string") return error;
  const [first] = (thrownField(error, "errors") as unknown[] | undefined) ?? [];
  const reason = thrownField(first, "reason");
  return typeof reason === "string" ? reason : undefined;
}

/** Retry-After is a number of seconds or a date. */
function waitAsked(response: unknown, now: Date): number | undefined {
  const headers = thrownField(response, "headers") as { get?(name: string): string | null } | undefined;
  const asked = headers?.get?.("retry-after");
  if (typeof asked !== "string" || asked === "") return undefined;
  const seconds = Number(asked);
  const waitMs = Number.isNaN(seconds) ? Date.parse(asked) - now.getTime() : seconds * 1000;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
