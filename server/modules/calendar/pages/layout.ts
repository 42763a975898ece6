/** What every booking page has in common: the document, the business's name and colour, languages, and its headers. */
import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { App } from "../../../kernel/app.ts";
import { Markup, attributes, markup } from "../../../surfaces/markup.ts";
import { readablePhone } from "../../../phones.ts";
import { scriptPath, stylePath } from "./assets.ts";
import { brandOf } from "./brand.ts";
import type { Company } from "./company.ts";
import { catalogues, languages } from "./languages/languages.ts";
import { rememberLanguage } from "./visitor.ts";
import type { Query, Visitor } from "./visitor.ts";

/** Where a page stands and who looks at it. Without a company it is the page of an address that leads nowhere. */
export type Frame = {
  app: App;
  visitor: Visitor;
  company: Company | undefined;
  /** Its own path, without what rides along. */
  path: string;
  query: Query;
};

export type Page = {
  status?: number;
  title: string;
  body: Markup;
  description?: string;
  /** Search engines may list it; pages that belong to one person never are. */
  isPublic?: boolean;
  /** The script may show the page again in the zone it finds the visitor in. */
  findsZone?: boolean;
};

/** A path of the booking pages with a query; what the visitor chose rides along. */
export function address(frame: Frame, path: string, query: Query = {}): string {
  const all = { ...query, ...frame.visitor.carried };
  const pairs = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

export function bookPath(...parts: string[]): string {
  return ["/book", ...parts.map(encodeURIComponent)].join("/");
}

/** Fields that a form sends along unseen. */
export function hiddenFields(fields: Query): Markup {
  const inputs = Object.entries(fields).map(
    ([name, value]) => value !== undefined && markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return markup`${inputs}`;
}

export function notice(text: string | undefined, tone: "good" | "bad" = "good"): Markup {
  if (!text) return markup``;
  return markup`<p role="${tone === "bad" ? "alert" : "status"}" class="notice ${tone}">${text}</p>`;
}

export function sendBookingPage(reply: FastifyReply, frame: Frame, page: Page): FastifyReply {
  const { company, visitor } = frame;
  const style = colorsOf(company);
  const mayEmbed = visitor.isEmbedded && company !== undefined && company.embedOrigins.length > 0;
  rememberLanguage(frame.app, reply, visitor);
  // Set by the security headers of every page; it knows no list of sites, frame-ancestors does.
  if (mayEmbed) void reply.removeHeader("x-frame-options");
  return (
    reply
      .code(page.status ?? 200)
      .header("content-security-policy", policy(frame, style, mayEmbed))
      .header("cache-control", page.isPublic ? "private, no-cache" : "no-store")
      .header("vary", "accept-language, cookie")
      // Not no-referrer: browsers then hide from us, too, where a form comes from.
      .header("referrer-policy", "same-origin")
      .type("text/html; charset=utf-8")
      .send(document(frame, page, style).text)
  );
}

function policy({ app, company }: Frame, style: string, mayEmbed: boolean): string {
  const logo = originOf(company?.logoUrl);
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    `img-src 'self' data:${logo ? ` ${logo}` : ""}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${mayEmbed ? ["'self'", ...(company?.embedOrigins ?? [])].join(" ") : "'none'"}`,
    ...(app.baseUrl.startsWith("https://") ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** The origin of an address; nothing for one with signs that mean something in a policy. */
function originOf(url: string | undefined): string | undefined {
  const origin = url !== undefined && URL.canParse(url) ? new URL(url).origin : "";
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : undefined;
}

function colorsOf(company: Company | undefined): string {
  const { fill, onFill, lightText, darkText } = brandOf(company?.color);
  return `:root{--brand:${fill};--on-brand:${onFill};--brand-light:${lightText};--brand-dark:${darkText}}`;
}

function document(frame: Frame, page: Page, style: string): Markup {
  const { visitor, company } = frame;
  const { messages: m } = visitor;
  const data = attributes({
    lang: visitor.locale,
    "data-embed": visitor.isEmbedded,
    "data-finds-zone": page.findsZone && visitor.carried["tz"] === undefined,
    "data-zone": visitor.zone ?? company?.timeZone,
  });
  return markup`<!doctype html>
<html${data}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
${page.isPublic ? openGraph(frame, page) : markup`<meta name="robots" content="noindex">`}
<link rel="stylesheet" href="${stylePath}">
<style>${new Markup(style)}</style>
<script src="${scriptPath}" defer></script>
</head>
<body>
<a class="skip" href="#main">${m.skip}</a>
${company && header(frame, company)}
<main id="main" tabindex="-1">
${page.body}
</main>
${footer(frame)}
</body>
</html>
`;
}

function openGraph(frame: Frame, page: Page): Markup {
  const { app, company, path } = frame;
  const others = languages.map(
    (one) => markup`<link rel="alternate" hreflang="${one}" href="${app.baseUrl}${path}?lang=${one}">\n`,
  );
  return markup`<meta name="description" content="${page.description}">
<link rel="canonical" href="${app.baseUrl}${path}">
${others}<meta property="og:type" content="website">
<meta property="og:site_name" content="${company?.name}">
<meta property="og:title" content="${page.title}">
<meta property="og:description" content="${page.description}">
<meta property="og:url" content="${app.baseUrl}${path}">
${company?.logoUrl && markup`<meta property="og:image" content="${company.logoUrl}">`}`;
}

function header(frame: Frame, company: Company): Markup {
  const initial = [...company.name][0]?.toUpperCase() ?? "";
  const logo = company.logoUrl
    ? markup`<img src="${company.logoUrl}" alt="" width="40" height="40">`
    : markup`<span class="initial" aria-hidden="true">${initial}</span>`;
  return markup`<header class="business"><a href="${address(frame, bookPath(company.slug))}">${logo}<span>${company.name}</span></a></header>`;
}

function footer(frame: Frame): Markup {
  const { visitor, company } = frame;
  const { messages: m } = visitor;
  const { lang: _lang, ...query } = frame.query;
  const choices = languages.map((one) => {
    const { name } = catalogues[one];
    if (one === visitor.language) return markup`<li><span aria-current="true">${name}</span></li>`;
    const href = `${frame.path}?${new URLSearchParams({ ...defined(query), lang: one }).toString()}`;
    return markup`<li><a href="${href}" lang="${one}" hreflang="${one}">${name}</a></li>`;
  });
  return markup`<footer>
${company && contact(m.contactUs, company)}
<nav aria-label="${m.language}"><ul>${choices}</ul></nav>
</footer>`;
}

function contact(question: string, { phone, email }: Company): Markup {
  const ways = [
    phone && markup`<a href="tel:${phone}">${readablePhone(phone)}</a>`,
    email && markup`<a href="mailto:${email}">${email}</a>`,
  ].filter((way) => way instanceof Markup);
  return ways.length === 0
    ? markup``
    : markup`<p>${question} ${ways.map((way, index) => markup`${index > 0 && " · "}${way}`)}</p>`;
}

function defined(query: Query): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
