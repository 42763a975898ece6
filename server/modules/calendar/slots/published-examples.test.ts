import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { daily, RULES, ZONE } from "./slots.cases.ts";
import { type Host, openSlots, type SlotRules, type SlotSearch } from "./slots.ts";
import { DAY_MS, dayBounds, instantOf, MINUTE_MS, wallTimeAt } from "./wall-clock.ts";

/*
 * What the documentation of other schedulers says happens, in our words, each row with where it says so: the numbers of
 * an example are theirs. People come from these programs and expect the same answer. Where ours is another on purpose,
 * the row is called so and says why.
 */

const DATE = "2026-06-10";
const at = (time: string) => instantOf(DATE, time, ZONE)!;

type Person = {
  hours: string[];
  /** Bookings of the same service, which keep its buffers free around them. */
  booked?: string[];
  /** What comes from elsewhere, without buffers. */
  busy?: string[];
  /** Sittings of this class: start, and how many seats are taken. */
  sittings?: Record<string, number>;
  /** Visits at a postal code. */
  visits?: [time: string, postalCode: string][];
};
type Example = {
  people: Person[];
  rules: Partial<SlotRules>;
  search?: Partial<Pick<SlotSearch, "assignment" | "capacity" | "resources" | "travel">>;
  /** The time it is; a day before by default. */
  now?: string;
  /** Look only at slots before this time. */
  until?: string;
};

function span(text: string): [number, number] {
  const [start, end] = text.split("-");
  return [at(start!), at(end!)];
}

function hostOf(person: Person, i: number, rules: SlotRules): Host {
  const own = (person.booked ?? []).map((text): [number, number] => {
    const [start, end] = span(text);
    return [start - rules.bufferBeforeMinutes * MINUTE_MS, end + rules.bufferAfterMinutes * MINUTE_MS];
  });
  return {
    id: "abcdefgh"[i]!,
    hours: { weeklyHours: daily(...person.hours), dateOverrides: [], timeZone: ZONE },
    busy: [...own, ...(person.busy ?? []).map(span)],
    sessions: Object.entries(person.sittings ?? {}).map(([time, taken]) => ({ start: at(time), taken })),
    visits: (person.visits ?? []).map(([text, postalCode]) => ({
      start: span(text)[0],
      end: span(text)[1],
      postalCode,
    })),
  };
}

function slotsOf({ people, rules: some, search, now, until }: Example) {
  const rules = { ...RULES, ...some };
  const [from, to] = dayBounds(DATE, ZONE);
  return openSlots({
    hosts: people.map((person, i) => hostOf(person, i, rules)),
    rules,
    from,
    to: until ? at(until) : to,
    now: now ? at(now) : from - DAY_MS,
    ...search,
  });
}

const clock = (instant: number) => {
  const { hour, minute } = wallTimeAt(instant, ZONE);
  return `${hour}:${String(minute).padStart(2, "0")}`;
};
const startsOf = (example: Example) =>
  slotsOf(example)
    .map(({ start }) => clock(start))
    .join(" ");

const minutes = (durationMinutes: number, slotIntervalMinutes: number, before = 0, after = 0) => ({
  durationMinutes,
  slotIntervalMinutes,
  bufferBeforeMinutes: before,
  bufferAfterMinutes: after,
});
const room = (id: string, ...busy: string[]) => ({ id, busy: busy.map(span) });
const ROOMS = ["10:00-11:00", "10:00-11:00", "11:00-12:00"].map((busy, i) => room(`room${i}`, busy));
const WAYS: Record<string, number> = { "gilbert scottsdale": 30, "gilbert mesa": 15 };
const travel = (to: string) => ({
  to,
  minutesBetween: (a: string, b: string) => WAYS[`${a} ${b}`] ?? WAYS[`${b} ${a}`] ?? 0,
});
const GILBERT: Person = {
  hours: ["07:00-14:00"],
  visits: [["10:00-11:00", "gilbert"]],
  busy: ["10:00-11:00"],
};

type Row = [source: string, says: string, example: Example, starts: string];

// prettier-ignore
const ROWS: Row[] = [
  // Cal.com, cal.com/help/event-types/event-buffer
  ["Cal.com, event buffers", "the first and the last of the day need no buffer outside the hours",
    { people: [{ hours: ["09:00-17:00"] }], rules: minutes(60, 60, 30, 30) }, "9:00 10:00 11:00 12:00 13:00 14:00 15:00 16:00"],
  ["Cal.com, event buffers", "with 9 to 10 booked and half an hour on both sides, 10 to 11 is gone",
    { people: [{ hours: ["09:00-17:00"], booked: ["09:00-10:00"] }], rules: minutes(60, 60, 30, 30) }, "11:00 12:00 13:00 14:00 15:00 16:00"],
  ["Cal.com, event buffers 1", "an hour before: 10 to 12 is taken, and nothing starts again before 13",
    { people: [{ hours: ["08:00-17:00"], booked: ["10:00-12:00"] }], rules: minutes(60, 60, 60, 0) }, "8:00 13:00 14:00 15:00 16:00"],
  ["Cal.com, event buffers 4", "10 to 11 is booked with half an hour on both sides: 11:45 is too soon",
    { people: [{ hours: ["08:00-17:00"], booked: ["10:00-11:00"] }], rules: minutes(60, 15, 30, 30), until: "12:15" }, "8:00 12:00"],
  ["Cal.com, event buffers 5", "and 12 is the first that will do",
    { people: [{ hours: ["12:00-13:00"], booked: ["10:00-11:00"] }], rules: minutes(60, 60, 30, 30) }, "12:00"],
  ["Cal.com, event buffers", "what comes from another calendar has no buffers of its own, the new booking's still hold",
    { people: [{ hours: ["08:00-17:00"], busy: ["10:00-11:00"] }], rules: minutes(60, 30, 30, 30), until: "12:00" }, "8:00 8:30 11:30"],
  ["Cal.com, minimum notice", "two hours' notice: 16:00 can be booked at 14:00",
    { people: [{ hours: ["16:00-17:00"] }], rules: { minNoticeMinutes: 120 }, now: "14:00" }, "16:00"],
  ["Cal.com, minimum notice", "and no more at 14:01",
    { people: [{ hours: ["16:00-17:00"] }], rules: { minNoticeMinutes: 120 }, now: "14:01" }, ""],

  // Calendly, help.calendly.com and community.calendly.com
  ["Calendly, how to use buffers", "half an hour with a quarter before and after needs an hour free",
    { people: [{ hours: ["09:00-12:00"], busy: ["09:00-10:00", "11:00-12:00"] }], rules: minutes(30, 15, 15, 15) }, "10:15"],
  ["Calendly, how to use buffers", "and less than an hour is not enough",
    { people: [{ hours: ["09:00-12:00"], busy: ["09:00-10:00", "10:59-12:00"] }], rules: minutes(30, 1, 15, 15) }, ""],
  ["Calendly, start time increments", "a quarter of an hour offered every half hour leaves a gap without any buffer",
    { people: [{ hours: ["09:00-11:00"] }], rules: minutes(15, 30) }, "9:00 9:30 10:00 10:30"],
  ["Calendly, start time increments", "a booking's buffer takes away the starts it covers and moves none",
    { people: [{ hours: ["09:00-11:00"], booked: ["09:00-09:30"] }], rules: minutes(30, 15, 0, 20) }, "10:00 10:15 10:30"],
  ["Calendly, collective", "only when every host is available",
    { people: [{ hours: ["09:00-12:00"] }, { hours: ["10:00-13:00"], busy: ["11:00-11:30"] }], rules: {}, search: { assignment: "all" } }, "10:00"],
  ["Calendly, round robin", "whenever one of them is available",
    { people: [{ hours: ["09:00-12:00"] }, { hours: ["10:00-13:00"], busy: ["11:00-11:30"] }], rules: {}, search: { assignment: "round_robin" } }, "9:00 10:00 11:00 12:00"],
  ["Calendly, group events", "ten people can book the same 13:00",
    { people: [{ hours: ["13:00-14:00"], sittings: { "13:00": 9 } }], rules: {}, search: { capacity: 10 } }, "13:00"],
  ["Calendly, group events", "the eleventh cannot",
    { people: [{ hours: ["13:00-14:00"], sittings: { "13:00": 10 } }], rules: {}, search: { capacity: 10 } }, ""],

  // Acuity Scheduling, help.acuityscheduling.com
  ["Acuity, start time intervals", "14 to 16, every half hour, half an hour long",
    { people: [{ hours: ["14:00-16:00"] }], rules: minutes(30, 30) }, "14:00 14:30 15:00 15:30"],
  ["Acuity, how scheduling works", "9 to 10, every ten minutes, half an hour long: 9:30 is the last",
    { people: [{ hours: ["09:00-10:00"] }], rules: minutes(30, 10) }, "9:00 9:10 9:20 9:30"],
  ["Acuity, how scheduling works", "an hour does not fit into half an hour",
    { people: [{ hours: ["09:00-09:30"] }], rules: minutes(60, 10) }, ""],
  ["Acuity, start time intervals", "single times beside a range: 11, 12, and 14 to 16 every half hour",
    { people: [{ hours: ["11:00-11:30", "12:00-12:30", "14:00-16:00"] }], rules: minutes(30, 30) }, "11:00 12:00 14:00 14:30 15:00 15:30"],
  ["Acuity, padding", "ten minutes before and ten after make twenty between two",
    { people: [{ hours: ["09:00-11:00"], booked: ["09:00-09:30"] }], rules: minutes(30, 10, 10, 10) }, "9:50 10:00 10:10 10:20 10:30"],
  ["Acuity, padding", "none is needed before the first of a window",
    { people: [{ hours: ["09:00-11:00", "12:00-15:00"] }], rules: minutes(60, 60, 30, 0) }, "9:00 10:00 12:00 13:00 14:00"],
  ["Acuity, padding", "45 minutes and 20 after them need a gap of 65",
    { people: [{ hours: ["09:00-12:00"], busy: ["09:00-10:00", "11:05-12:00"] }], rules: minutes(45, 5, 0, 20) }, "10:00"],
  ["Acuity, padding", "and 64 are not enough",
    { people: [{ hours: ["09:00-12:00"], busy: ["09:00-10:00", "11:04-12:00"] }], rules: minutes(45, 1, 0, 20) }, ""],
  ["Acuity, resources", "five therapists share three rooms: when the rooms are in use nobody can be booked",
    { people: Array.from({ length: 5 }, () => ({ hours: ["10:00-11:00"] })), rules: {},
      search: { resources: [{ anyOf: [0, 1, 2].map((n) => room(`room${n}`, "10:00-11:00")) }] } }, ""],
  ["Acuity, resources", "whatever needs several of them needs all of them",
    { people: [{ hours: ["10:00-13:00"] }], rules: {}, search: { resources: [{ anyOf: ROOMS.slice(0, 1) }, { anyOf: ROOMS.slice(2) }] } }, "12:00"],
  ["Acuity, resources", "and for its padding too",
    { people: [{ hours: ["10:00-13:00"] }], rules: minutes(30, 30, 0, 15), search: { resources: [{ anyOf: [room("room", "11:00-11:30")] }] } }, "10:00 11:30 12:00 12:30"],

  // Microsoft Bookings, support.microsoft.com and learn.microsoft.com
  ["Microsoft Bookings, scheduling policies", "every quarter of an hour: 8:00, 8:15, 8:30 for an hour",
    { people: [{ hours: ["08:00-17:00"] }], rules: minutes(60, 15), until: "08:45" }, "8:00 8:15 8:30"],
  ["Microsoft Bookings, scheduling policies", "every hour: on the hour only",
    { people: [{ hours: ["08:00-12:00"] }], rules: minutes(30, 60) }, "8:00 9:00 10:00 11:00"],
  ["Microsoft Bookings, buffer time", "9 to 10 with a quarter before it: who comes before must be gone by 8:45",
    { people: [{ hours: ["08:00-10:00"], booked: ["09:00-10:00"] }], rules: minutes(45, 15, 15, 0) }, "8:00"],
  ["Microsoft Bookings, multi-seat events", "four learners at a time, three are there",
    { people: [{ hours: ["09:00-09:30"], sittings: { "09:00": 3 } }], rules: minutes(30, 30), search: { capacity: 4 } }, "9:00"],

  // Easy!Appointments, groups.google.com/g/easy-appointments
  ["Easy!Appointments, fixed", "one after the other from 8:00",
    { people: [{ hours: ["08:00-08:40"] }], rules: minutes(10, 10) }, "8:00 8:10 8:20 8:30"],
  ["Easy!Appointments, flexible", "every quarter of an hour, however long they are",
    { people: [{ hours: ["08:00-09:00"] }], rules: minutes(10, 15) }, "8:00 8:15 8:30 8:45"],
  ["Ours, not Easy!Appointments's", "a booking of ten minutes does not move the quarters after it: people can count on the hour",
    { people: [{ hours: ["08:00-09:00"], booked: ["08:00-08:10"] }], rules: minutes(10, 15) }, "8:15 8:30 8:45"],

  // MakePlans, help.makeplans.com/article/41-slot-frequency
  ["MakePlans, slot frequency", "9 to 14, an hour long, every hour",
    { people: [{ hours: ["09:00-14:00"] }], rules: minutes(60, 60) }, "9:00 10:00 11:00 12:00 13:00"],
  ["MakePlans, slot frequency", "and every half hour",
    { people: [{ hours: ["09:00-14:00"] }], rules: minutes(60, 30) }, "9:00 9:30 10:00 10:30 11:00 11:30 12:00 12:30 13:00"],
  ["MakePlans, slot frequency", "with 9:30 to 10:30 and 11:00 to 12:30 booked, what is left between them is too short",
    { people: [{ hours: ["09:00-14:00"], booked: ["09:30-10:30", "11:00-12:30"] }], rules: minutes(60, 30) }, "12:30 13:00"],

  // hitAppoint, hitappoint.com/locations-travel-time
  ["hitAppoint, travel time", "from Gilbert at 11 to Scottsdale by 11:30, and in time for Gilbert at 10 from there by 9:30",
    { people: [GILBERT], rules: minutes(60, 15), search: { travel: travel("scottsdale") } },
    "7:00 7:15 7:30 7:45 8:00 8:15 8:30 11:30 11:45 12:00 12:15 12:30 12:45 13:00"],
  ["hitAppoint, travel time", "to Mesa by 11:15",
    { people: [GILBERT], rules: minutes(60, 15), search: { travel: travel("mesa") } },
    "7:00 7:15 7:30 7:45 8:00 8:15 8:30 8:45 11:15 11:30 11:45 12:00 12:15 12:30 12:45 13:00"],

  // HighLevel, ideas.gohighlevel.com/changelog/pre-buffer-for-calendars
  ["HighLevel, pre buffer", "a quarter after one and a quarter before the next: half an hour between them",
    { people: [{ hours: ["09:00-11:00"], booked: ["09:00-09:30"] }], rules: minutes(30, 15, 15, 15) }, "10:00 10:15 10:30"],

  // Respondent, help.respondent.io/why-isnt-the-buffer-working
  ["Respondent, buffers", "an hour, every hour, an hour after it: with 10 booked, 12 is next, and 9 is too late for 10",
    { people: [{ hours: ["09:00-14:00"], booked: ["10:00-11:00"] }], rules: minutes(60, 60, 0, 60) }, "12:00 13:00"],
];

describe("published examples", () => {
  for (const [source, says, example, starts] of ROWS) {
    it(`${source}: ${says}`, () => assert.equal(startsOf(example), starts));
  }
});

describe("published examples of seats", () => {
  const seats = (example: Example) =>
    slotsOf(example)
      .map(({ start, seatsLeft }) => `${clock(start)}*${seatsLeft}`)
      .join(" ");
  // prettier-ignore
  const rows: Row[] = [
    ["Calendly, group events", "the page can say how many spots are left",
      { people: [{ hours: ["12:00-14:00"], sittings: { "13:00": 3 } }], rules: {}, search: { capacity: 50 } }, "12:00*50 13:00*47"],
    ["Acuity, resources", "five therapists and three rooms make three appointments at a time",
      { people: Array.from({ length: 5 }, () => ({ hours: ["10:00-13:00"] })), rules: {}, search: { resources: [{ anyOf: ROOMS }] } }, "10:00*1 11:00*2 12:00*3"],
    ["Acuity, resources", "a class takes one room, however many are in it",
      { people: [{ hours: ["12:00-13:00"] }], rules: {}, search: { capacity: 8, resources: [{ anyOf: ROOMS }] } }, "12:00*8"],
    ["Easy Appointment Booking, availabilities", "a coach who has one of eight at 11:00 and at 11:30 takes seven more in that class",
      { people: [{ hours: ["11:00-12:00"], sittings: { "11:00": 1, "11:30": 1 } }], rules: minutes(30, 30), search: { capacity: 8 } }, "11:00*7 11:30*7"],
    ["Easy Appointment Booking, availabilities", "and gives no other class then",
      { people: [{ hours: ["11:00-12:00"], busy: ["11:00-11:30", "11:30-12:00"] }], rules: minutes(30, 30), search: { capacity: 8 } }, ""],
  ];
  for (const [source, says, example, expected] of rows) {
    it(`${source}: ${says}`, () => assert.equal(seats(example), expected));
  }
});
