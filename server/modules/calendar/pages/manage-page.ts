/** The booker's own pages as HTML: one booking, and what can still be done about it. */
import { readablePhone } from "../../../phones.ts";
import { Markup, markup } from "../../../surfaces/markup.ts";
import type { Booking } from "../bookings/booking.ts";
import type { Service } from "../services/service.ts";
import { calendarLinks } from "./add-to-calendar.ts";
import type { CompanyFrame } from "./answer.ts";
import type { Choice } from "./choice.ts";
import { chooserOf } from "./chooser.ts";
import { detailFields, mistakesNotice } from "./details-fields.ts";
import type { DetailName, Details, Mistakes } from "./details-form.ts";
import { address, bookPath, hiddenFields, notice } from "./layout.ts";
import type { Page } from "./layout.ts";
import type { Messages } from "./languages/en.ts";
import { whenText } from "./service-page.ts";
import { periodText } from "./wording.ts";

export type Managed = {
  booking: Booking;
  service: Service | undefined;
  zone: string;
  businessZone: string;
  mayChange: boolean;
  now: Date;
};

type NoticeName = keyof Messages["notices"];

/** The booking as it stands. */
export function managePage(frame: CompanyFrame, managed: Managed): Page {
  const { messages: m } = frame.visitor;
  const { booking, mayChange } = managed;
  const told = m.notices[frame.query["notice"] as NoticeName] as string | undefined;
  const isBad = ["taken", "refused"].includes(frame.query["notice"] ?? "");
  const title = m.yourBookingWith(frame.company.name);
  return {
    title,
    body: markup`<h1>${title}</h1>
${notice(told, isBad ? "bad" : "good")}
${facts(frame, managed)}
${mayChange && changes(frame)}
${mayChange && calendarChoices(frame, booking)}
${booking.status === "cancelled" && restoring(frame, managed)}`,
  };
}

/** The first thing seen after booking. */
export function bookedPage(frame: CompanyFrame, managed: Managed): Page {
  const { messages: m } = frame.visitor;
  const { booking, service } = managed;
  const message = service?.booking_confirmation_message?.trim();
  return {
    title: `${m.booked} – ${booking.title}`,
    body: markup`<p class="done" aria-hidden="true"></p>
<h1>${m.booked}</h1>
${message && markup`<p class="message">${message}</p>`}
${booking.booker_email && markup`<p>${m.bookedText(booking.booker_email)}</p>`}
${facts(frame, managed)}
${calendarChoices(frame, booking)}
<ul class="actions tall">
<li><a class="button" href="${address(frame, frame.path)}">${m.seeOrChange}</a></li>
<li><a class="button" href="${address(frame, bookPath(frame.company.slug))}">${m.bookAnother}</a></li>
</ul>`,
  };
}

function facts(frame: CompanyFrame, managed: Managed): Markup {
  const { messages: m } = frame.visitor;
  const { booking } = managed;
  const place = [booking.address, booking.postal_code].filter(Boolean).join(", ");
  const phone = booking.booker_phone && readablePhone(booking.booker_phone);
  const who = [booking.booker_name, booking.booker_email, phone].filter(Boolean);
  const when = whenText(frame, { ...managed, startsAt: booking.starts_at, endsAt: booking.ends_at });
  const rows: [string, Markup | string | null][] = [
    [m.what, booking.title],
    [m.when, when],
    [m.where, place],
    [m.who, linesOf(who)],
    [
      m.invited,
      linesOf(booking.attendees.map(({ name, email }) => [name, email].filter(Boolean).join(", "))),
    ],
    [m.notes, booking.notes && markup`<p class="message">${booking.notes}</p>`],
    [m.status, m.state[stateOf(managed)]],
  ];
  const shown = rows.filter(([, value]) => value !== null && String(value) !== "");
  return markup`<div class="summary"><dl>${shown.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
${booking.google_meet_link && managed.mayChange && markup`<p><a href="${booking.google_meet_link}">${m.joinOnline}</a></p>`}</div>`;
}

function linesOf(lines: readonly (string | null | undefined)[]): Markup {
  return markup`${lines.map((line) => markup`<p>${line}</p>`)}`;
}

function stateOf({ booking, mayChange }: Managed): keyof Messages["state"] {
  if (booking.status === "confirmed") return mayChange ? "confirmed" : "started";
  return booking.status === "late" ? "attended" : booking.status;
}

function calendarChoices(frame: CompanyFrame, booking: Booking): Markup {
  const { messages: m } = frame.visitor;
  const { google, outlook } = calendarLinks(frame.app, frame.company, booking);
  const away = new Markup(` target="_blank" rel="noopener noreferrer"`);
  return markup`<section aria-labelledby="calendars"><h2 id="calendars">${m.addToCalendar}</h2>
<ul class="actions"><li><a class="button" href="${frame.path}/booking.ics" download>${m.calendarFile}</a></li>
<li><a class="button" href="${google}"${away}>${m.google}</a></li>
<li><a class="button" href="${outlook}"${away}>${m.outlook}</a></li></ul></section>`;
}

function changes(frame: CompanyFrame): Markup {
  const { messages: m } = frame.visitor;
  const step = (name: string, text: string) =>
    markup`<li><a class="button" href="${address(frame, frame.path, { step: name })}">${text}</a></li>`;
  return markup`<ul class="actions tall">${step("move", m.move)}${step("edit", m.edit)}${step("cancel", m.cancel)}</ul>`;
}

/** Cancelled by mistake: the same again, as long as the time is free and has not come. */
function restoring(frame: CompanyFrame, { booking, service, now }: Managed): Markup {
  const { messages: m } = frame.visitor;
  const isOffered = service?.is_active && service.is_bookable && booking.starts_at > now;
  if (!isOffered) return markup``;
  return markup`<form method="post" action="${address(frame, frame.path)}">${hiddenFields({ action: "restore" })}
<p>${m.undoText}</p><button>${m.undo}</button></form>`;
}

function backLink(frame: CompanyFrame): Markup {
  return markup`<p class="back"><a href="${address(frame, frame.path)}">${frame.visitor.messages.back}</a></p>`;
}

/** Another day, another time. */
export function movePage(frame: CompanyFrame, managed: Managed, choice: Choice): Page {
  const { messages: m, locale } = frame.visitor;
  const { booking, zone } = managed;
  const isTaken = frame.query["notice"] === "taken";
  return {
    title: m.moveTitle,
    body: markup`${backLink(frame)}
<h1>${m.moveTitle}</h1>
${isTaken && notice(m.notices.taken, "bad")}
<p>${m.nowAt(periodText(locale, zone, booking.starts_at, booking.ends_at))} ${m.moveHere}</p>
${chooserOf(frame, {
  choice,
  kept: { step: "move" },
  posted: { action: "move" },
  businessZone: managed.businessZone,
  now: managed.now,
})}`,
  };
}

/** Who it is for. */
export function editPage(
  frame: CompanyFrame,
  names: readonly DetailName[],
  details: Details,
  mistakes: Mistakes,
): Page {
  const { messages: m } = frame.visitor;
  return {
    status: Object.keys(mistakes).length > 0 ? 422 : 200,
    title: m.editTitle,
    body: markup`${backLink(frame)}
<h1>${m.editTitle}</h1>
${mistakesNotice(m, mistakes)}
<form method="post" action="${address(frame, frame.path)}" class="details" novalidate>
${hiddenFields({ action: "edit" })}
${detailFields(m, names, details, mistakes)}
<button class="main">${m.save}</button>
</form>`,
  };
}

/** One more question before it is gone. */
export function cancelPage(frame: CompanyFrame, managed: Managed): Page {
  const { messages: m } = frame.visitor;
  return {
    title: m.cancelTitle,
    body: markup`${backLink(frame)}
<h1>${m.cancelTitle}</h1>
<p>${m.cancelText}</p>
${facts(frame, managed)}
<form method="post" action="${address(frame, frame.path)}" class="details">${hiddenFields({ action: "cancel" })}
<div class="field"><label for="reason">${m.reason} <small>${m.optional}</small></label>
<textarea id="reason" name="reason" rows="2" maxlength="500"></textarea></div>
<div class="actions tall"><button class="danger">${m.cancelNow}</button>
<a class="button main" href="${address(frame, frame.path)}">${m.keepIt}</a></div></form>`,
  };
}
