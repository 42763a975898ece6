import { escapeHtml, htmlPage } from "../../../../surfaces/html-page.ts";
import type { Membership } from "../people.store.ts";
import type { SignedIn } from "../sessions.ts";

export const noticeOf = (notice: string | undefined) =>
  notice === undefined ? "" : `<p role="alert" class="notice">${escapeHtml(notice)}</p>`;

/** The form to sign in, with what was wrong the last time. */
export function signInPage({ email = "", next = "", notice }: Partial<Record<string, string>>): string {
  return htmlPage(
    "Sign in",
    `${noticeOf(notice)}
<form method="post" action="/sign-in"><input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="320" value="${escapeHtml(email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button type="submit">Sign in</button>
<button type="submit" formaction="/sign-in/link" formnovalidate>Mail me a link instead</button></form>`,
  );
}

/** The answer to everybody who asks for a link, whether there is such an account or not. */
export function linkMailedPage(): string {
  return htmlPage(
    "Look into your mail",
    `<p>If there is an account with this address, a link to sign in is on its way to it. It works once, for fifteen minutes.</p>
<p><a href="/sign-in">Back</a></p>`,
  );
}

/** What a mailed link opens: one button, because programs that look through mail follow links too. */
export function openLinkPage(): string {
  return htmlPage(
    "Sign in",
    `<form method="post"><button type="submit">Sign in</button></form>
<p>The link works once, for fifteen minutes after it was mailed.</p>`,
  );
}

/** Where a signed-in person stands: which workspace, which others, and the way out. */
export function signedInPage(person: SignedIn, memberships: readonly Membership[]): string {
  const here = memberships.find((one) => one.workspaceId === person.workspaceId);
  const others = memberships.filter((one) => one.workspaceId !== person.workspaceId);
  const switches = others.map(
    ({ workspaceId, company }) =>
      `<form method="post" action="/sign-in/workspace"><input type="hidden" name="workspace_id" value="${workspaceId}">
<button type="submit">Go to ${escapeHtml(company)}</button></form>`,
  );
  return htmlPage(
    "Signed in",
    `<dl><dt>Person</dt><dd>${escapeHtml(person.name)} (${escapeHtml(person.email)})</dd>
<dt>Workspace</dt><dd>${escapeHtml(here?.company ?? "")}</dd></dl>
<p><a href="/">Open the front desk</a></p>
${switches.length > 0 ? `<section aria-labelledby="others"><h2 id="others">Your other workspaces</h2>${switches.join("")}</section>` : ""}
<form method="post" action="/sign-out"><button type="submit" class="danger">Sign out</button></form>`,
  );
}
