/** Who looks at a booking page: which language, which clock, and what their address and cookies remember of them. */
import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import { isId } from "../../../kernel/ids.ts";
import { one } from "../../../surfaces/http.ts";
import { resolveZone } from "../slots/wall-clock.ts";
import { acceptedLanguage, catalogues, spokenBy } from "./languages/languages.ts";
import type { Language } from "./languages/languages.ts";
import type { Messages } from "./languages/en.ts";

export type Visitor = {
  language: Language;
  /** For dates, times and money; without a country until the business's is known. */
  locale: string;
  messages: Messages;
  /** The visitor's zone as far as known: chosen in the address, or seen by the script on an earlier page. */
  zone: string | undefined;
  isEmbedded: boolean;
  /** The same for all visits of one browser that keeps cookies; a new one for a browser that is new, or keeps none. */
  id: string;
  isNew: boolean;
  /** What rides along in every address: frames often keep no cookies. */
  carried: Readonly<Record<string, string>>;
};

export type Query = Record<string, string | undefined>;

const languageCookie = "booking_language";
/** Written by the script, with what the browser says its zone is. */
const zoneCookie = "booking_zone";
const visitorCookie = "booking_visitor";
const yearSeconds = 365 * 24 * 60 * 60;

export function visitorOf(request: FastifyRequest): Visitor {
  const query = queryOf(request);
  const cookies = cookiesOf(one(request.headers.cookie));
  const asked = spokenBy(query["lang"]);
  const spoken = asked ??
    spokenBy(cookies.get(languageCookie)) ??
    acceptedLanguage(one(request.headers["accept-language"])) ?? { language: "en" as const, locale: "en" };
  const chosenZone = zoneNamed(query["tz"]);
  const isEmbedded = query["embed"] === "1";
  const remembered = cookies.get(visitorCookie);
  const isKnown = remembered !== undefined && isId(remembered);
  return {
    ...spoken,
    messages: catalogues[spoken.language],
    zone: chosenZone ?? zoneNamed(cookies.get(zoneCookie)),
    isEmbedded,
    id: isKnown ? remembered : randomUUID(),
    isNew: !isKnown,
    carried: {
      ...(asked ? { lang: asked.locale } : {}),
      ...(chosenZone ? { tz: chosenZone } : {}),
      ...(isEmbedded ? { embed: "1" } : {}),
    },
  };
}

/** The query with every name once, as text: of a name that comes twice the first counts. */
export function queryOf(request: FastifyRequest): Query {
  const query = request.query as Record<string, string | string[] | undefined>;
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, one(value)]));
}

function zoneNamed(text: string | undefined): string | undefined {
  return text && text.length <= 60 ? resolveZone(text) : undefined;
}

function cookiesOf(header: string | undefined): Map<string, string> {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim().split("=", 2));
  return new Map(pairs.map(([name = "", value = ""]) => [name, decoded(value)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Remembers a language that was asked for. */
export function rememberLanguage(app: App, reply: FastifyReply, visitor: Visitor): void {
  const { lang } = visitor.carried;
  if (lang !== undefined) addCookie(app, reply, visitor, languageCookie, lang);
}

/** Remembers the browser, so that it holds one time at most of a service. */
export function rememberVisitor(app: App, reply: FastifyReply, visitor: Visitor): void {
  addCookie(app, reply, visitor, visitorCookie, visitor.id);
}

// In a frame on another site a cookie is kept only when it says that it may be, and only over HTTPS.
function addCookie(app: App, reply: FastifyReply, visitor: Visitor, name: string, value: string): void {
  const isHttps = app.baseUrl.startsWith("https://");
  const scope = visitor.isEmbedded && isHttps ? "SameSite=None; Partitioned" : "SameSite=Lax";
  const cookie = `${name}=${value}; Path=/book; Max-Age=${yearSeconds}; HttpOnly; ${scope}${isHttps ? "; Secure" : ""}`;
  const before = reply.getHeader("set-cookie");
  void reply.header("set-cookie", before === undefined ? [cookie] : [before, cookie].flat().map(String));
}
