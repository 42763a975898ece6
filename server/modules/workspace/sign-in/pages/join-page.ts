import { escapeHtml, htmlPage } from "../../../../surfaces/html-page.ts";
import type { Invitation } from "../../members/invitations.ts";
import { noticeOf } from "./sign-in-page.ts";

/** new: nobody has this address yet · known: there is an account · here: somebody is signed in. */
export type Joining = { kind: "new" } | { kind: "known" } | { kind: "here"; name: string; email: string };

/** The page behind an invitation: who invites, and what is still needed to join. */
export function joinPage({ company, email, name }: Invitation, joining: Joining, notice?: string): string {
  return htmlPage(
    `Join ${company}`,
    `${noticeOf(notice)}
<p>You are invited to work in ${escapeHtml(company)}.</p>
${joining.kind === "here" ? signedInForm(joining) : passwordForm(joining.kind, email, name)}`,
  );
}

function signedInForm({ name, email }: { name: string; email: string }): string {
  return `<form method="post"><input type="hidden" name="as" value="signed-in">
<button type="submit">Join as ${escapeHtml(name)} (${escapeHtml(email)})</button></form>
<p>Not you? <a href="/sign-in">Sign out</a> first, then open the link again.</p>`;
}

function passwordForm(kind: "new" | "known", email: string, name: string): string {
  const own = `<p>E-mail: <strong>${escapeHtml(email)}</strong></p>`;
  if (kind === "known") {
    return `${own}<p>There is an account with this address already: sign in with its password to join.
If you use another address elsewhere, <a href="/sign-in">sign in</a> there, then open the link again.</p>
<form method="post"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button type="submit">Sign in and join</button></form>`;
  }
  return `${own}<form method="post"><label for="full_name">Your name</label>
<input id="full_name" name="full_name" autocomplete="name" required maxlength="200" value="${escapeHtml(name)}">
<label for="password">Choose a password (10 characters or more)</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="200">
<button type="submit">Join</button></form>
<p>Have an account under another address? <a href="/sign-in">Sign in</a>, then open the link again.</p>`;
}

/** The invitation was real, and its time is over. */
export function expiredInvitationPage(company: string): string {
  return htmlPage(
    "This invitation has expired",
    `<p>Invitations to ${escapeHtml(company)} work for seven days. Ask an administrator there to invite you again:
you will get a new link by e-mail.</p>`,
  );
}

/** Used, replaced, taken back or never given: which of them is nobody's business. */
export function unknownInvitationPage(): string {
  return htmlPage(
    "This link does not work",
    `<p>It was used before, a newer invitation has replaced it, or it is not complete. If you have joined already,
<a href="/sign-in">sign in</a>. Otherwise look for a newer e-mail, or ask to be invited again.</p>`,
  );
}
