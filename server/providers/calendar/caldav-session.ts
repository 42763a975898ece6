/** Conversations with a CalDAV server: who asks, what is found where, and what its refusals mean. */
import { dictionary } from "../../kernel/dictionary.ts";
import { resolveSrv } from "node:dns/promises";
import type { SrvRecord } from "node:dns";
import type { DAVResponse } from "tsdav";
import { createAccount, propfind } from "tsdav";
import { ProviderError } from "../errors.ts";
import { createGuardedFetch, refusedBy } from "./guarded-fetch.ts";
import type { GuardedInit } from "./guarded-fetch.ts";
import { domainOf, withProtocol } from "./named-addresses.ts";
import type { CalendarCredentials } from "./port.ts";

export const provider = "caldav";

/** `allowPrivate`: whether a server may lie inside our own network. `findServices` looks up DNS SRV records. */
export type CalDavOptions = {
  allowPrivate: boolean;
  now: () => Date;
  findServices?: (name: string) => Promise<SrvRecord[]>;
};

export type Session = {
  serverUrl: string;
  username: string;
  /** To hand to tsdav: throws ProviderError for every status that is neither a success, a redirect nor among `accepted`. */
  fetch(...accepted: number[]): typeof globalThis.fetch;
  /** The same for requests of our own. */
  send(url: string, init: GuardedInit, ...accepted: number[]): Promise<Response>;
};

/** Services whose address people know better than their server's. */
const wellKnown: Record<string, string> = dictionary({
  "icloud.com": "https://caldav.icloud.com",
  "me.com": "https://caldav.icloud.com",
  "mac.com": "https://caldav.icloud.com",
  "fastmail.com": "https://caldav.fastmail.com",
  "fastmail.fm": "https://caldav.fastmail.com",
});

/** Prepares to talk to the server of `{serverUrl, username, password}`; without serverUrl, to the one of an address as user name. */
export async function openSession(
  options: CalDavOptions,
  credentials: CalendarCredentials,
): Promise<Session> {
  const { username = "", password = "" } = credentials;
  if (!username || !password) throw refused("revoked", "a user name and a password are needed");
  const serverUrl = await serverOf(options, credentials["serverUrl"]?.trim() || username);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
  const guarded = createGuardedFetch({ provider, ...options });
  const send = async (url: string, init: GuardedInit, ...accepted: number[]) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", authorization);
    const response = await guarded(asSecureAs(serverUrl, url), { ...init, headers });
    if (response.status < 400 || accepted.includes(response.status)) return response;
    throw refusedBy({ provider, now: options.now }, response);
  };
  return {
    serverUrl,
    username,
    send,
    fetch: (...accepted) =>
      ((input: string | URL, init: GuardedInit) =>
        send(String(input), init, ...accepted)) as never as typeof fetch,
  };
}

/** Passwords never leave without encryption once the owner has named an https address, whatever the server answers. */
function asSecureAs(serverUrl: string, url: string): string {
  return serverUrl.startsWith("https:") ? url.replace(/^http:/, "https:") : url;
}

async function serverOf({ findServices = resolveSrv }: CalDavOptions, named: string): Promise<string> {
  const domain = domainOf(named);
  const address = domain ? await serviceOf(domain, findServices) : named;
  const url = URL.parse(withProtocol(address));
  if (!url || url.username || url.password) {
    throw refused("address-refused", "the server's address must be a plain http or https address");
  }
  return url.href;
}

/** Where a domain says its calendars are (RFC 6764); failing that, its own web server may know. */
async function serviceOf(
  domain: string,
  findServices: NonNullable<CalDavOptions["findServices"]>,
): Promise<string> {
  const known = wellKnown[domain];
  if (known) return known;
  const found = await findServices(`_caldavs._tcp.${domain}`).catch(() => []);
  const [best] = found.toSorted((one, other) => one.priority - other.priority || other.weight - one.weight);
  if (!best || best.name === "." || best.name === "") return `https://${domain}`;
  return `https://${best.name}${best.port === 443 ? "" : `:${best.port}`}`;
}

export type Home = { homeUrl: string; principalUrl: string | undefined };

/** Finds the folder in which an account's calendars are: by .well-known, the principal and its calendar home. */
export async function findHome(session: Session): Promise<Home> {
  let refusal: unknown;
  const watched = ((input: string | URL, init: GuardedInit) =>
    session.send(String(input), init, 403, 404, 405, 410).catch((error: unknown) => {
      refusal ??= error;
      throw error;
    })) as never as typeof fetch;
  try {
    const { homeUrl, principalUrl } = await createAccount({
      account: { serverUrl: session.serverUrl, accountType: "caldav" },
      fetch: watched,
    });
    if (homeUrl) return { homeUrl, principalUrl };
  } catch {
    if (refusal) throw refusal;
  }
  // Some servers have no principals; the address may be the folder of calendars, or a calendar, itself.
  return { homeUrl: session.serverUrl, principalUrl: undefined };
}

/** The properties of a resource and, with depth 1, of what it holds. */
export async function properties(
  session: Session,
  url: string,
  depth: "0" | "1",
  names: readonly string[],
): Promise<DAVResponse[]> {
  const props = Object.fromEntries(names.map((name) => [name, {}]));
  const responses = await propfind({ url, depth, props, fetch: session.fetch() });
  checkMultistatus(responses);
  return responses.filter(({ href }) => typeof href === "string");
}

/** Refuses an answer that is not CalDAV's, such as a page to sign in: it would look like a calendar that is empty. */
export function checkMultistatus(responses: readonly DAVResponse[]): void {
  const isOne = ({ props, raw }: DAVResponse) =>
    props !== undefined || (typeof raw === "object" && raw !== null && "multistatus" in raw);
  if (!responses.every(isOne)) throw malformed();
}

/** A text among what a server answered, where numbers look like numbers and CDATA like something else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && value !== null && "_cdata" in value) return textOf(value._cdata);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What tsdav throws, in our words. */
export function asRefusal(thrown: unknown, options: CalDavOptions): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const status = Number(/failed: (\d{3})/.exec(thrown instanceof Error ? thrown.message : "")?.[1] ?? NaN);
  return status >= 400 ? refusedBy({ provider, now: options.now }, { status }) : malformed(thrown);
}

export function refused(code: string, message: string): ProviderError {
  return new ProviderError({ provider, code, message, retryable: false });
}

function malformed(cause?: unknown): ProviderError {
  const message = "the server's answer is not CalDAV";
  return new ProviderError({ provider, code: "bad-response", message, retryable: false, cause });
}
