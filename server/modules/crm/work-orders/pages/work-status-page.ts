/** The customer's page as HTML. */
import { escapeHtml, htmlPage } from "../../../../surfaces/html-page.ts";
import { formatDate, formatTime } from "../../../calendar/slots/wall-clock.ts";
import type { Progress } from "./work-progress.ts";

/** Asks for the PIN. `notice` says why again. */
export function pinPage({ company, notice }: { company: string; notice?: string }): string {
  return htmlPage(
    `${company}: how your work stands`,
    `${notice ? `<p role="alert" class="notice" id="notice">${escapeHtml(notice)}</p>` : ""}
<form method="post">
<label for="pin">PIN from the e-mail (six digits)</label>
<input id="pin" name="pin" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxlength="7" required${
      notice ? ' aria-invalid="true" aria-describedby="notice"' : ""
    }>
<button type="submit">Show</button>
</form>`,
  );
}

export function progressPage(shown: {
  company: string;
  dealName: string;
  work: readonly Progress[];
}): string {
  const { company, dealName, work } = shown;
  const done = work.filter((one) => one.isComplete).length;
  const summary = `${done} of ${work.length} done`;
  return htmlPage(
    dealName,
    `<p>${escapeHtml(company)}</p>
<p><label for="progress">${summary}</label><progress id="progress" max="${Math.max(work.length, 1)}" value="${done}">${summary}</progress></p>
${work.map(card).join("\n")}
<p>This is how it stands now; load the page again to see changes.</p>`,
  );
}

function card(one: Progress, index: number): string {
  const facts: [string, string][] = [
    ["Status", one.status],
    ["When", whenOf(one)],
    ...one.facts.map((fact): [string, string] => [fact.label, fact.value]),
  ];
  const list = facts
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join("");
  return `<section aria-labelledby="work-${index}"><h2 id="work-${index}">${escapeHtml(one.name)} (${escapeHtml(one.number)})</h2>
<dl>${list}</dl></section>`;
}

// Date and time are those of the wall where the work is done, so no zone comes into it.
function whenOf({ date, time }: Progress): string {
  const instant = Date.parse(`${date}T${time ?? "00:00:00"}Z`);
  const day = `${formatDate(instant, "UTC")} ${date.slice(0, 4)}`;
  return time === null ? day : `${day}, ${formatTime(instant, "UTC")}`;
}

/** What everybody sees whose link is wrong, over or taken back. */
export function unknownPortalPage(): string {
  return htmlPage(
    "This link does not work",
    "<p>It has expired, or it is not complete. Please ask the business that does your work for a new one.</p>",
  );
}
