/** What a request shows of its caller before anybody is asked who they are: where it comes from, and the secret it carries. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { isLoopbackHost } from "../kernel/addresses.ts";

/**
 * Answers whether a request comes straight from this machine. The Host must be a local name too, or any web page could point
 * its own domain at us and read the answer. A proxy on this machine makes everybody look local, so a forwarded request never is.
 */
export function isFromHere(request: FastifyRequest): boolean {
  const { headers } = request;
  const isForwarded = ["x-forwarded-for", "forwarded", "x-forwarded-host", "x-real-ip", "via"].some(
    (name) => headers[name] !== undefined,
  );
  const host = (headers.host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return !isForwarded && isLoopbackHost(request.raw.socket.remoteAddress ?? "") && isLoopbackHost(host);
}

/** Returns the token of an Authorization header. */
export function bearerIn(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
}

/** Answers whether a secret that was sent is the one that is wanted, in a time that tells nothing of either. */
export function isSecret(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted));
}
