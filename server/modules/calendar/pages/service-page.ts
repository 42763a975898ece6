/** The pages before a booking: what can be booked, when, and by whom. */
import { Markup, attributes, markup } from "../../../surfaces/markup.ts";
import type { OpenSlot } from "../bookings/slots-for.ts";
import type { Service } from "../services/service.ts";
import type { Choice } from "./choice.ts";
import { chooserOf } from "./chooser.ts";
import { detailFields, mistakesNotice, trapField } from "./details-fields.ts";
import { fields } from "./details-form.ts";
import type { DetailName, Details, Mistakes } from "./details-form.ts";
import { address, bookPath, hiddenFields, notice } from "./layout.ts";
import type { Frame, Page } from "./layout.ts";
import { wallTimeAt } from "../slots/wall-clock.ts";
import { factsText, periodText, sameClock, timeText, timesText, zoneText } from "./wording.ts";
import type { Company } from "./company.ts";

/** What the business offers. */
export function companyPage(frame: Frame, company: Company, services: readonly Service[]): Page {
  const { messages: m, locale } = frame.visitor;
  const list = services.map(
    (service) => markup`<li><a class="card" href="${address(frame, bookPath(company.slug, service.slug))}">
<span class="name">${service.name}</span><span class="facts">${factsText(m, locale, service)}</span>
${service.description && markup`<span class="description">${service.description}</span>`}</a></li>
`,
  );
  return {
    title: m.bookWith(company.name),
    description: company.description ?? m.companyDescription(company.name),
    isPublic: true,
    body: markup`<h1>${m.chooseService}</h1>
${company.description && markup`<p class="lead">${company.description}</p>`}
<ul class="services">${list}</ul>`,
  };
}

export type ServicePage = {
  company: Company;
  service: Service;
  choice: Choice | undefined;
  zone: string;
  businessZone: string;
  now: Date;
  /** What is kept for the visitor already: it is not among the free times, and choosing another gives it back. */
  hold: { id: string; startsAt: Date; endsAt: Date; expiresAt: Date } | undefined;
  /** Where the visit would be, for services that go to their customers; such a service has no times without one. */
  postalCode: string | undefined;
  isTaken: boolean;
};

/** One service: a day, then a time. */
export function servicePage(frame: Frame, page: ServicePage): Page {
  const { company, service, hold, postalCode } = page;
  const { messages: m } = frame.visitor;
  const isClass = service.capacity > 1;
  const kept = { hold: hold?.id, postal_code: postalCode };
  return {
    title: m.serviceTitle(service.name, company.name),
    description: service.description ?? m.serviceDescription(service.name, company.name),
    isPublic: true,
    findsZone: true,
    body: markup`${serviceHeading(frame, company, service)}
${page.isTaken && notice(m.takenSeeOthers, "bad")}
${hold && keptTime(frame, page, hold)}
${service.travel_minutes !== null && placeForm(frame, page)}
${
  page.choice &&
  chooserOf(frame, {
    choice: page.choice,
    kept,
    posted: { action: "hold", ...kept },
    businessZone: page.businessZone,
    now: page.now,
    ...(isClass ? { seatsLeft: (slot: OpenSlot) => slot.seatsLeft } : {}),
  })
}`,
  };
}

/** The way back to the form of the time that is kept. */
function keptTime(frame: Frame, page: ServicePage, hold: NonNullable<ServicePage["hold"]>): Markup {
  const { messages: m, locale } = frame.visitor;
  const { id, startsAt, endsAt, expiresAt } = hold;
  const when = periodText(locale, page.zone, startsAt, endsAt);
  const href = address(frame, frame.path, {
    start: startsAt.toISOString(),
    hold: id,
    postal_code: page.postalCode,
  });
  return markup`<div class="summary"><p>${m.youHold(when, timeText(locale, page.zone, expiresAt))}</p>
<p><a href="${href}">${m.goOn}</a></p></div>`;
}

/** Where to: how far the last visit is decides which times there are. */
function placeForm(frame: Frame, { postalCode, hold }: ServicePage): Markup {
  const { messages: m, carried } = frame.visitor;
  const value = attributes({ value: postalCode ?? "", maxlength: fields.postalCode.maxLength });
  return markup`<form method="get" action="${frame.path}" class="place">${hiddenFields({ hold: hold?.id, ...carried })}
<label for="postal_code">${m.whereTo}</label>
<div class="row"><input id="postal_code" name="postal_code" autocomplete="postal-code" required${value}>
<button>${m.showTimes}</button></div></form>`;
}

function serviceHeading(frame: Frame, company: Company, service: Service): Markup {
  const { messages: m, locale } = frame.visitor;
  return markup`<p class="back"><a href="${address(frame, bookPath(company.slug))}">${m.allServices}</a></p>
<h1>${service.name}</h1>
<p class="facts">${factsText(m, locale, service)}</p>
${service.description && markup`<p class="lead">${service.description}</p>`}`;
}

export type DetailsPage = {
  company: Company;
  service: Service;
  zone: string;
  businessZone: string;
  startsAt: Date;
  endsAt: Date;
  now: Date;
  /** Which try this is: sent twice, it books once. */
  request: string;
  hold: { id: string; expiresAt: Date } | undefined;
  /** The hold there was has run out. */
  holdIsOver: boolean;
  names: readonly DetailName[];
  details: Details;
  mistakes: Mistakes;
  problem?: string | undefined;
  /** The wanted time went to somebody else; these are the nearest. */
  alternatives?: readonly { startsAt: Date; endsAt: Date }[] | undefined;
};

/** Who comes. */
export function detailsPage(frame: Frame, page: DetailsPage): Page {
  const { company, service, alternatives } = page;
  const { messages: m } = frame.visitor;
  const wrong = Object.keys(page.mistakes).length > 0 || page.problem !== undefined;
  const elsewhere = address(frame, bookPath(company.slug, service.slug), {
    day: wallTimeAt(page.startsAt.getTime(), page.zone).date,
    hold: page.hold?.id,
    postal_code: page.details.postalCode || undefined,
  });
  return {
    status: alternatives ? 409 : wrong ? 422 : 200,
    title: `${m.yourDetails} – ${service.name}`,
    body: markup`<h1>${m.yourDetails}</h1>
${notice(page.problem, "bad")}
${mistakesNotice(m, page.mistakes)}
<div class="summary"><p class="name">${service.name}</p>
${alternatives ? notice(m.taken, "bad") : summary(frame, page)}
<p><a href="${elsewhere}">${m.changeTime}</a></p></div>
<form method="post" action="${address(frame, frame.path)}" class="details" novalidate>
${hiddenFields({ action: "book", request: page.request, hold: page.hold?.id })}
${alternatives ? nearest(frame, page, alternatives) : hiddenFields({ start: page.startsAt.toISOString() })}
${detailFields(m, page.names, page.details, page.mistakes)}
${trapField(m)}
<button class="main">${m.book}</button>
</form>`,
  };
}

function summary(frame: Frame, page: DetailsPage): Markup {
  const { messages: m, locale } = frame.visitor;
  const { hold, startsAt, endsAt, zone } = page;
  const kept = hold
    ? markup`<p class="kept" data-hold-seconds="${Math.round((hold.expiresAt.getTime() - page.now.getTime()) / 1000)}" data-left="${m.script.secondsLeft}" data-over="${m.script.holdOver}">${m.heldUntil(timeText(locale, zone, hold.expiresAt))}</p>`
    : markup`<p class="kept">${page.holdIsOver ? m.heldNoLonger : m.notHeld}</p>`;
  return markup`${whenText(frame, { startsAt, endsAt, zone, businessZone: page.businessZone })}
${kept}`;
}

/** When, in the visitor's zone, and in the business's where its clock shows something else. */
export function whenText(
  frame: Frame,
  when: { startsAt: Date; endsAt: Date; zone: string; businessZone: string },
): Markup {
  const { startsAt, endsAt, zone, businessZone } = when;
  const { messages: m, locale } = frame.visitor;
  const dateIn = (where: string) => wallTimeAt(startsAt.getTime(), where).date;
  const words = dateIn(zone) === dateIn(businessZone) ? timesText : periodText;
  const there = words(locale, businessZone, startsAt, endsAt);
  return markup`<p class="when"><time datetime="${startsAt.toISOString()}">${periodText(locale, zone, startsAt, endsAt)}</time></p>
<p class="hint">${zoneText(locale, zone, startsAt)}</p>
${!sameClock(zone, businessZone, startsAt) && markup`<p class="hint">${m.timeThere(there, zoneText(locale, businessZone, startsAt))}</p>`}`;
}

function nearest(
  frame: Frame,
  { zone }: DetailsPage,
  alternatives: readonly { startsAt: Date; endsAt: Date }[],
): Markup {
  const { messages: m, locale } = frame.visitor;
  const choices = alternatives.map(({ startsAt, endsAt }, index) => {
    const value = startsAt.toISOString();
    const shown = attributes({ id: `start-${index}`, value, checked: index === 0, autofocus: index === 0 });
    return markup`<div><input type="radio" name="start"${shown}><label for="start-${index}">${periodText(locale, zone, startsAt, endsAt)}</label></div>\n`;
  });
  return markup`<fieldset class="nearest"><legend>${m.nearest}</legend><p class="hint">${m.takenChoose}</p>${choices}</fieldset>`;
}
