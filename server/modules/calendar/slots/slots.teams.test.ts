import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { daily, RULES, ZONE } from "./slots.cases.ts";
import { type Host, openSlots, type Session, type SlotSearch } from "./slots.ts";
import { DAY_MS, dayBounds, instantOf, wallTimeAt } from "./wall-clock.ts";

const date = "2026-06-10";
const [from, to] = dayBounds(date, ZONE);
const at = (time: string) => instantOf(date, time, ZONE)!;
const times = (...texts: string[]) =>
  texts.map((text): [number, number] => [at(text.split("-")[0]!), at(text.split("-")[1]!)]);
const session = (time: string, taken: number, ...resourceIds: string[]): Session => ({
  start: at(time),
  taken,
  ...(resourceIds.length > 0 && { resourceIds }),
});
const visit = (text: string, postalCode: string) => ({
  start: at(text.split("-")[0]!),
  end: at(text.split("-")[1]!),
  postalCode,
});

const host = (id: string, more: Partial<Host> & { window?: string } = {}): Host => ({
  id,
  hours: { weeklyHours: daily(more.window ?? "09:00-12:00"), dateOverrides: [], timeZone: ZONE },
  busy: more.busy ?? [],
  sessions: more.sessions ?? [],
  visits: more.visits ?? [],
});

/** The slots as "hour hosts seats resources", for example "9ab*2+room". */
function find(search: Partial<SlotSearch> & { hosts: Host[] }): string {
  return openSlots({ rules: RULES, from, to, now: from - DAY_MS, ...search })
    .map(({ start, hostIds, seatsLeft, resourceIds }) => {
      const { hour, minute } = wallTimeAt(start, ZONE);
      const time = minute === 0 ? `${hour}` : `${hour}:${minute}`;
      return time + hostIds.join("") + `*${seatsLeft}` + resourceIds.map((id) => `+${id}`).join("");
    })
    .join(" ");
}

describe("openSlots by assignment", () => {
  const hosts = [host("a", { busy: times("10:00-10:30") }), host("b", { window: "10:00-13:00" })];
  // prettier-ignore
  const cases: [SlotSearch["assignment"], string][] = [
    [undefined, "9a*1 10b*1 11ab*2 12b*1"],
    ["any", "9a*1 10b*1 11ab*2 12b*1"],
    ["round_robin", "9a*1 10b*1 11ab*2 12b*1"],
    ["all", "11ab*1"],
  ];
  for (const [assignment, expected] of cases) {
    it(assignment ?? "as a rule", () =>
      assert.equal(find({ hosts, ...(assignment && { assignment }) }), expected),
    );
  }
  it("all of nobody is nothing", () => assert.equal(find({ hosts: [], assignment: "all" }), ""));
});

describe("openSlots of a class", () => {
  const full = { sessions: [session("10:00", 3)] };
  const filling = { sessions: [session("10:00", 2)] };
  const BUFFERED = {
    ...RULES,
    durationMinutes: 40,
    bufferBeforeMinutes: 10,
    bufferAfterMinutes: 10,
    slotIntervalMinutes: 20,
  };
  // prettier-ignore
  const cases: [string, Parameters<typeof find>[0], string][] = [
    ["seats of an empty one", { hosts: [host("a")] }, "9a*3 10a*3 11a*3"],
    ["seats left", { hosts: [host("a", filling)] }, "9a*3 10a*1 11a*3"],
    ["no seats left", { hosts: [host("a", full)] }, "9a*3 11a*3"],
    ["more taken than there are", { hosts: [host("a", { sessions: [session("10:00", 4)] })] }, "9a*3 11a*3"],
    ["its own time may be among the busy", { hosts: [host("a", { ...filling, busy: times("10:00-11:00", "10:00-11:00") })] }, "9a*3 10a*1 11a*3"],
    ["its host has something else then", { hosts: [host("a", { ...filling, busy: times("10:00-11:00", "10:45-11:15") })] }, "9a*3"],
    ["nobody joins half way", { hosts: [host("a", { sessions: [session("10:30", 1)] })], rules: { ...RULES, slotIntervalMinutes: 30 } }, "9a*3 9:30a*3 10:30a*2"],
    ["off the grid nobody joins", { hosts: [host("a", { sessions: [session("10:30", 1)] })] }, "9a*3"],
    ["outside the hours nobody joins", { hosts: [host("a", { sessions: [session("12:00", 1)] })] }, "9a*3 10a*3 11a*3"],
    ["its own time with its buffers", { hosts: [host("a", { ...filling, busy: times("09:50-10:50") })], rules: BUFFERED }, "9a*3 10a*1 11a*3 11:20a*3"],
    ["a sitting of another length is not it", { hosts: [host("a", { ...filling, busy: times("09:50-11:10") })], rules: BUFFERED }, "9a*3 11:20a*3"],
    ["who has a sitting comes first", { hosts: [host("a"), host("b", filling), host("c"), host("d", filling)] }, "9abcd*12 10bdac*8 11abcd*12"],
    ["of everybody, the fewest seats", { hosts: [host("a"), host("b", filling)], assignment: "all" }, "9ab*3 10ba*1 11ab*3"],
    ["of everybody, one is full", { hosts: [host("a"), host("b", full)], assignment: "all" }, "9ab*3 11ab*3"],
  ];
  for (const [name, search, expected] of cases) {
    it(name, () => assert.equal(find({ capacity: 3, ...search }), expected));
  }
});

describe("openSlots with resources", () => {
  const room = (id: string, ...busy: string[]) => ({ id, busy: times(...busy) });
  const hosts = [host("a"), host("b")];
  // prettier-ignore
  const cases: [string, Partial<SlotSearch>, string][] = [
    ["none asked for", { resources: [] }, "9ab*2 10ab*2 11ab*2"],
    ["the only one", { resources: [{ anyOf: [room("r", "10:30-10:40")] }] }, "9ab*1+r 11ab*1+r"],
    ["the first free one", { resources: [{ anyOf: [room("r", "09:00-10:00"), room("s")] }] }, "9ab*1+s 10ab*2+r 11ab*2+r"],
    ["one of nothing", { resources: [{ anyOf: [] }] }, ""],
    ["two, and one of them is busy", { resources: [{ anyOf: [room("r")] }, { anyOf: [room("x", "09:30-10:30")] }] }, "11ab*1+r+x"],
    ["the second choice leaves the first to another", { resources: [{ anyOf: [room("r"), room("s")] }, { anyOf: [room("r")] }] }, "9ab*1+s+r 10ab*1+s+r 11ab*1+s+r"],
    ["one resource cannot be two", { resources: [{ anyOf: [room("r")] }, { anyOf: [room("r")] }] }, ""],
    ["buffers are its too", { rules: { ...RULES, bufferAfterMinutes: 10 }, resources: [{ anyOf: [room("r", "11:05-11:30")] }] }, "9ab*1+r"],
    ["of everybody, once", { assignment: "all", resources: [{ anyOf: [room("r", "10:00-11:00")] }] }, "9ab*1+r 11ab*1+r"],
    ["what is busy for no time is free", { resources: [{ anyOf: [room("r", "10:30-10:30")] }] }, "9ab*1+r 10ab*1+r 11ab*1+r"],
  ];
  for (const [name, search, expected] of cases) {
    it(name, () => assert.equal(find({ hosts, ...search }), expected));
  }

  it("those who join a sitting share what it has", () => {
    const sitting = { sessions: [session("10:00", 1, "r")] };
    const resources = [{ anyOf: [room("r", "10:00-11:00")] }];
    const both = [host("a"), host("b", sitting)];
    assert.equal(find({ hosts: both, capacity: 3, resources }), "9ab*3+r 10b*2+r 11ab*3+r");
    assert.equal(
      find({ hosts: both, capacity: 3, resources, assignment: "all" }),
      "9ab*3+r 10ba*2+r 11ab*3+r",
    );
  });

  it("many that are alike do not take for ever", () => {
    const anyOf = Array.from({ length: 19 }, (_, n) => room(`${n}`));
    const resources = Array.from({ length: 20 }, () => ({ anyOf }));
    assert.equal(find({ hosts, resources }), "");
  });
});

describe("openSlots with the way there", () => {
  const ways: Record<string, number> = {
    "near home": 10,
    "home near": 10,
    "far home": 61,
    "home far": 30,
    "home home": 0,
  };
  const travel = { to: "home", minutesBetween: (start: string, end: string) => ways[`${start} ${end}`]! };
  // prettier-ignore
  const cases: [string, { start: number; end: number; postalCode: string }[], string][] = [
    ["nowhere before", [], "9a*1 10a*1 11a*1"],
    ["from next door", [visit("07:50-08:50", "near")], "9a*1 10a*1 11a*1"],
    ["from next door, a minute late", [visit("07:50-08:51", "near")], "10a*1 11a*1"],
    ["one way is longer than the other", [visit("08:00-09:00", "far")], "11a*1"],
    ["and to the next", [visit("12:29-13:00", "far")], "9a*1 10a*1"],
    ["that just fits", [visit("12:30-13:00", "far")], "9a*1 10a*1 11a*1"],
    ["the same place", [visit("08:00-09:00", "home"), visit("12:00-13:00", "home")], "9a*1 10a*1 11a*1"],
    ["only the last before counts", [visit("07:00-08:00", "near"), visit("06:00-07:50", "far")], "9a*1 10a*1 11a*1"],
    ["of two that end together, the furthest", [visit("07:00-08:30", "near"), visit("06:00-08:30", "far")], "10a*1 11a*1"],
    ["only the next counts", [visit("12:25-13:00", "far"), visit("12:10-12:20", "near")], "9a*1 10a*1 11a*1"],
    ["of two that begin together, the furthest", [visit("12:10-13:00", "far"), visit("12:10-12:20", "near")], "9a*1 10a*1"],
    ["a visit during the slot is no way", [visit("09:10-09:20", "home")], "9a*1 10a*1 11a*1"],
  ];
  for (const [name, visits, expected] of cases) {
    it(name, () => assert.equal(find({ hosts: [host("a", { visits })], travel }), expected));
  }
  it("without a place to go to nothing is reckoned", () =>
    assert.equal(
      find({ hosts: [host("a", { visits: [visit("08:00-09:00", "far")] })] }),
      "9a*1 10a*1 11a*1",
    ));
});

describe("openSlots refuses a capacity of", () => {
  for (const capacity of [0, -1, 1.5, NaN]) {
    it(`${capacity}`, () => assert.throws(() => find({ hosts: [], capacity }), RangeError));
  }
});
