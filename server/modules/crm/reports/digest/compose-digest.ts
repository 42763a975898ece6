import { escapeHtml } from "../../../../surfaces/html-page.ts";
import { contentWidth } from "./card-parts.ts";
import type { CardPart } from "./card-parts.ts";
import type { DigestWords } from "./digest-request.ts";
import { fillPlaceholders } from "./placeholders.ts";
import type { Values } from "./placeholders.ts";
import { htmlAsText, safeHtml, textAsHtml } from "./safe-html.ts";

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const statsPerRow = 3;

/** The mail of a dashboard: its name, the words around it, and its cards in their order. */
export function composeDigest(
  words: DigestWords,
  values: Values,
  parts: readonly CardPart[],
): { html: string; text: string } {
  const intro = around(words.intro_html, words.intro_text, values);
  const outro = around(words.outro_html, words.outro_text, values);
  const signature = [values.sender_name, values.company_name].filter(Boolean);
  const { dashboard_name: name, date } = values;
  return {
    html: page(name, [
      `<h1 style="margin:0;font-size:24px;line-height:32px;color:#1f2933">${escapeHtml(name)}</h1>
<p style="margin:4px 0 0;font-size:14px;color:#616e7c">${escapeHtml(`${values.company_name} · ${date}`)}</p>`,
      intro.html,
      ...rowsOf(parts).map((row) => (row[0]?.stat ? statRow(row) : row.map(block).join(""))),
      outro.html,
      `<p style="margin:0;font-size:14px;color:#616e7c">${signature.map(escapeHtml).join("<br>")}</p>`,
    ]),
    text: [
      `${name}\n${date}`,
      intro.text,
      ...parts.map(({ title, text }) => `${title}\n${"-".repeat(Math.min(title.length, 60))}\n${text}`),
      outro.text,
      signature.join("\n"),
    ]
      .filter(Boolean)
      .join("\n\n"),
  };
}

function around(
  html: string | undefined,
  text: string | undefined,
  values: Values,
): { html: string; text: string } {
  if (html !== undefined) {
    const filled = fillPlaceholders(safeHtml(html), values, escapeHtml);
    return { html: filled, text: htmlAsText(filled) };
  }
  const filled = fillPlaceholders(text ?? "", values, (value) => value).trim();
  return { html: filled && textAsHtml(filled), text: filled };
}

/** Numbers that follow each other stand side by side; everything else has the width to itself. */
function rowsOf(parts: readonly CardPart[]): CardPart[][] {
  const rows: CardPart[][] = [];
  for (const part of parts) {
    const last = rows.at(-1);
    if (part.stat && last?.[0]?.stat && last.length < statsPerRow) last.push(part);
    else rows.push([part]);
  }
  return rows;
}

function heading(title: string, size: number): string {
  return `<h2 style="margin:0 0 8px;font-size:${size}px;line-height:${size + 6}px;color:#3e4c59;font-weight:600">${escapeHtml(title)}</h2>`;
}

function block({ title, html }: CardPart): string {
  return `${heading(title, 16)}${html}`;
}

function statRow(row: readonly CardPart[]): string {
  const width = Math.floor(100 / row.length);
  const cells = row.map(
    ({ title, html }, index) =>
      `<td width="${width}%" valign="top" style="padding:${index > 0 ? "0 0 0 16px" : "0"}">${heading(title, 14)}${html}</td>`,
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${cells.join("")}</tr></table>`;
}

function page(title: string, blocks: readonly string[]): string {
  const rows = blocks
    .filter(Boolean)
    .map((html) => `<tr><td style="padding:20px 24px;border-bottom:1px solid #e4e7eb">${html}</td></tr>`)
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:0;background:#f0f2f5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f0f2f5"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" width="${contentWidth + 48}" cellpadding="0" cellspacing="0" style="width:100%;max-width:${contentWidth + 48}px;background:#ffffff;border-radius:8px;${font};font-size:15px;line-height:22px;color:#1f2933">
${rows}
</table>
</td></tr></table>
</body>
</html>
`;
}
