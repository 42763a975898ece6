/** The calendar of a month and the times of a day: links to look, buttons to take. */
import { Markup, attributes, markup } from "../../../surfaces/markup.ts";
import type { OpenSlot } from "../bookings/slots-for.ts";
import { wallTimeAt } from "../slots/wall-clock.ts";
import { neighbours } from "./choice.ts";
import type { Choice } from "./choice.ts";
import { address, hiddenFields } from "./layout.ts";
import type { Frame } from "./layout.ts";
import { firstWeekdayOf, weeksOf } from "./month.ts";
import { dayText, monthText, sameClock, timeText, weekdayText, zoneText } from "./wording.ts";
import type { Query } from "./visitor.ts";
import { zoneChoices } from "./zones.ts";

export type Chooser = {
  choice: Choice;
  /** What every link of the chooser keeps in its query. */
  kept?: Query;
  /** What choosing a time posts beside `start`. */
  posted: Query;
  /** The zone the business works in. */
  businessZone: string;
  now: Date;
  /** How many places a time has left, for classes. */
  seatsLeft?: (slot: OpenSlot) => number | undefined;
};

export function chooserOf(frame: Frame, chooser: Chooser): Markup {
  const { visitor, company } = frame;
  const { choice, businessZone, now } = chooser;
  const { messages: m, locale } = visitor;
  const isElsewhere = !sameClock(choice.zone, businessZone, now);
  return markup`<div class="chooser">
<section aria-labelledby="days">
<h2 id="days" class="quiet">${m.chooseDay}</h2>
${calendar(frame, chooser)}
</section>
${times(frame, chooser)}
</div>
<div class="zone">
<p>${m.zoneIs(zoneText(locale, choice.zone, now))}${isElsewhere && markup` <strong>${m.businessZoneIs(company?.name ?? "", zoneText(locale, businessZone, now))}</strong>`}</p>
${zoneForm(frame, chooser)}
</div>`;
}

function calendar(frame: Frame, { choice, kept = {} }: Chooser): Markup {
  const { messages: m, locale } = frame.visitor;
  const firstWeekday = firstWeekdayOf(locale);
  const { previous, next } = neighbours(choice);
  const arrow = (month: string | undefined, side: "previous" | "next") =>
    month === undefined
      ? markup`<span class="arrow" aria-hidden="true"></span>`
      : markup`<a class="arrow ${side}" id="${side}-month" data-swap rel="nofollow" href="${address(frame, frame.path, { ...kept, month })}"><span class="hidden">${(side === "previous" ? m.previousMonth : m.nextMonth)(monthText(locale, month))}</span></a>`;
  const heads = Array.from({ length: 7 }, (_, index) => {
    const { short, long } = weekdayText(locale, (firstWeekday + index) % 7);
    return markup`<th scope="col" abbr="${long}"><span aria-hidden="true">${short}</span><span class="hidden">${long}</span></th>`;
  });
  const rows = weeksOf(choice.month, firstWeekday).map(
    (week) =>
      markup`<tr>${week.map((date) => markup`<td>${date && cell(frame, choice, kept, date)}</td>`)}</tr>\n`,
  );
  return markup`<div class="month">${arrow(previous, "previous")}<p id="month" aria-live="polite">${monthText(locale, choice.month)}</p>${arrow(next, "next")}</div>
<table class="days" aria-labelledby="month"><thead><tr>${heads}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

function cell(frame: Frame, choice: Choice, kept: Query, date: string): Markup {
  const { messages: m, locale } = frame.visitor;
  const number = Number(date.slice(8));
  const free = choice.days.get(date)?.length ?? 0;
  const today = date === choice.today && "today";
  if (free === 0) return markup`<span class="${today}">${number}</span>`;
  const isChosen = date === choice.day;
  const shown = attributes({
    href: address(frame, frame.path, { ...kept, day: date }),
    id: `day-${date}`,
    class: [isChosen && "chosen", today].filter(Boolean).join(" ") || undefined,
    "aria-current": isChosen ? "date" : undefined,
    "aria-label": m.freeTimes(dayText(locale, date), free),
    "data-swap": "times",
    rel: "nofollow",
  });
  return markup`<a${shown}>${number}</a>`;
}

function times(frame: Frame, chooser: Chooser): Markup {
  const { choice, kept = {} } = chooser;
  const { messages: m, locale } = frame.visitor;
  if (choice.day === undefined) {
    const next = choice.nextFree;
    return markup`<section aria-labelledby="times"><h2 id="times" class="quiet" tabindex="-1">${m.chooseTime}</h2>
<p>${choice.hasPrevious || next ? m.noTimesInMonth(monthText(locale, choice.month)) : m.noTimes}</p>
${next && markup`<p><a class="button" data-swap="times" rel="nofollow" href="${address(frame, frame.path, { ...kept, day: next })}">${m.goToNext(dayText(locale, next))}</a></p>`}</section>`;
  }
  const slots = choice.days.get(choice.day) ?? [];
  const parts = Map.groupBy(slots, (slot) => partOfDay(slot, choice.zone));
  const groups = [...parts].map(
    ([part, list]) =>
      markup`<h3>${m[part]}</h3>\n<ul class="times">${list.map((slot) => markup`<li>${timeButton(frame, chooser, slot)}</li>\n`)}</ul>`,
  );
  return markup`<section aria-labelledby="times"><h2 id="times" tabindex="-1"><span class="hidden">${m.timesOn(dayText(locale, choice.day))}</span><span aria-hidden="true">${dayText(locale, choice.day)}</span></h2>
<form method="post" action="${address(frame, frame.path)}">${hiddenFields(chooser.posted)}${groups}</form></section>`;
}

function timeButton(frame: Frame, { choice, seatsLeft }: Chooser, slot: OpenSlot): Markup {
  const { messages: m, locale } = frame.visitor;
  const seats = seatsLeft?.(slot);
  return markup`<button name="start" value="${slot.startsAt.toISOString()}">${timeText(locale, choice.zone, slot.startsAt)}${seats !== undefined && markup` <small>${m.seatsLeft(seats)}</small>`}</button>`;
}

function partOfDay(slot: OpenSlot, zone: string): "morning" | "afternoon" | "evening" {
  const { hour } = wallTimeAt(slot.startsAt.getTime(), zone);
  return hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

function zoneForm(frame: Frame, { choice, kept = {}, businessZone, now }: Chooser): Markup {
  const { messages: m, carried } = frame.visitor;
  const { tz: _zone, ...rest } = carried;
  const options = zoneChoices(now, [choice.zone, businessZone]).map(
    ({ zone, label }) =>
      markup`<option${attributes({ value: zone, selected: zone === choice.zone })}>${label}</option>`,
  );
  return markup`<details><summary>${m.changeZone}</summary>
<form method="get" action="${frame.path}" class="row" data-swap-form>${hiddenFields({ ...kept, day: choice.day, ...rest })}
<label for="tz" class="hidden">${m.zone}</label><select id="tz" name="tz">${options}</select>
<button class="plain">${m.showZone}</button></form></details>`;
}
