/** Network addresses of callers: whose word about a caller is taken, and what counts as one caller. */
import { dictionary } from "./dictionary.ts";
import ipaddr from "ipaddr.js";

/** Networks of proxies, or how many proxies every request passes before it is here. */
export type TrustedProxies = readonly string[] | number;

/** Proxies on this machine. */
export const loopbackNetworks = ["127.0.0.0/8", "::1/128"] as const;

const namedNetworks: Readonly<Record<string, readonly string[]>> = dictionary({
  loopback: loopbackNetworks,
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
});

const mostHops = 10;

/**
 * Reads TRUSTED_PROXIES: a number of proxies, or networks and single addresses with commas between, where `loopback` and
 * `private` name the usual ones. Returns undefined for what is neither, and for a network that would be everybody.
 */
export function parseTrustedProxies(text: string): TrustedProxies | undefined {
  if (/^\d+$/.test(text.trim())) return Number(text) <= mostHops ? Number(text) : undefined;
  const networks = text.split(",").flatMap((part): (string | undefined)[] => {
    const named = namedNetworks[part.trim()];
    return named ? [...named] : [networkIn(part.trim())];
  });
  return networks.every((network) => network !== undefined) ? networks : undefined;
}

function networkIn(text: string): string | undefined {
  if (ipaddr.isValid(text)) return `${text}/${ipaddr.parse(text).kind() === "ipv4" ? 32 : 128}`;
  return ipaddr.isValidCIDR(text) && !text.endsWith("/0") ? text : undefined;
}

/** Answers whether the machine at an address, so many steps away, is one of the proxies in front of us. */
export function proxyCheck(trusted: TrustedProxies): (address: string | undefined, step: number) => boolean {
  if (typeof trusted === "number") return (_address, step) => step < trusted;
  const networks = trusted.map((network) => ipaddr.parseCIDR(network));
  return (address = "") => {
    const parsed = addressIn(address);
    return (
      parsed !== undefined &&
      networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
    );
  };
}

/**
 * What counts as one caller: an address, and of IPv6 the /64 network, whose 2^64 addresses one customer has. All that is no address
 * counts as one, or whoever writes it would be somebody new with each request.
 */
export function networkOf(address: string): string {
  // There is no colon in an address of IPv4: it stays whole.
  return addressIn(address)?.toNormalizedString().split(":").slice(0, 4).join(":") ?? "unknown";
}

/** An address as proxies write it: some name the port of the connection as well, behind an IPv6 address in brackets. */
function addressIn(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/** Whether a host to listen on is reached from this machine only. */
export function isLoopbackHost(host: string): boolean {
  if (host === "localhost") return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}
