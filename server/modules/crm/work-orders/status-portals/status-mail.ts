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

/** The mail with another PIN for a link, once the one before was guessed at too often. */
export function newPinMail(mail: Pick<StatusMail, "name" | "company" | "dealName" | "url" | "pin">): {
  subject: string;
  text: string;
  html: string;
} {
  const { name, company, dealName, url, pin } = mail;
  const opening = `Hi ${name},`;
  const why = `Somebody entered too many wrong PINs for the page that shows how the work on "${dealName}" stands. The PIN you had does not work any more; this is the new one.`;
  const advice = `Keep the PIN to yourself. If it was not you, ask ${company} for another link.`;
  return {
    subject: `A new PIN: ${dealName}`,
    text: [opening, why, `Open: ${url}\nPIN: ${pin}`, advice, company].join("\n\n"),
    html: [
      paragraph(opening),
      paragraph(why),
      `<p><a href="${escapeHtml(url)}">Open the page</a><br>PIN: <strong>${pin}</strong></p>`,
      paragraph(advice),
      paragraph(company),
    ].join("\n"),
  };
}

/** The mail to the business about a link that ended because it was guessed at too often. */
export function linkEndedMail(mail: Pick<StatusMail, "name" | "dealName"> & { recipient: string }): {
  subject: string;
  text: string;
} {
  const { name, dealName, recipient } = mail;
  return {
    subject: `A work status link has ended: ${dealName}`,
    text: [
      `Somebody who has the link that ${name} (${recipient}) was sent kept entering wrong PINs for the page that shows how the work on "${dealName}" stands. Three PINs were used up, so the link leads nowhere any more.`,
      `If ${name} still needs it, send them another link.`,
    ].join("\n\n"),
  };
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;
}
