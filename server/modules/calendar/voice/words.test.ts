import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "../services/service.ts";
import { wallTimeAt } from "../slots/wall-clock.ts";
import { bookerPhone, callerNumbers } from "./customer-phone.ts";
import { callerState, callerZone } from "./caller-zone.ts";
import { listingText } from "./listing-text.ts";
import { slotField, slotKey } from "./slot-key.ts";
import { spokenDay, spokenList, spokenMoment, spokenSpan, spokenTime } from "./spoken.ts";
import { selectorOf } from "./voice-input.ts";
import { indexIn } from "./which-booking.ts";
import type { Wish } from "./wish.ts";

const zone = "Europe/London";
const at = (instant: string) => Date.parse(instant);
const now = at("2026-03-02T09:00:00Z");
const noWish: Wish = { dates: [], unclear: {}, moved: false };

test("every time of the day as people say it", () => {
  for (const [hour, minute, said] of [
    [0, 0, "12 AM"],
    [0, 5, "12:05 AM"],
    [1, 0, "1 AM"],
    [11, 59, "11:59 AM"],
    [12, 0, "12 PM"],
    [12, 30, "12:30 PM"],
    [13, 0, "1 PM"],
    [23, 45, "11:45 PM"],
  ] as const) {
    assert.equal(spokenTime({ hour, minute }), said);
  }
});

test("every day of a month by its number, in the listener's zone, with the year when it is another one", () => {
  const numbers = Array.from({ length: 31 }, (_, index) =>
    /the (\w+) of/.exec(spokenDay(Date.UTC(2026, 0, index + 1, 12), zone, now))?.at(1),
  );
  assert.deepEqual(numbers, [
    "1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th",
    "11th", "12th", "13th", "14th", "15th", "16th", "17th", "18th", "19th", "20th",
    "21st", "22nd", "23rd", "24th", "25th", "26th", "27th", "28th", "29th", "30th", "31st",
  ]); // prettier-ignore
  const newYear = at("2026-12-31T23:30:00Z");
  assert.equal(spokenDay(newYear, zone, now), "Thursday the 31st of December");
  assert.equal(spokenDay(newYear, "Europe/Paris", now), "Friday the 1st of January 2027");
  assert.equal(spokenMoment(newYear, "Europe/Paris", newYear), "Friday the 1st of January at 12:30 AM");
});

test("from when to when, with the day of the end when that is another one", () => {
  const from = at("2026-03-03T22:00:00Z");
  assert.equal(
    spokenSpan(from, from + 90 * 60_000, zone, now),
    "Tuesday the 3rd of March from 10 PM to 11:30 PM",
  );
  assert.equal(
    spokenSpan(from, from + 180 * 60_000, zone, now),
    "Tuesday the 3rd of March from 10 PM to Wednesday the 4th of March at 1 AM",
  );
});

test("none, one, two or three things in a row", () => {
  assert.equal(spokenList([], "or"), "");
  assert.equal(spokenList(["a"], "or"), "a");
  assert.equal(spokenList(["a", "b"], "and"), "a and b");
  assert.equal(spokenList(["a", "b", "c"], "or"), "a, b or c");
});

test("a key is read as it stands in the listing, alone or in its brackets, and in the hour that comes twice is two instants", () => {
  const key = "2026-03-03 09:00";
  assert.equal(slotKey(at("2026-03-03T09:00:00Z"), zone), key);
  for (const text of [key, ` ${key} `, `[slot:"${key}"]`, `slot: '${key}'`, `"${key}"`]) {
    assert.deepEqual(slotField("slot", text, zone), [at("2026-03-03T09:00:00Z")], text);
  }
  assert.equal(slotField("slot", "2026-10-25 01:30", zone).length, 2);
  assert.throws(() => slotField("slot", "2026-03-29 01:30", zone), /skips 01:30 on 2026-03-29/);
  for (const text of ["", "2026-03-03", "09:00", `at ${key}`, `${key} please`]) {
    assert.throws(() => slotField("slot", text, zone), /no slot of the listing/, text);
  }
});

test("a place in a list is up to three digits, however it is said, and never nought", () => {
  for (const [selector, index] of [
    ["1", 1],
    ["12.", 12],
    ["#2", 2],
    ["No. 3", 3],
    ["number 4", 4],
    ["option 123", 123],
    ["0", undefined],
    ["000", undefined],
    ["1234", undefined],
    ["two", undefined],
    ["2 please", undefined],
  ] as const) {
    assert.equal(indexIn(selector), index, selector);
  }
  assert.equal(selectorOf(0), "0");
  for (const nothing of [null, undefined, "", "  "]) assert.equal(selectorOf(nothing), undefined);
});

test("a number is read the way of the country and of Australia, the one it certainly is first", () => {
  const call = { direction: "inbound", from_number: "+447700900999", to_number: "+442079460999" } as const;
  assert.deepEqual(callerNumbers({ phone: "0412 345 678" }, "GB")[0], "+61412345678");
  assert.deepEqual(callerNumbers({ phone: "07700 900321" }, "GB")[0], "+447700900321");
  assert.deepEqual(callerNumbers({ phone: "0412 345 678" }, "AU"), ["+61412345678"]);
  assert.deepEqual(callerNumbers({ phone: "+447700900321", call }, "AU"), ["+447700900321"]);
  assert.deepEqual(callerNumbers({ phone: " ", call }, "AU"), ["+447700900999"]);
  assert.throws(() => callerNumbers({}, "GB"), /phone: is missing/);
  assert.throws(() => callerNumbers({ phone: "12" }, "GB"), /12 is no phone number/);
  assert.equal(bookerPhone({ call }, "GB"), "+447700900999");
  assert.equal(bookerPhone({ phone: "0412 345 678", call }, "GB"), "+61412345678");
  assert.equal(bookerPhone({}, "GB"), undefined);
  assert.equal(bookerPhone({ call: { ...call, from_number: "anonymous" } }, "GB"), undefined);
  assert.throws(() => bookerPhone({ phone: "12", call }, "GB"), /12 is no phone number/);
});

test("the state is what was said, else what the platform knew of the call; its clock comes before a zone that was named", () => {
  const of = (variables: Record<string, string>) => ({ retell_llm_dynamic_variables: variables });
  assert.equal(callerState({ state: " WA ", call: of({ state: "SA" }) }), "WA");
  assert.equal(callerState({ call: of({ state: "SA", customer_state: "TAS" }) }), "SA");
  assert.equal(callerState({ call: of({ customer_state: "TAS" }) }), "TAS");
  assert.equal(callerState({}), undefined);
  assert.equal(callerZone({ state: "WA", timezone: zone }), "Australia/Perth");
  assert.equal(callerZone({ state: "Otago", timezone: zone }), zone);
  assert.equal(callerZone({}), "Australia/Sydney");
  assert.throws(() => callerZone({ timezone: "Mars/Base" }), /timezone/);
});

const service = { name: "Leak repair", duration_minutes: 60, description: null } as unknown as Service;

function listing(
  starts: string[],
  more: { wish?: Partial<Wish>; missed?: boolean; hosts?: string[]; service?: Partial<Service> } = {},
) {
  const openings = starts.map((start) => ({ at: at(start), wall: wallTimeAt(at(start), zone) }));
  return listingText({
    service: { ...service, ...more.service },
    hosts: (more.hosts ?? []).map((name) => ({ id: name, name })),
    wish: { ...noWish, ...more.wish },
    choice: { openings, missed: more.missed ?? false },
    zone,
    unknownState: undefined,
    now,
  });
}

const hours = (day: number, count: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      `2026-03-${String(day).padStart(2, "0")}T${String(9 + Math.floor(index / 4)).padStart(2, "0")}:${String((index % 4) * 15).padStart(2, "0")}:00Z`,
  );

const linesOf = (text: string) => text.split("\n\n")[1]?.split("\n") ?? [];

test("the header names nobody, one host or several, and a description only when it says something", () => {
  const header = (hosts: string[], description: string | null) =>
    listing(hours(3, 1), { hosts, service: { description } }).split("\n\n")[0]?.split("\n");
  const first = "Offering: Leak repair (60 minutes)";
  const last = "Times are in London time.";
  assert.deepEqual(header([], null), [first, last]);
  assert.deepEqual(header(["Bea"], "  "), [first, "Host: Bea", last]);
  assert.deepEqual(header(["Bea", "Cal"], " At last. "), [
    first,
    "Hosts: Bea and Cal",
    "Description: At last.",
    last,
  ]);
});

test("eight times of one day, four of each of several, and how many more there are", () => {
  const count = (line = "") => line.split("[slot:").length - 1;
  const [one] = linesOf(listing(hours(3, 8)));
  assert.equal(count(one), 8);
  assert.doesNotMatch(one!, /more/);
  const [more] = linesOf(listing(hours(3, 9)));
  assert.equal(count(more), 8);
  assert.match(more!, / \(\+1 more\)$/);
  const two = linesOf(listing([...hours(3, 4), ...hours(4, 6)]));
  assert.deepEqual(two.map(count), [4, 4]);
  assert.doesNotMatch(two[0]!, /more/);
  assert.match(two[1]!, / \(\+2 more\)$/);
});

test("three days of the soonest, five of those asked for, and word of the days that are left out", () => {
  const days = (count: number) => Array.from({ length: count }, (_, index) => hours(2 + index, 1)).flat();
  const later = "There are more times on later days.";
  const asked = { dates: ["2026-03-02", "2026-03-03"] };
  assert.deepEqual(
    linesOf(listing(days(3))).map((line) => line.split(":")[0]),
    ["Today, Monday the 2nd of March", "Tomorrow, Tuesday the 3rd of March", "Wednesday the 4th of March"],
  );
  assert.equal(linesOf(listing(days(4))).length, 4);
  assert.equal(linesOf(listing(days(4))).at(-1), later);
  assert.equal(linesOf(listing(days(5), { wish: asked })).length, 5);
  assert.equal(linesOf(listing(days(6), { wish: asked })).at(-1), later);
});

test("what is not open is named by its days and hours", () => {
  const days = (...numbers: number[]) => numbers.map((day) => `2026-03-${String(day).padStart(2, "0")}`);
  const h = 60;
  const cases: [Partial<Wish>, string][] = [
    [{}, "in the next two weeks"],
    [{ dates: days(3) }, "on Tuesday the 3rd of March"],
    [{ dates: days(3, 4) }, "on Tuesday the 3rd of March or Wednesday the 4th of March"],
    [{ dates: days(3, 4, 5) }, "from Tuesday the 3rd of March to Thursday the 5th of March"],
    [
      { dates: days(3, 4, 6) },
      "on Tuesday the 3rd of March, Wednesday the 4th of March or Friday the 6th of March",
    ],
    [{ time: 0 }, "around 12 AM"],
    [{ time: 14 * h + 30 }, "around 2:30 PM"],
    [{ window: { from: 0, to: 12 * h } }, "before 12 PM"],
    [{ window: { from: 17 * h, to: 24 * h } }, "from 5 PM on"],
    [{ window: { from: 14 * h, to: 16 * h + 15 } }, "between 2 PM and 4:15 PM"],
    [{ dates: days(3), time: 9 * h }, "on Tuesday the 3rd of March around 9 AM"],
  ];
  for (const [wish, said] of cases) {
    const [first, next] = linesOf(listing(hours(9, 1), { wish, missed: true }));
    assert.equal(first, `Nothing is open ${said}. The nearest times are:`);
    assert.match(next ?? "", /^Monday the 9th of March: 9 AM/);
  }
  const none = (wish: Partial<Wish>) => linesOf(listing([], { wish, missed: true }))[0];
  assert.match(none({}) ?? "", /^Nothing is open, and nothing else either at present/);
  assert.match(
    none({ dates: days(3) }) ?? "",
    /^Nothing is open on Tuesday the 3rd of March, and nothing else/,
  );
});

test("what was misheard is said before the times, and nothing is when all was understood", () => {
  const remarks = (wish: Partial<Wish>) => linesOf(listing(hours(3, 1), { wish })).slice(0, -1);
  assert.deepEqual(remarks({ dates: ["2026-03-03"] }), []);
  assert.match(remarks({ unclear: { day: "blue moon" } }).join("|"), /^"blue moon" was not[^|]*$/);
  assert.match(remarks({ unclear: { time: "purple" } }).join("|"), /^"purple" was not[^|]*$/);
  assert.deepEqual(remarks({ moved: true, dates: ["2026-03-03"] }), [
    "That date is over, so this is about Tuesday the 3rd of March.",
  ]);
});
