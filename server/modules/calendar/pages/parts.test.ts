/** The parts the pages are made of, each looked at alone: what is said, what is left out, and what links and forms carry along. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../kernel/app.ts";
import type { Booking } from "../bookings/booking.ts";
import type { OpenSlot } from "../bookings/slots-for.ts";
import type { Service } from "../services/service.ts";
import { instantOf, namesFor, noDetails, placeOf, zonesFor } from "./browse.ts";
import type { CompanyFrame } from "./answer.ts";
import { chooserOf } from "./chooser.ts";
import type { Chooser } from "./chooser.ts";
import type { Choice } from "./choice.ts";
import { neighbours } from "./choice.ts";
import type { Company } from "./company.ts";
import { detailFields, mistakesNotice } from "./details-fields.ts";
import type { Details } from "./details-form.ts";
import { en } from "./languages/en.ts";
import { address, bookPath, hiddenFields, notice } from "./layout.ts";
import { bookedPage, cancelPage, editPage, managePage, movePage } from "./manage-page.ts";
import type { Managed } from "./manage-page.ts";
import { bookingFile, calendarLinks } from "./add-to-calendar.ts";
import { companyPage, detailsPage, servicePage, whenText } from "./service-page.ts";
import type { DetailsPage, ServicePage } from "./service-page.ts";
import { hiddenIn } from "./testing.ts";

const london = "Europe/London";
const paris = "Europe/Paris";
const now = new Date("2026-03-02T09:00:00Z");
const at = (clock: string, day = "2026-03-05") => new Date(`${day}T${clock}:00Z`);

const company: Company = {
  slug: "acme",
  name: "Acme",
  timeZone: london,
  country: "GB",
  description: undefined,
  logoUrl: undefined,
  color: undefined,
  phone: undefined,
  email: undefined,
  embedOrigins: [],
};

const app = {
  baseUrl: "http://shop.test",
  ports: { email: { from: "noreply@shop.test" } },
} as unknown as App;

function frame(more: Partial<CompanyFrame> = {}, carried: Record<string, string> = {}): CompanyFrame {
  return {
    app,
    company,
    path: "/book/acme/leak",
    query: {},
    visitor: {
      language: "en",
      locale: "en-GB",
      messages: en,
      zone: undefined,
      isEmbedded: false,
      id: "0198c0de-0000-7000-8000-000000000001",
      isNew: false,
      carried,
    },
    ...more,
  };
}

const service = {
  id: "s1",
  name: "Leak repair",
  slug: "leak",
  description: null,
  duration_minutes: 60,
  is_active: true,
  is_bookable: true,
  capacity: 1,
  travel_minutes: null,
  timezone: null,
  price_min_cents: null,
  price_max_cents: null,
  price_unit: null,
  currency: null,
  booking_confirmation_message: null,
} as unknown as Service;

test("addresses, hidden fields and notices leave out what is not there", () => {
  assert.equal(address(frame(), "/x"), "/x");
  assert.equal(address(frame({}, { lang: "de" }), "/x", { day: "1", hold: undefined }), "/x?day=1&lang=de");
  assert.equal(bookPath("a b", "c"), "/book/a%20b/c");
  assert.equal(hiddenFields({ a: "1", b: undefined }).text, '<input type="hidden" name="a" value="1">');
  assert.equal(notice(undefined).text, "");
  assert.match(notice("x").text, /role="status" class="notice good"/);
  assert.match(notice("x", "bad").text, /role="alert" class="notice bad"/);
});

test("the first wrong field has the focus, and says what is wrong beside its hint", () => {
  const names = ["name", "email", "phone", "notes"] as const;
  const text = detailFields(
    en,
    names,
    { ...noDetails, name: "A&B", notes: "x" },
    { email: "no", phone: "bad" },
  ).text;
  assert.equal(text.split("autofocus").length - 1, 1);
  assert.match(
    text,
    /<input type="email" id="email"[^>]* required[^>]*aria-invalid="true" aria-describedby="email-mistake email-hint" autofocus value="">/,
  );
  assert.match(
    text,
    /<input type="tel" id="phone"[^>]*aria-describedby="phone-mistake phone-hint" value="">/,
  );
  assert.match(text, /<input type="text" id="name"[^>]*value="A&amp;B">/);
  assert.match(text, /<textarea id="notes"[^>]*rows="3">\nx<\/textarea>/);
  assert.equal(text.split(`<small>${en.optional}</small>`).length - 1, 2, "phone and notes");
  assert.equal(text.split('class="mistake"').length - 1, 2);
  assert.equal(mistakesNotice(en, {}).text, "");
  assert.match(mistakesNotice(en, { name: "x" }).text, /One field/);
  assert.match(mistakesNotice(en, { name: "x", email: "y" }).text, /2 fields/);
});

test("an instant of an address is one, in UTC, and nothing else", () => {
  assert.equal(instantOf("2026-03-05T10:00Z")?.toISOString(), "2026-03-05T10:00:00.000Z");
  assert.equal(instantOf("2026-03-05T10:00:01.5Z")?.getTime(), Date.parse("2026-03-05T10:00:01.500Z"));
  for (const odd of [undefined, "", "now", "2026-03-05", "2026-03-05T10:00", "2026-13-05T10:00Z"]) {
    assert.equal(instantOf(odd), undefined, odd);
  }
});

test("where to is asked only for services that go to their customers", () => {
  const away = { ...service, travel_minutes: 30 };
  assert.equal(placeOf(service, "N1"), undefined);
  assert.equal(placeOf(away, " N1 "), "N1");
  assert.equal(placeOf(away, undefined), undefined);
  assert.equal(placeOf(away, "  "), undefined);
  assert.equal(placeOf(away, "N\0"), undefined);
  assert.equal(placeOf(away, "1".repeat(30))?.length, 20);
  assert.deepEqual(namesFor(service), ["name", "email", "phone", "notes", "attendees"]);
  assert.deepEqual(namesFor(away), ["name", "email", "phone", "address", "postalCode", "notes", "attendees"]);
  assert.deepEqual(zonesFor(frame(), { ...service, timezone: paris }), { zone: paris, businessZone: paris });
  const abroad = frame({ visitor: { ...frame().visitor, zone: "Asia/Tokyo" } });
  assert.deepEqual(zonesFor(abroad, undefined), { zone: "Asia/Tokyo", businessZone: london });
});

const slot = (clock: string, day = "2026-03-05", seatsLeft = 1): OpenSlot => ({
  startsAt: at(clock, day),
  endsAt: new Date(at(clock, day).getTime() + 3_600_000),
  memberIds: [],
  seatsLeft,
});

function choiceOf(slots: OpenSlot[], more: Partial<Choice> = {}): Choice {
  const days = Map.groupBy(slots, ({ startsAt }) => startsAt.toISOString().slice(0, 10));
  return {
    zone: london,
    month: "2026-03",
    days,
    day: [...days.keys()][0],
    today: "2026-03-02",
    hasPrevious: false,
    hasNext: true,
    nextFree: undefined,
    ...more,
  };
}

const chooser = (choice: Choice, more: Partial<Chooser> = {}, where = frame()) =>
  chooserOf(where, { choice, posted: { action: "hold" }, businessZone: london, now, ...more }).text;

test("a month: free days are links, the chosen one and today are marked, and there are arrows where there is something to see", () => {
  const both = [slot("10:00"), slot("14:00"), slot("18:00"), slot("10:00", "2026-03-02")];
  const text = chooser(choiceOf(both), { kept: { hold: "h1" } });
  const cells = [...text.matchAll(/<td>(.*?)<\/td>/g)].map(([, inside]) => inside ?? "");
  assert.equal(cells.filter((inside) => inside.includes("<a ")).length, 2);
  const link = (day: string) => cells.find((inside) => inside.includes(`id="day-${day}"`)) ?? "";
  assert.match(link("2026-03-05"), /href="\/book\/acme\/leak\?hold=h1&amp;day=2026-03-05"/);
  assert.match(link("2026-03-05"), /class="chosen".*aria-current="date".*3 free times/);
  assert.match(link("2026-03-02"), /class="today"/);
  assert.doesNotMatch(link("2026-03-02"), /aria-current|chosen/);
  assert.match(link("2026-03-02"), /1 free time"/);
  assert.ok(cells.includes('<span class="">3</span>'), cells.join());
  assert.match(text, /id="next-month"[^>]*month=2026-04/);
  assert.doesNotMatch(text, /id="previous-month"/);
  const later = chooser(choiceOf(both, { hasPrevious: true, hasNext: false }));
  assert.match(later, /id="previous-month"[^>]*month=2026-02/);
  assert.doesNotMatch(later, /id="next-month"/);
  const firsts = [...text.matchAll(/<th scope="col" abbr="(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual([firsts.length, firsts[0], firsts[6]], [7, "Monday", "Sunday"]);
  assert.deepEqual(neighbours(choiceOf([])), { previous: undefined, next: "2026-04" });
});

test("a day's times by the part of the day, on the wall of the visitor's zone, with the places that are left", () => {
  const day = [slot("11:59"), slot("12:00"), slot("17:59"), slot("18:00")];
  const text = chooser(choiceOf(day));
  const parts = text
    .split("<h3>")
    .slice(1)
    .map((part) => [part.split("<")[0], part.split('name="start"').length - 1]);
  assert.deepEqual(parts, [
    ["Morning", 1],
    ["Afternoon", 2],
    ["Evening", 1],
  ]);
  assert.match(text, /<button name="start" value="2026-03-05T12:00:00.000Z">12:00<\/button>/);
  assert.equal(hiddenIn(text)["action"], "hold");
  assert.doesNotMatch(text, /place left|class="quiet" tabindex/);
  const seats = chooser(choiceOf([slot("10:00", "2026-03-05", 3)]), { seatsLeft: (one) => one.seatsLeft });
  assert.match(seats, /<small>3 places left<\/small>/);
});

test("a month without a time says so, and leads to the next day that has one", () => {
  const text = chooser(choiceOf([], { nextFree: "2026-04-07" }), { kept: { hold: "h1" } });
  assert.match(text, /No free times in March 2026\..*hold=h1&amp;day=2026-04-07/s);
  assert.match(chooser(choiceOf([])), /No free times online at the moment\./);
  assert.match(chooser(choiceOf([], { hasPrevious: true })), /No free times in March 2026\./);
  assert.doesNotMatch(chooser(choiceOf([])), /class="button"/);
});

test("the zone is told, the business's only where its clock shows something else; choosing another keeps the rest", () => {
  const home = chooser(choiceOf([slot("10:00")]));
  assert.doesNotMatch(home, /Acme works in/);
  const where = frame({}, { tz: paris, lang: "de" });
  const away = chooser(choiceOf([slot("10:00")], { zone: paris }), { kept: { hold: "h1" } }, where);
  assert.match(away, /Acme works in /);
  assert.match(away, /<option value="Europe\/Paris" selected>/);
  assert.match(away, /<option value="Europe\/London">/);
  const form = away.slice(away.indexOf("data-swap-form"));
  assert.deepEqual(hiddenIn(form), { hold: "h1", day: "2026-03-05", lang: "de" });
});

test("a business shows what can be booked, with what each takes and costs", () => {
  const page = companyPage(frame(), company, [service, { ...service, slug: "b", description: "Fast" }]);
  assert.equal(page.body.text.split("<li>").length - 1, 2);
  assert.equal(page.body.text.split('class="description"').length - 1, 1);
  assert.doesNotMatch(page.body.text, /class="lead"/);
  assert.equal(page.isPublic, true);
  assert.equal(page.description, en.companyDescription("Acme"));
  const own = companyPage(frame(), { ...company, description: "We mend" }, [service]);
  assert.match(own.body.text, /<p class="lead">We mend<\/p>/);
  assert.equal(own.description, "We mend");
});

const shop = (more: Partial<ServicePage> = {}) =>
  servicePage(frame({}, { lang: "de" }), {
    company,
    service,
    choice: choiceOf([slot("10:00", "2026-03-05", 2)]),
    zone: london,
    businessZone: london,
    now,
    hold: undefined,
    postalCode: undefined,
    isTaken: false,
    ...more,
  });

test("a service's page: what is kept, what was taken, where to, and places of a class", () => {
  const plain = shop();
  assert.deepEqual([plain.isPublic, plain.findsZone], [true, true]);
  assert.doesNotMatch(
    plain.body.text,
    /We keep|has just been taken|postal_code|place left|places left|class="lead"/,
  );
  assert.equal(plain.description, en.serviceDescription("Leak repair", "Acme"));
  const described = shop({ service: { ...service, description: "Dry again" } });
  assert.match(described.body.text, /<p class="lead">Dry again<\/p>/);
  assert.equal(described.description, "Dry again");
  assert.match(shop({ isTaken: true }).body.text, /role="alert"[^>]*>That time has just been taken/);
  assert.match(shop({ service: { ...service, capacity: 2 } }).body.text, /2 places left/);
  const hold = { id: "h1", startsAt: at("10:00"), endsAt: at("11:00"), expiresAt: at("09:05", "2026-03-02") };
  const kept = shop({ hold, postalCode: "N1" }).body.text;
  assert.match(kept, /We keep .* for you until 09:05/);
  assert.match(kept, /start=2026-03-05T10%3A00%3A00.000Z&amp;hold=h1&amp;postal_code=N1&amp;lang=de/);
  assert.deepEqual(hiddenIn(kept.slice(kept.indexOf('class="chooser"'))), {
    action: "hold",
    hold: "h1",
    postal_code: "N1",
    day: "2026-03-05",
    lang: "de",
  });
  const away = { ...service, travel_minutes: 30 };
  const asking = shop({ service: away, choice: undefined, hold }).body.text;
  assert.match(asking, /<input id="postal_code"[^>]* required value="" maxlength="20">/);
  assert.deepEqual(hiddenIn(asking), { hold: "h1", lang: "de" });
  assert.doesNotMatch(asking, /class="chooser"/);
  assert.match(shop({ service: away, postalCode: "N1" }).body.text, /value="N1"/);
});

const typing = (more: Partial<DetailsPage> = {}) =>
  detailsPage(frame(), {
    company,
    service,
    zone: london,
    businessZone: london,
    startsAt: at("10:00"),
    endsAt: at("11:00"),
    now,
    request: "r1",
    hold: undefined,
    holdIsOver: false,
    names: ["name", "email"],
    details: { ...noDetails, postalCode: "" } as Details,
    mistakes: {},
    ...more,
  });

test("the form of a booking: how long the time is kept, what is wrong, or which times are left", () => {
  const free = typing();
  assert.equal(free.status, 200);
  assert.deepEqual(hiddenIn(free.body.text), {
    action: "book",
    request: "r1",
    start: "2026-03-05T10:00:00.000Z",
  });
  assert.match(free.body.text, /This time is free\./);
  assert.match(free.body.text, /<a href="\/book\/acme\/leak\?day=2026-03-05">/);
  assert.match(typing({ holdIsOver: true }).body.text, /not kept for you any more, but it is still free/);
  const hold = { id: "h1", expiresAt: new Date(now.getTime() + 290_000) };
  const kept = typing({ hold, details: { ...noDetails, postalCode: "N1" } }).body.text;
  assert.match(kept, /data-hold-seconds="290".*until 09:04/s);
  assert.equal(hiddenIn(kept)["hold"], "h1");
  assert.match(kept, /\?day=2026-03-05&amp;hold=h1&amp;postal_code=N1"/);
  assert.equal(typing({ mistakes: { name: "no" } }).status, 422);
  assert.equal(typing({ problem: "robot" }).status, 422);
  assert.match(typing({ problem: "robot" }).body.text, /role="alert"[^>]*>robot/);
  const taken = typing({
    alternatives: [slot("12:00"), slot("13:00")],
    mistakes: { name: "no" },
  });
  assert.equal(taken.status, 409);
  assert.match(taken.body.text, /id="start-0" value="2026-03-05T12:00:00.000Z" checked autofocus>/);
  assert.match(taken.body.text, /id="start-1" value="2026-03-05T13:00:00.000Z"><label/);
  assert.match(taken.body.text, /That time has just been taken\./);
  assert.equal("start" in hiddenIn(taken.body.text), false);
});

test("when, in the visitor's zone, and the business's where it differs: with the date only where that is another one", () => {
  const told = (zone: string, businessZone: string, clock = "10:00") =>
    whenText(frame(), {
      startsAt: at(clock),
      endsAt: new Date(at(clock).getTime() + 1_800_000),
      zone,
      businessZone,
    }).text;
  assert.equal(told(london, london).split('class="hint"').length - 1, 1);
  assert.equal(told(london, "Europe/Lisbon").split('class="hint"').length - 1, 1);
  const hours = told(paris, london).split('class="hint">').at(-1) ?? "";
  assert.match(hours, /^10:00.10:30 in /);
  const nextDay = told(paris, london, "23:10").split('class="hint">').at(-1) ?? "";
  assert.match(nextDay, /^Thursday,? 5 March 2026/);
});

const booking = {
  id: "0198c0de-0000-7000-8000-0000000000aa",
  status: "confirmed",
  title: "Leak repair",
  starts_at: at("10:00"),
  ends_at: at("11:00"),
  updated_at: now,
  timezone: london,
  sequence: 2,
  booker_name: "Ann Lee",
  booker_email: "ann@example.com",
  booker_phone: null,
  notes: null,
  address: null,
  postal_code: null,
  google_meet_link: null,
  management_token: "t1",
  invitation_id: null,
} as unknown as Booking;

const managed = (more: Partial<Managed> = {}, about: Partial<Booking> = {}): Managed => ({
  booking: { ...booking, attendees: [], ...about },
  service,
  zone: london,
  businessZone: london,
  mayChange: true,
  now,
  ...more,
});

test("a booker's page: what was booked, what can still be done, and what just happened", () => {
  const page = (more: Partial<Managed> = {}, about: Partial<Booking> = {}, query = {}) =>
    managePage(frame({ query, path: "/book/acme/manage/t1" }), managed(more, about)).body.text;
  const plain = page();
  const steps = [...plain.matchAll(/\?step=(\w+)/g)].map(([, step]) => step);
  assert.deepEqual(steps, ["move", "edit", "cancel"]);
  assert.match(plain, /booking\.ics/);
  assert.doesNotMatch(plain, /class="notice|restore|Join online|<dt>Notes|<dt>Where/);
  assert.match(plain, /<dt>For<\/dt><dd><p>Ann Lee<\/p><p>ann@example.com<\/p><\/dd>/);
  assert.match(plain, /<dt>Status<\/dt><dd>Confirmed<\/dd>/);
  const full = page(
    {},
    {
      address: "1 High St",
      postal_code: "N1",
      notes: "Dog",
      booker_phone: "+447700900123",
      google_meet_link: "https://meet.example/x",
    },
  );
  assert.match(full, /<dt>Where<\/dt><dd>1 High St, N1<\/dd>/);
  assert.match(full, /<p class="message">Dog<\/p>/);
  assert.match(full, /07700 900123|\+44 7700 900123/);
  assert.match(full, /href="https:\/\/meet.example\/x">Join online/);
  const over = page({ mayChange: false }, { google_meet_link: "https://meet.example/x" });
  assert.doesNotMatch(over, /step=|booking\.ics|Join online/);
  assert.match(over, /Confirmed; its time has come/);
  for (const [status, said] of [
    ["late", "Attended"],
    ["attended", "Attended"],
    ["no_show", "Missed"],
  ] as const) {
    assert.match(page({ mayChange: false }, { status }), new RegExp(`<dd>${said}</dd>`));
  }
  assert.match(page({}, {}, { notice: "moved" }), /class="notice good">Your booking was moved/);
  assert.match(page({}, {}, { notice: "taken" }), /class="notice bad"/);
  assert.match(page({}, {}, { notice: "refused" }), /class="notice bad"/);
  assert.doesNotMatch(page({}, {}, { notice: "odd" }), /class="notice/);
});

test("cancelled, it is offered again while its time is to come and the service is still given", () => {
  const offered = (more: Partial<Managed> = {}) =>
    managePage(frame(), managed({ mayChange: false, ...more }, { status: "cancelled" })).body.text.includes(
      'value="restore"',
    );
  assert.equal(offered(), true);
  assert.equal(offered({ service: undefined }), false);
  assert.equal(offered({ service: { ...service, is_active: false } }), false);
  assert.equal(offered({ service: { ...service, is_bookable: false } }), false);
  assert.equal(offered({ now: at("10:00") }), false);
  assert.equal(offered({ now: at("09:59") }), true);
});

test("just booked: the business's own words, and where the confirmation goes", () => {
  const text = (more: Partial<Managed> = {}, about: Partial<Booking> = {}) =>
    bookedPage(frame(), managed(more, about)).body.text;
  assert.doesNotMatch(text(), /class="message"/);
  assert.match(text(), /on its way to ann@example.com/);
  assert.doesNotMatch(text({}, { booker_email: null }), /on its way/);
  assert.match(
    text({ service: { ...service, booking_confirmation_message: " Mind the dog " } }),
    /<p class="message">Mind the dog<\/p>/,
  );
});

test("moving, changing and cancelling are forms that post what they say", () => {
  const moving = movePage(frame(), managed(), choiceOf([slot("12:00")])).body.text;
  assert.deepEqual(hiddenIn(moving), { action: "move", step: "move", day: "2026-03-05" });
  assert.doesNotMatch(moving, /class="notice/);
  assert.match(
    movePage(frame({ query: { notice: "taken" } }), managed(), choiceOf([])).body.text,
    /class="notice bad"/,
  );
  assert.equal(editPage(frame(), ["name"], noDetails, {}).status, 200);
  assert.equal(editPage(frame(), ["name"], noDetails, { name: "no" }).status, 422);
  assert.deepEqual(hiddenIn(editPage(frame(), ["name"], noDetails, {}).body.text), { action: "edit" });
  assert.deepEqual(hiddenIn(cancelPage(frame(), managed()).body.text), { action: "cancel" });
});

test("for the booker's own calendar: a file, or a link with it filled in", () => {
  const where = { address: "1 High St", postal_code: "N1", google_meet_link: "https://meet.example/x" };
  const { google, outlook } = calendarLinks(
    app,
    { ...company, phone: "+442079460999" },
    { ...booking, ...where },
  );
  const filled = new URL(google).searchParams;
  assert.equal(filled.get("dates"), "20260305T100000Z/20260305T110000Z");
  assert.equal(filled.get("location"), "1 High St, N1");
  assert.deepEqual(filled.get("details")?.split("\n"), [
    "https://meet.example/x",
    "http://shop.test/book/acme/manage/t1",
    "+442079460999",
  ]);
  assert.equal(new URL(outlook).searchParams.get("startdt"), "2026-03-05T10:00:00.000Z");
  const file = (about: Partial<Booking> = {}, of = company) => bookingFile(app, of, { ...booking, ...about });
  assert.match(file(), /METHOD:PUBLISH/);
  assert.match(file({ status: "cancelled" }), /METHOD:CANCEL/);
  assert.doesNotMatch(file(), /^LOCATION/m);
  assert.match(file(where), /^LOCATION:1 High St/m);
  assert.match(file(), /noreply@shop\.test/);
  assert.match(file({}, { ...company, email: "desk@acme.test" }), /desk@acme\.test/);
});
