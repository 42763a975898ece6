/** The pages on which a person lets an agent speak for them: plain HTML, readable without scripts. */
import { dictionary } from "../../../../kernel/dictionary.ts";
import { htmlPage } from "../../../../surfaces/html-page.ts";
import { Markup, markup } from "../../../../surfaces/markup.ts";
import type { PublicProvider } from "../provider.ts";
import { formatDate } from "../../slots/wall-clock.ts";
import { codeMinutes, codesSentAtMost, grantedDays, isOver } from "./consent.ts";
import type { Consent } from "./consent.ts";

type Request = { agentName: string; scopes: readonly string[] };

const inWords: Record<string, string> = dictionary({
  "scheduling.read": "see what can be booked and when",
  "scheduling.write": "book appointments in your name, and cancel the ones it booked",
});

/** Who asks for what, and the form in which a person says who they are. */
export function questionPage(
  provider: PublicProvider,
  request: Request,
  form: { name?: string | undefined; contact?: string | undefined; problem?: string | undefined } = {},
): string {
  const { agentName, scopes } = request;
  const problem = form.problem && markup`<p role="alert" class="notice" id="problem">${form.problem}</p>`;
  return htmlPage(
    `May an assistant book with ${provider.name} for you?`,
    markup`${asking(provider, request)}
${problem}
<form method="post">
<input type="hidden" name="agent" value="${agentName}"><input type="hidden" name="scope" value="${scopes.join(" ")}">
<label for="name">Your name</label>
<input id="name" name="name" autocomplete="name" required maxlength="100" value="${form.name ?? ""}">
<label for="contact">Your e-mail address or mobile number</label>
<input id="contact" name="contact" required maxlength="320" aria-describedby="why" value="${form.contact ?? ""}">
<p id="why">We send a code there, so that nobody can book in your name but you. ${provider.name} gets it with each booking.</p>
<button type="submit">Send me a code</button>
</form>
<p>Not you, or not sure? Close this page. Nothing happens.</p>`.text,
  );
}

function asking(provider: PublicProvider, { agentName, scopes }: Request): Markup {
  return markup`<p>An AI assistant that calls itself <strong>“${agentName}”</strong> asks to speak for you with
<strong>${provider.name}</strong>. We cannot check who it is: go on only if it is the assistant you are using right now.</p>
<p>For ${grantedDays} days it could:</p>
<ul>${scopes.map((scope) => markup`<li>${inWords[scope] ?? scope}</li>`)}</ul>
<p>It sees no other bookings and nothing of other businesses. You can take this back at any time.</p>`;
}

/** The person's page of one consent, whatever state it is in. `code` is the agent's, while there is one to show. */
export function consentPage(
  provider: PublicProvider,
  consent: Consent,
  { now, code, notice }: { now: Date; code: string; notice?: string | undefined },
): string {
  const told = notice ? markup`<p role="status" class="notice">${notice}</p>` : "";
  const { title, body } = stateOf(provider, consent, now, code);
  return htmlPage(title, markup`${told}${body}`.text);
}

function stateOf(
  provider: PublicProvider,
  consent: Consent,
  now: Date,
  code: string,
): { title: string; body: Markup } {
  const over = isOver(consent, now);
  if (consent.state === "asked" && !over) return { title: "Enter your code", body: codeForm(consent) };
  if (consent.state === "confirmed" && !over) {
    return { title: "Read this code to your assistant", body: codeForAgent(provider, consent, code) };
  }
  if (consent.state === "granted" && !over) {
    const until = formatDate(consent.expires_at.getTime(), provider.timeZone);
    const body = markup`<p>“${consent.agent_name}” may book with ${provider.name} for ${consent.customer_name} until ${until}.
It sees and cancels only what it booked itself.</p>${takeBack}`;
    return { title: "Your assistant may book for you", body };
  }
  if (consent.state === "revoked") {
    const body = markup`<p>“${consent.agent_name}” can do nothing with ${provider.name} in your name any more. What it booked
stays booked; cancel it with the link in your confirmation.</p>`;
    return { title: "Taken back", body };
  }
  const body = markup`<p>The time is up, or there were too many wrong codes. Open the link your assistant gave you again.</p>`;
  return { title: "This request is over", body };
}

function codeForm(consent: Consent): Markup {
  const where = consent.channel === "email" ? maskedEmail(consent.address) : `…${consent.address.slice(-3)}`;
  const again =
    consent.codes_sent < codesSentAtMost &&
    markup`<form method="post"><input type="hidden" name="action" value="again">
<button type="submit">Send another code</button></form>`;
  return markup`<p>We sent six digits to ${where}. They work for ${codeMinutes} minutes. Give them to nobody, and to no assistant.</p>
<form method="post"><input type="hidden" name="action" value="confirm">
<label for="code">The six digits</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="12">
<button type="submit">Let “${consent.agent_name}” book for me</button></form>
${again}`;
}

function codeForAgent(provider: PublicProvider, consent: Consent, code: string): Markup {
  return markup`<p>Your code: <strong class="code">${code}</strong></p>
<p>Give it only to the assistant you are using, “${consent.agent_name}”. It works once, within ${codeMinutes} minutes, and lets
it book with ${provider.name} for ${consent.customer_name}.</p>${takeBack}`;
}

const takeBack = markup`<form method="post"><input type="hidden" name="action" value="revoke">
<button type="submit" class="danger">Take it back</button></form>`;

// Whoever looks over a shoulder learns no address; whoever typed it knows it.
function maskedEmail(address: string): string {
  const [local = "", domain = ""] = address.split("@");
  return `${local.slice(0, 1)}…@${domain}`;
}

/** What everybody sees whose link is wrong, and whose business is none. */
export function unknownConsentPage(): string {
  return htmlPage(
    "This link does not work",
    "<p>It is not complete, or the business takes no bookings from assistants. Ask your assistant for a new link.</p>",
  );
}
