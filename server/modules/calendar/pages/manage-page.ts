/** The booker's own page as HTML: readable without scripts, by screen readers, on any phone. */
import { escapeHtml, htmlPage } from "../../../surfaces/html-page.ts";
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
  return htmlPage(
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
  return htmlPage(
    "This link does not work",
    "<p>The booking it belonged to is over, or the link is not complete. Please contact the business you booked with.</p>",
  );
}
