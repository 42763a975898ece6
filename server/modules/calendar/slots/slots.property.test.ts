import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { proveSlots } from "../../../testing/proofs/slots/prove-slots.ts";
import { openSlots, type Slot, type SlotSearch } from "./slots.ts";

const seed = 20_261_121;

it("openSlots agrees with a walk minute by minute", () => {
  const { counterexample, reasons } = proveSlots(seed, 400);
  assert.equal(counterexample, null, JSON.stringify(counterexample));
  const enough = {
    slot: 3000,
    joined: 15,
    full: 15,
    travel: 20,
    "not all": 500,
    resource: 1000,
    "no resource": 500,
    "passed on": 100,
  };
  for (const [reason, times] of Object.entries(enough)) {
    const met = reasons[reason as keyof typeof enough] ?? 0;
    assert.ok(met >= times, `the cases hold too few of "${reason}" to tell: ${met}`);
  }
});

describe("the walk notices", () => {
  const withRules =
    (change: (rules: SlotSearch["rules"]) => Partial<SlotSearch["rules"]>) => (search: SlotSearch) =>
      openSlots({ ...search, rules: { ...search.rules, ...change(search.rules) } });
  const withHosts =
    (change: (host: SlotSearch["hosts"][number]) => Partial<SlotSearch["hosts"][number]>) =>
    (search: SlotSearch) =>
      openSlots({ ...search, hosts: search.hosts.map((host) => ({ ...host, ...change(host) })) });

  const mistakes: [string, (search: SlotSearch) => Slot[]][] = [
    ["a forgotten buffer", withRules(() => ({ bufferAfterMinutes: 0 }))],
    [
      "buffers the wrong way round",
      withRules((rules) => ({
        bufferBeforeMinutes: rules.bufferAfterMinutes,
        bufferAfterMinutes: rules.bufferBeforeMinutes,
      })),
    ],
    ["less notice", withRules((rules) => ({ minNoticeMinutes: Math.max(0, rules.minNoticeMinutes - 30) }))],
    [
      "a clock that never changes",
      withHosts(({ hours }) => ({ hours: { ...hours, timeZone: "Etc/GMT-2" } })),
    ],
    ["hours without exceptions", withHosts(({ hours }) => ({ hours: { ...hours, dateOverrides: [] } }))],
    ["sittings nobody may join", (search) => openSlots({ ...search, capacity: 1 })],
    ["sittings that keep nobody busy", withHosts(() => ({ sessions: [] }))],
    ["one host where all are wanted", (search) => openSlots({ ...search, assignment: "any" })],
    ["no resources", (search) => openSlots({ ...search, resources: [] })],
    [
      "resources in another order",
      (search) => openSlots({ ...search, resources: search.resources?.toReversed() ?? [] }),
    ],
    ["no way to go", withHosts(() => ({ visits: [] }))],
    [
      "a way that is as long both ways",
      (search) =>
        openSlots({
          ...search,
          ...(search.travel && {
            travel: {
              ...search.travel,
              minutesBetween: (from: string, to: string) =>
                search.travel!.minutesBetween(from === "here" ? to : from, "here"),
            },
          }),
        }),
    ],
    [
      "seats counted once too often",
      (search) =>
        openSlots(search).map((slot) => ({
          ...slot,
          seatsLeft: slot.seatsLeft + (slot.hostIds.length > 2 ? 1 : 0),
        })),
    ],
    [
      "hosts in another order",
      (search) => openSlots(search).map((slot) => ({ ...slot, hostIds: slot.hostIds.toSorted() })),
    ],
  ];
  for (const [name, find] of mistakes) {
    it(name, () => assert.notEqual(proveSlots(seed, 400, { find, shrink: false }).counterexample, null));
  }
});
