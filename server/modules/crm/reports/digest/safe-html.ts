import { dictionary } from "../../../../kernel/dictionary.ts";
import sanitizeHtml from "sanitize-html";
import { escapeHtml } from "../../../../surfaces/html-page.ts";

const colors = [/^#[0-9a-f]{3,8}$/i, /^rgba?\([\d\s.,%]+\)$/i, /^[a-z]+$/i];

/** HTML somebody wrote, with nothing left that runs, loads or hides. */
export function safeHtml(html: string): string {
  return sanitizeHtml(html, {
    allowedTags: [
      ...["p", "br", "div", "span", "a", "strong", "b", "em", "i", "u", "s", "h1", "h2", "h3", "h4"],
      ...["ul", "ol", "li", "blockquote", "hr", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"],
    ],
    allowedAttributes: { a: ["href", "title"], "*": ["style"] },
    allowedSchemes: ["https", "http", "mailto", "tel"],
    allowedStyles: {
      "*": {
        color: colors,
        "background-color": colors,
        "text-align": [/^(left|right|center|justify)$/],
        "font-weight": [/^(normal|bold|[1-9]00)$/],
        "font-style": [/^(normal|italic)$/],
        "text-decoration": [/^(none|underline|line-through)$/],
      },
    },
  });
}

/** HTML as plain text: paragraphs and list items on lines of their own. */
export function htmlAsText(html: string): string {
  const broken = html
    .replaceAll(/<(br|hr)\s*\/?>/gi, "\n")
    .replaceAll(/<\/(p|div|h[1-4]|li|tr|blockquote)>/gi, "\n");
  const bare = sanitizeHtml(broken, { allowedTags: [], allowedAttributes: {} });
  return unescaped(bare)
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Paragraphs of plain text as HTML. */
export function textAsHtml(text: string): string {
  return text
    .trim()
    .split(/\n(?:[^\S\n]*\n)+/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`)
    .join("");
}

const named: Record<string, string> = dictionary({ "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" });

function unescaped(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|amp);/g, (entity) => named[entity] ?? entity);
}
