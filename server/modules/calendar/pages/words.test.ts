/** What visitors type, choose and bring along, and how days, money and colours are shown to them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FastifyRequest } from "fastify";
import type { Service } from "../services/service.ts";
import { brandOf, contrast } from "./brand.ts";
import { attendeesOf, mistakesIn, readDetails } from "./details-form.ts";
import { en } from "./languages/en.ts";
import { acceptedLanguage, catalogues, spokenBy } from "./languages/languages.ts";
import { visitorOf } from "./visitor.ts";
import {
  cityOf,
  durationText,
  factsText,
  periodText,
  priceText,
  sameClock,
  weekdayText,
  zoneText,
} from "./wording.ts";
import { zoneChoices } from "./zones.ts";

const london = "Europe/London";
const paris = "Europe/Paris";
const now = new Date("2026-03-02T09:00:00Z");
const at = (clock: string, day = "2026-03-05") => new Date(`${day}T${clock}:00Z`);

const service = { duration_minutes: 60 } as unknown as Service;

const priced = (
  min: number | null,
  max: number | null,
  currency: string | null = "GBP",
  unit: string | null = null,
) =>
  priceText(en, "en-GB", {
    ...service,
    price_min_cents: min,
    price_max_cents: max,
    currency,
    price_unit: unit,
  } as Service);

test("a price: from, up to, between, exactly, free, or none", () => {
  assert.equal(priced(null, null), undefined);
  assert.equal(priced(100, 200, null), undefined);
  assert.equal(priced(100, 200, "XXQ"), undefined);
  assert.equal(priced(0, null), en.free);
  assert.equal(priced(0, 0), en.free);
  assert.equal(priced(0, 5000), "up to £50");
  assert.equal(priced(null, 5000), "up to £50");
  assert.equal(priced(5000, null), "from £50");
  assert.equal(priced(5000, 5000), "£50");
  assert.match(priced(5000, 9900) ?? "", /^£50.+99$/);
  assert.equal(priced(5050, 5050), "£50.50");
  assert.match(priced(5000, 9950) ?? "", /^£50\.00.+99\.50$/);
  assert.equal(priced(5000, 5000, "GBP", "PER_HOUR"), "£50 per hour");
  assert.equal(priced(5000, 5000, "GBP", "PER_JOB"), "£50");
});

test("one and several are told apart in every language", () => {
  for (const { seatsLeft, freeTimes, mistakes } of Object.values(catalogues)) {
    for (const say of [seatsLeft, (count: number) => freeTimes("", count), mistakes.summary]) {
      // Another word, not only another number.
      assert.notEqual(say(1).replace("1", "2"), say(2));
      assert.ok(say(2).includes("2"));
    }
  }
});

test("lengths, periods, zones and clocks in words", () => {
  assert.deepEqual(
    [30, 59, 60, 90, 120].map((minutes) => durationText(en, minutes)),
    ["30 min", "59 min", "1 h", "1 h 30 min", "2 h"],
  );
  assert.equal(factsText(en, "en-GB", service), "1 h");
  assert.equal(
    factsText(en, "en-GB", { ...service, price_min_cents: 5000, price_max_cents: 5000, currency: "GBP" }),
    "1 h · £50",
  );
  assert.match(
    periodText("en-GB", london, at("10:00"), at("11:00")),
    /^Thursday,? 5 March 2026, 10:00.11:00$/,
  );
  assert.match(periodText("en-GB", london, at("23:00"), at("01:00", "2026-03-06")), /5 March.*6 March/);
  assert.equal(cityOf("America/Argentina/Buenos_Aires"), "Buenos Aires");
  assert.equal(cityOf("Etc/UTC"), undefined);
  assert.equal(cityOf("UTC"), undefined);
  assert.match(zoneText("en-GB", paris, now), / \(Paris\)$/);
  assert.doesNotMatch(zoneText("en-GB", "Etc/UTC", now), /\(/);
  assert.doesNotMatch(zoneText("en-GB", "Asia/Singapore", now), /\(/, "the name has the city in it");
  assert.equal(sameClock(london, "Europe/Lisbon", now), true);
  assert.equal(sameClock(london, paris, now), false);
  assert.deepEqual(weekdayText("en-GB", 0), { short: "Sun", long: "Sunday" });
  assert.deepEqual(weekdayText("en-GB", 6), { short: "Sat", long: "Saturday" });
});

test("zones from west to east, by city where clocks agree, with those that are wanted", () => {
  const labels = zoneChoices(now, ["Asia/Pyongyang", london]).map(({ label }) => label);
  assert.equal(labels[0], "GMT−10 Honolulu");
  assert.ok(labels.includes("GMT+5:30 Kolkata") && labels.includes("GMT−3:30 St Johns"));
  assert.ok(labels.includes("GMT+9 Pyongyang") && labels.includes("GMT+0 UTC"));
  assert.equal(labels.filter((label) => label.endsWith(" London")).length, 1);
  const east = labels.filter((label) => label.startsWith("GMT+9 "));
  assert.deepEqual(east, east.toSorted());
  assert.ok(labels.indexOf("GMT+1 Paris") > labels.indexOf("GMT+0 London"));
});

test("a colour is darkened or lightened just until it can be read, and its buttons take the better of black and white", () => {
  assert.deepEqual(brandOf("#000000"), {
    fill: "#000000",
    onFill: "#ffffff",
    lightText: "#000000",
    darkText: "#a6a6a6",
  });
  assert.deepEqual(brandOf("#FFFFFF"), {
    fill: "#ffffff",
    onFill: "#000000",
    lightText: "#666666",
    darkText: "#ffffff",
  });
  assert.equal(brandOf("#ffff99").onFill, "#000000");
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.equal(contrast([255, 255, 255], [0, 0, 0]), 21);
  assert.equal(Math.round(contrast([119, 119, 119], [255, 255, 255]) * 100), 448);
  assert.equal(Math.round(contrast([10, 10, 10], [0, 0, 0]) * 1000), 1061);
});

test("a language by its tag, and the reader's first that there is", () => {
  assert.deepEqual(spokenBy("de-AT"), { language: "de", locale: "de-AT" });
  assert.equal(spokenBy("fr"), undefined);
  assert.equal(spokenBy(undefined), undefined);
  assert.equal(spokenBy("not a tag"), undefined);
  assert.equal(spokenBy("de-x-abcdefgh-abcdefgh-abcdefgh-abcde"), undefined);
  assert.ok(spokenBy("de-x-abcdefgh-abcdefgh-abcdefgh-abc"));
  assert.equal(acceptedLanguage("fr, de;q=0.5, es;q=0.9")?.language, "es");
  assert.equal(acceptedLanguage("de;q=0, es;q=0.1")?.language, "es");
  assert.equal(acceptedLanguage("es;q=0.5, de")?.language, "de");
  assert.equal(acceptedLanguage("de;level=1;q=0.2, es;q=0.3")?.language, "es");
  assert.equal(acceptedLanguage(undefined), undefined);
  assert.equal(acceptedLanguage(`${"fr,".repeat(170)}de`), undefined);
});

const asked = (url: string, headers: Record<string, string> = {}) => {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of new URL(url, "http://x").searchParams) {
    query[name] = query[name] === undefined ? value : [query[name], value].flat();
  }
  return visitorOf({ url, query, headers } as unknown as FastifyRequest);
};

test("who looks: by the address first, then the cookies, then the browser's languages", () => {
  assert.deepEqual([asked("/").language, asked("/").locale, asked("/").carried], ["en", "en", {}]);
  const cookie =
    "booking_language=es; booking_zone=Europe%2FParis; booking_visitor=0198c0de-0000-7000-8000-000000000001";
  const known = asked("/", { cookie, "accept-language": "de" });
  assert.deepEqual(
    [known.language, known.zone, known.isNew, known.id, known.carried],
    ["es", paris, false, "0198c0de-0000-7000-8000-000000000001", {}],
  );
  const choosing = asked("/?lang=de-AT&lang=es&tz=Europe/London&embed=1", { cookie });
  assert.deepEqual(
    [choosing.language, choosing.locale, choosing.zone, choosing.isEmbedded, choosing.carried],
    ["de", "de-AT", london, true, { lang: "de-AT", tz: london, embed: "1" }],
  );
  assert.equal(asked("/", { "accept-language": "de" }).language, "de");
  const odd = asked("/?embed=2&tz=Mars/Base", { cookie: "booking_visitor=me; booking_zone=%E0%A4%A" });
  assert.deepEqual([odd.isEmbedded, odd.isNew, odd.zone, odd.carried], [false, true, undefined, {}]);
  assert.notEqual(odd.id, "me");
});

test("what strangers write is cut, cleaned and checked field by field", () => {
  const typed = (more: Partial<Record<string, string>> = {}) =>
    readDetails({ name: "Ann Lee", email: "ann@example.com", ...more } as Record<string, string>);
  assert.equal(typed({ notes: " a\r\nb\u0007 " }).notes, "a\nb");
  assert.equal(typed({ notes: "x".repeat(5001) }).notes.length, 5000);
  assert.equal(typed({ name: " Ann\n Lee " }).name, "Ann Lee");
  const wrong = (more: Partial<Record<string, string>>, needsPlace = false) =>
    Object.keys(mistakesIn(en, typed(more), { country: "GB", needsPlace }));
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong({ name: "..." }), ["name"]);
  assert.deepEqual(wrong({ name: "www.evil.example" }), ["name"]);
  assert.deepEqual(wrong({ email: "ann at x" }), ["email"]);
  assert.equal(
    mistakesIn(en, typed({ email: "" }), { country: "GB", needsPlace: false }).email,
    en.mistakes.emailMissing,
  );
  assert.equal(
    mistakesIn(en, typed({ email: "x" }), { country: "GB", needsPlace: false }).email,
    en.mistakes.email,
  );
  assert.deepEqual(wrong({ phone: "12" }), ["phone"]);
  assert.deepEqual(wrong({ phone: "07700 900123" }), []);
  assert.deepEqual(wrong({ phone: "+44 9098 790000" }), ["phone"]);
  assert.deepEqual(wrong({}, true), ["postalCode"]);
  assert.deepEqual(wrong({ postal_code: "N1" }, true), []);
  const guests = (count: number) =>
    Array.from({ length: count }, (_, index) => `g${index}@example.com`).join(", ");
  assert.deepEqual(wrong({ attendees: guests(5) }), []);
  assert.deepEqual(wrong({ attendees: guests(6) }), ["attendees"]);
  assert.deepEqual(wrong({ attendees: "a@example.com; b" }), ["attendees"]);
  assert.deepEqual(attendeesOf(typed({ attendees: "a@example.com;A@example.com  b@example.com" })), [
    { email: "A@example.com" },
    { email: "b@example.com" },
  ]);
});
