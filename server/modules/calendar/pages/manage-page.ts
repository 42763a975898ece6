/** The booker's own page as HTML: readable without scripts, by screen readers, on any phone. */
import type { Booking } from "../bookings/booking.ts";
import { formatDate, formatDateTime, formatTime } from "../slots/wall-clock.ts";

export type ManagePage = {
  company: string;
  booking: Booking;
  /** When it can be moved to; empty when it cannot. */
  times: readonly Date[];
  mayChange: boolean;
  notice?: string | undefined;
};

export function managePage({ company, booking, times, mayChange, notice }: ManagePage): string {
  const when = formatDateTime(booking.starts_at.getTime(), booking.timezone);
  const place = [booking.address, booking.postal_code].filter(Boolean).join(", ");
  const facts: [string, string][] = [
    ["What", booking.title],
    ["When", `${when} (${booking.timezone})`],
    ...(place ? [["Where", place] as [string, string]] : []),
    ...(booking.booker_name ? [["For", booking.booker_name] as [string, string]] : []),
    ["Status", stateOf(booking, mayChange)],
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  return page(
    `Your booking with ${company}`,
    `${notice ? `<p role="status" class="notice">${escapeHtml(notice)}</p>` : ""}
<dl>${list}</dl>
${mayChange ? changes(booking, times) : ""}`,
  );
}

function stateOf(booking: Booking, mayChange: boolean): string {
  if (booking.status === "cancelled") return "Cancelled";
  if (booking.status === "confirmed") return mayChange ? "Confirmed" : "Confirmed; its time has come";
  return booking.status === "no_show" ? "Missed" : "Attended";
}

function changes(booking: Booking, times: readonly Date[]): string {
  const days = Map.groupBy(times, (time) => formatDate(time.getTime(), booking.timezone));
  const options = [...days].map(
    ([day, slots]) =>
      `<optgroup label="${escapeHtml(day)}">${slots
        .map((slot) => {
          const shown = `${day}, ${formatTime(slot.getTime(), booking.timezone)}`;
          return `<option value="${slot.toISOString()}">${escapeHtml(shown)}</option>`;
        })
        .join("")}</optgroup>`,
  );
  const move = `<section aria-labelledby="move"><h2 id="move">Move it</h2>
<form method="post"><input type="hidden" name="action" value="move">
<label for="starts_at">New time</label>
<select id="starts_at" name="starts_at" required>${options.join("")}</select>
<button type="submit">Move the booking</button></form></section>`;
  return `${times.length > 0 ? move : ""}
<section aria-labelledby="cancel"><h2 id="cancel">Cancel it</h2>
<form method="post"><input type="hidden" name="action" value="cancel">
<label for="reason">Reason (optional)</label>
<textarea id="reason" name="reason" rows="2" maxlength="500"></textarea>
<button type="submit" class="danger">Cancel the booking</button></form></section>`;
}

/** What everybody sees whose link is wrong or over: nothing about whether it ever was one. */
export function unknownLinkPage(): string {
  return page(
    "This link does not work",
    "<p>The booking it belonged to is over, or the link is not complete. Please contact the business you booked with.</p>",
  );
}

function page(title: string, body: string): string {
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
select, textarea, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; margin-bottom: .75rem }
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

function escapeHtml(text: string): string {
  const named: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (sign) => named[sign] ?? sign);
}
