/** A public page as HTML: readable without scripts, by screen readers, on any phone. */
import type { FastifyReply } from "fastify";

/** The whole document. `title` is text; `body` is HTML that its maker has escaped. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.125rem; margin-top: 2rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dt { font-weight: 600 } dd { margin: 0; overflow-wrap: anywhere }
label { display: block; margin-bottom: .25rem }
input, select, textarea, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; margin-bottom: .75rem }
button { border: 0; border-radius: .375rem; background: #1c5d8c; color: #fff; cursor: pointer }
button.danger { background: #a61b1b } :focus-visible { outline: 3px solid #f5a623; outline-offset: 2px }
.notice { border-left: .25rem solid #1c5d8c; padding: .5rem .75rem }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  const named: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (sign) => named[sign] ?? sign);
}

/**
 * Sends a page that belongs to one person: nothing on the way keeps it, and no other site learns its address. The policy is
 * not no-referrer: with that, browsers send `Origin: null` with the page's own forms, which are then taken for somebody else's.
 */
export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .header("referrer-policy", "same-origin")
    .type("text/html; charset=utf-8")
    .send(html);
}
