import { escapeHtml } from "../../../../surfaces/html-page.ts";

export type StatusMail = {
  name: string;
  company: string;
  dealName: string;
  message: string | undefined;
  url: string;
  pin: string;
  days: number;
};

/**
 * The mail with the link and its PIN. Both in one mail keep out whoever comes by the link alone: from a browser's
 * history, a chat it was pasted into, a proxy's log. Against somebody who reads the mailbox no PIN by mail would help.
 */
export function statusMail(mail: StatusMail): { subject: string; text: string; html: string } {
  const { name, company, dealName, message, url, pin, days } = mail;
  const opening = `Hi ${name},`;
  const about = `${company} shares with you how the work on "${dealName}" stands. The page always shows the present state.`;
  const until = `The link works for ${days === 1 ? "one day" : `${days} days`}. Keep the PIN to yourself.`;
  return {
    subject: `How your work stands: ${dealName}`,
    text: [opening, message, about, `Open: ${url}\nPIN: ${pin}`, until, company]
      .filter((part) => part !== undefined)
      .join("\n\n"),
    html: [
      paragraph(opening),
      message === undefined ? "" : paragraph(message),
      paragraph(about),
      `<p><a href="${escapeHtml(url)}">Open the page</a><br>PIN: <strong>${pin}</strong></p>`,
      paragraph(until),
      paragraph(company),
    ].join("\n"),
  };
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;
}
