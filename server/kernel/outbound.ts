/**
 * Requests to addresses that callers name. Such an address may point back into our own network, so each connection
 * goes only to an address that was checked after its name was resolved: neither a name that changes its mind between
 * check and connection nor a redirect gets further in. Redirects are not followed at all.
 */
import { lookup } from "node:dns";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, buildConnector, request } from "undici";
import { stopwatch, elapsedMs } from "./clock.ts";

/** Public by their range, and still the metadata service of a cloud. */
const metadata = new Set(["168.63.129.16"]);
const global = ipaddr.IPv6.parseCIDR("2000::/3");
const examples = ipaddr.IPv6.parseCIDR("3fff::/20");
const insideNames = /(^|\.)(localhost|local|internal|home\.arpa)$/i;
const readAtMostBytes = 64 * 1024;

/** Whether an IP address lies on the public internet. IPv4 inside IPv6 is judged as the IPv4 address it is. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*/s, "");
  // The library takes ::8.8.8.8 for ::ffff:8.8.8.8; whoever connects to it does not.
  if (!ipaddr.isValid(bare) || /^::\d+\./.test(bare)) return false;
  const parsed = ipaddr.process(bare);
  if (parsed.range() !== "unicast" || metadata.has(parsed.toString())) return false;
  // Of IPv6 only what is given out to networks of the world: an IPv4 address in the lowest bits, say, is called unicast, too.
  return !(parsed instanceof ipaddr.IPv6) || (parsed.match(global) && !parsed.match(examples));
}

/** Names the setting that lifts the ban on addresses inside, as something for whoever runs the installation. */
export type PrivateSetting = "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS" | "FRONTDESK_ALLOW_PRIVATE_CALENDARS";

/**
 * What is wrong with an address as a place to send things to or fetch them from; undefined when nothing is seen before its name
 * is resolved. `setting` is told to those who name an address inside our own network.
 */
export function addressProblem(
  url: string,
  allowPrivate: boolean,
  setting: PrivateSetting = "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS",
): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) return "must be an http or https address";
  if (parsed.username || parsed.password) return "may not carry a user name or password";
  if (allowPrivate) return undefined;
  const host = parsed.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) ? !isPublicAddress(host) : insideNames.test(host)) {
    return `must be on the public internet, not inside this network (whoever runs this installation can allow that: ${setting}=1)`;
  }
  return undefined;
}

export type OutboundAnswer = { status: number; headers: Record<string, string>; text: string };

/** What became of a request: an answer of any status, or why there was none. */
export type OutboundOutcome = { durationMs: number } & (
  { answer: OutboundAnswer; error?: undefined } | { answer?: undefined; error: string }
);

export type OutboundRequest = {
  method: "POST" | "PUT" | "PATCH" | "GET" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
};

/** The connections of requests to the public internet only, unless `allowPrivate`. */
export function outboundAgent(allowPrivate: boolean): Agent {
  return new Agent({
    connect: allowPrivate ? { timeout: 5_000 } : publicConnector(),
    keepAliveTimeout: 4_000,
    maxResponseSize: -1,
  });
}

/** Sends requests to the public internet only, unless `allowPrivate`. */
export class Outbound {
  readonly #agent: Agent;
  readonly #allowPrivate: boolean;

  constructor(allowPrivate: boolean) {
    this.#allowPrivate = allowPrivate;
    this.#agent = outboundAgent(allowPrivate);
  }

  /** Never rejects: what goes wrong on the way is part of the outcome. The first 64 kB of the answer are read. */
  async send({ method, url, headers, body, timeoutMs }: OutboundRequest): Promise<OutboundOutcome> {
    const startedAt = stopwatch();
    const took = () => Math.round(elapsedMs(startedAt));
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        dispatcher: this.#agent,
        signal,
      });
      const text = await beginning(response.body);
      return {
        durationMs: took(),
        answer: { status: response.statusCode, headers: flat(response.headers), text },
      };
    } catch (error) {
      const error_ = signal.aborted
        ? `no complete answer within ${timeoutMs / 1000} s`
        : reasonOf(error, this.#allowPrivate);
      return { durationMs: took(), error: error_ };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

// A literal address is never looked up, so it is checked here; names are checked as they are resolved.
function publicConnector(): buildConnector.connector {
  const connect = buildConnector({ lookup: publicLookup, timeout: 5_000 });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) && !isPublicAddress(host)) callback(refusal(), null);
    else connect(options, callback);
  };
}

/** Resolves a name to its public addresses; a name that has none of them does not resolve. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(refusal(), "", 0);
    const open = (found as LookupAddress[]).filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (!first) return callback(refusal(), "", 0);
    if (options.all) return callback(null, open);
    callback(null, first.address, first.family);
  });
};

/** A name that does not resolve and one that leads inside are told alike: which names there are inside is nobody's business. */
export const unreachable = unreachableUnless("FRONTDESK_ALLOW_PRIVATE_WEBHOOKS");

/** The same for what another setting would let in. */
export function unreachableUnless(setting: PrivateSetting): string {
  return `could not be reached: there is no such host on the public internet. Addresses inside private networks are never called; set ${setting}=1 if it is yours`;
}

function refusal(): Error & { code: string } {
  return Object.assign(new Error(unreachable), { code: "ENOTFOUND" });
}

/** Whether a request came to nothing because its host was not found or not let be found, by the error or what caused it. */
export function isUnreachable(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: unknown };
  if (code !== undefined) return code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EAI_NODATA";
  return cause !== undefined && cause !== null && isUnreachable(cause);
}

function reasonOf(error: unknown, allowPrivate: boolean): string {
  if (!allowPrivate && isUnreachable(error)) return unreachable;
  const failure = error as Error & { code?: string };
  return [failure.code, failure.message].filter(Boolean).join(": ").slice(0, 300);
}

async function beginning(body: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= readAtMostBytes) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, readAtMostBytes));
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]),
  );
}
