/**
 * `fetch` for calendars whose address somebody named: only to the public internet (see kernel/outbound.ts), at every hop of a
 * redirect; never from https to http; with credentials only where they were meant to go; and never more than `mostBytes`.
 */
import { fetch } from "undici";
import type { Agent, RequestInit } from "undici";
import { addressProblem, isUnreachable, outboundAgent, unreachableUnless } from "../../kernel/outbound.ts";
import { ProviderError, isRetryableStatus, thrownField, thrownMessage } from "../errors.ts";

export type GuardedFetchOptions = {
  provider: string;
  allowPrivate: boolean;
  now: () => Date;
  timeoutMs?: number;
  mostBytes?: number;
};

const timeoutMs = 30_000;
const mostBytes = 20 * 1024 * 1024;
const mostRedirects = 5;
const setting = "FRONTDESK_ALLOW_PRIVATE_CALENDARS";
const agents = new Map<boolean, Agent>();

export type GuardedInit = {
  method?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: string;
  redirect?: "follow" | "manual";
};

/** Answers of any status; throws ProviderError when there is none. A redirect is answered, not followed, if `redirect` is manual. */
export type GuardedFetch = (url: string, init?: GuardedInit) => Promise<Response>;

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  return async (address, init = {}) => {
    const signal = AbortSignal.timeout(options.timeoutMs ?? timeoutMs);
    const headers = new Headers(init.headers);
    let url = URL.parse(address);
    if (!url) throw failed(options, "address-refused", "the address is not one of the web");
    for (let hops = 0; ; hops++) {
      const response = await oneHop(options, url, { ...init, headers }, signal);
      const target = redirectOf(response, url);
      if (!target || init.redirect === "manual") return response;
      if (hops >= mostRedirects) throw failed(options, "too-many-redirects", "too many redirects");
      if (target.protocol === "http:" && url.protocol === "https:") {
        throw failed(options, "insecure-redirect", `${url.host} redirects to an address without encryption`);
      }
      if (target.origin !== url.origin) headers.delete("authorization");
      url = target;
    }
  };
}

async function oneHop(
  options: GuardedFetchOptions,
  url: URL,
  init: GuardedInit & { headers: Headers },
  signal: AbortSignal,
): Promise<Response> {
  const problem = addressProblem(url.href, options.allowPrivate, setting);
  if (problem) throw failed(options, "address-refused", `${url.host} ${problem}`);
  let agent = agents.get(options.allowPrivate);
  if (!agent) agents.set(options.allowPrivate, (agent = outboundAgent(options.allowPrivate)));
  const request: RequestInit = {
    method: init.method ?? "GET",
    headers: { "user-agent": "Frontdesk-Calendars", ...Object.fromEntries(init.headers) },
    body: init.body ?? null,
    redirect: "manual",
    dispatcher: agent,
    signal,
  };
  try {
    const answer = await fetch(url, request);
    const text = await bodyOf(options, answer.body);
    const headers = Object.fromEntries(answer.headers);
    // The text is decoded already; what the headers said of its wire form no longer holds.
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) delete headers[name];
    const { status, statusText } = answer;
    const empty = [204, 205, 304].includes(status);
    const response = new Response(empty ? null : text, { status, statusText, headers });
    return Object.defineProperty(response, "url", { value: url.href });
  } catch (thrown) {
    throw asProviderError(options, thrown, signal);
  }
}

async function bodyOf(options: GuardedFetchOptions, body: AsyncIterable<unknown> | null): Promise<string> {
  const most = options.mostBytes ?? mostBytes;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > most) {
      throw failed(options, "too-large", `the answer is larger than ${Math.floor(most / 1_048_576)} MB`);
    }
    chunks.push(chunk as Uint8Array);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get("location");
  if (![301, 302, 303, 307, 308].includes(status) || !location) return undefined;
  const target = URL.parse(location, from.href);
  // Behind a proxy, servers often believe themselves to be reached without encryption.
  if (target && target.host === from.host) target.protocol = from.protocol;
  return target ?? undefined;
}

function failed({ provider }: { provider: string }, code: string, message: string): ProviderError {
  return new ProviderError({ provider, code, message, retryable: false });
}

function asProviderError(
  { provider, allowPrivate, timeoutMs: limit = timeoutMs }: GuardedFetchOptions,
  thrown: unknown,
  signal: AbortSignal,
): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const cause = thrownField(thrown, "cause") ?? thrown;
  const message = thrownMessage(cause);
  const isNowhere = !allowPrivate && isUnreachable(cause);
  const [code, text] = signal.aborted
    ? ["timeout", `no complete answer within ${limit / 1000} s`]
    : isNowhere
      ? ["network", unreachableUnless(setting)]
      : ["network", [thrownField(cause, "code"), message].filter(Boolean).join(": ").slice(0, 300)];
  return new ProviderError({
    provider,
    code: code!,
    message: text!,
    retryable: true,
    outcomeUnknown: !isNowhere,
    cause: thrown,
  });
}

/** What a status that is not welcome means, in the words of the calendar port. */
export function refusedBy(
  { provider, now }: Pick<GuardedFetchOptions, "provider" | "now">,
  { status, headers }: { status: number; headers?: Headers },
): ProviderError {
  const [code, message] = meaningOf(status);
  const later = status === 429 || status === 503;
  return new ProviderError({
    provider,
    code,
    message,
    status,
    retryable: code === "revoked" || code === "not-found" ? false : isRetryableStatus(status),
    ...(later ? { retryAfterMs: waitOf(headers?.get("retry-after"), now()) } : {}),
  });
}

function meaningOf(status: number): [code: string, message: string] {
  if (status === 401 || status === 403) return ["revoked", "the server refuses these credentials"];
  if (status === 404 || status === 410) return ["not-found", "there is no such calendar any more"];
  if (status === 429 || status === 503) return ["rate-limited", "the server asks to be asked less often"];
  return [`http-${status}`, `the server answered ${status}`];
}

function waitOf(header: string | null | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
