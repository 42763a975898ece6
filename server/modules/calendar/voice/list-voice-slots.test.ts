import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { failed, keysIn, spoken, voiceOf } from "./testing.ts";

// Monday the 2nd of March 2026, 8 PM in Sydney; the workspace is in London.
const frontdesk = await startHarness();
const listed = "THE TIMES COULD NOT BE LOOKED UP";

test("workspace.list_voice_slots#0 a text to read out: what it is, how long, with whom, and then the times", async () => {
  const calendar = await openCalendar(frontdesk, {
    description: "We find the leak and stop it.",
    duration_minutes: 45,
  });
  await calendar.addStaff("Bea Ford");
  const text = spoken(await voiceOf(calendar).slots({ timezone: "Europe/London" }));
  const [header, times] = text.split("\n\n");
  const { name } = await calendar.inside((ctx) =>
    ctx.db
      .from("members")
      .select("name")
      .where("id", "=", calendar.workspace.adminId)
      .executeTakeFirstOrThrow(),
  );
  assert.deepEqual(header?.split("\n"), [
    "Offering: Leak repair (45 minutes)",
    `Hosts: ${name} and Bea Ford`,
    "Description: We find the leak and stop it.",
    "Times are in London time.",
  ]);
  assert.match(times ?? "", /^Today, Monday the 2nd of March: 9 AM \[slot:"2026-03-02 09:00"\], 9:30 AM \[/);
  assert.doesNotMatch(text, /[{}]|\dT\d/, "neither JSON nor instants");
});

test("workspace.list_voice_slots#1 every time carries the key that books it", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const text = spoken(await voice.slots({ preferred_day: "tomorrow", timezone: "Europe/London" }));
  assert.match(text, /Tomorrow, Tuesday the 3rd of March: 9 AM \[slot:"2026-03-03 09:00"\]/);
  const keys = keysIn(text);
  assert.equal(keys.length, 8);
  assert.match(text, / \(\+7 more\)$/m, "the day has 15 starts");
  for (const slot of [keys[0], keys.at(-1)]) {
    assert.match(spoken(await voice.book({ slot, timezone: "Europe/London" })), /^Booked!/);
  }
});

const days: [string | undefined | null, RegExp][] = [
  [undefined, /^2026-03-0[2-4]$/],
  [null, /^2026-03-0[2-4]$/],
  ["", /^2026-03-0[2-4]$/],
  ["asap", /^2026-03-0[2-4]$/],
  ["as soon as possible", /^2026-03-0[2-4]$/],
  ["today", /^2026-03-02$/],
  ["tomorrow", /^2026-03-03$/],
  ["Tuesday", /^2026-03-03$/],
  ["friday", /^2026-03-06$/],
  ["monday", /^2026-03-0[29]$/],
  ["next monday", /^2026-03-09$/],
  ["next Friday", /^2026-03-13$/],
  ["this week", /^2026-03-0[2-6]$/],
  ["next week", /^2026-03-(09|1[0-3])$/],
  ["tuesday or thursday", /^2026-03-0[35]$/],
  ["the 5th", /^2026-03-05$/],
  ["March 10th", /^2026-03-10$/],
  ["2026-03-05", /^2026-03-05$/],
  // Over: a Tuesday, a Thursday, and a Monday like today.
  ["2026-02-24", /^2026-03-03$/],
  ["2025-12-25", /^2026-03-05$/],
  ["2026-02-23", /^2026-03-02$/],
];

test("workspace.list_voice_slots#2 the day in the caller's words, the soonest when they have none, the next such weekday when it is over", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  for (const [preferred_day, expected] of days) {
    const text = spoken(await voice.slots({ preferred_day, timezone: "Europe/London" }));
    const dates = [...new Set(keysIn(text).map((key) => key.slice(0, 10)))];
    assert.ok(dates.length > 0, `${preferred_day}: ${text}`);
    for (const date of dates) assert.match(date, expected, `${preferred_day}: ${text}`);
    assert.doesNotMatch(text, /not understood|Nothing is open/);
  }
  const both = spoken(await voice.slots({ preferred_day: "Monday", timezone: "Europe/London" }));
  assert.match(both, /^Today, Monday the 2nd of March: .*\nMonday the 9th of March: /m);
  const over = spoken(await voice.slots({ preferred_day: "2026-02-24", timezone: "Europe/London" }));
  assert.match(over, /That date is over, so this is about Tuesday the 3rd of March\./);
});

const times: [string | null, (time: string) => boolean][] = [
  ["morning", (time) => time < "12:00"],
  ["afternoon", (time) => time >= "12:00" && time < "18:00"],
  ["evening", (time) => time >= "17:00"],
  ["around 2pm", (time) => ["13:30", "14:00", "14:30"].includes(time)],
  ["14:00", (time) => ["13:30", "14:00", "14:30"].includes(time)],
  ["two o'clock", (time) => ["13:30", "14:00", "14:30"].includes(time)],
  ["after 3", (time) => time >= "15:00"],
  ["before noon", (time) => time < "12:00"],
  ["between 2 and 4", (time) => time >= "14:00" && time < "16:00"],
  ["pm", (time) => time >= "12:00"],
  [null, () => true],
  ["any", () => true],
];

test("workspace.list_voice_slots#3 the time in the caller's words, any time when they have none", async () => {
  const calendar = await openCalendar(frontdesk);
  const hours = [{ day: 3, start: "06:00", end: "22:00" }];
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: hours });
  const voice = voiceOf(calendar);
  for (const [preferred_time, fits] of times) {
    const asked = { preferred_day: "wednesday", preferred_time, timezone: "Europe/London" };
    const text = spoken(await voice.slots(asked));
    const keys = keysIn(text);
    assert.ok(keys.length > 0, `${preferred_time}: ${text}`);
    for (const key of keys) {
      assert.equal(key.slice(0, 10), "2026-03-04");
      assert.ok(fits(key.slice(11)), `${preferred_time}: ${key}`);
    }
    assert.doesNotMatch(text, /not understood|Nothing is open/);
  }
  const together = spoken(
    await voice.slots({ preferred_day: "wednesday afternoon", timezone: "Europe/London" }),
  );
  assert.deepEqual(keysIn(together)[0], "2026-03-04 12:00");
  const early = spoken(
    await voice.slots({ preferred_day: "wednesday", preferred_time: "morning", timezone: "Europe/London" }),
  );
  assert.equal(keysIn(early)[0], "2026-03-04 06:00", "an early bird's morning too");
});

test("workspace.list_voice_slots#3 what was not understood is said, with the soonest times", async () => {
  const calendar = await openCalendar(frontdesk);
  const asked = { preferred_day: "blue moon", preferred_time: "purple", timezone: "Europe/London" };
  const text = spoken(await voiceOf(calendar).slots(asked));
  assert.match(text, /"blue moon" was not understood as a day; say .*weekday/);
  assert.match(text, /"purple" was not understood as a time; say morning/);
  assert.equal(keysIn(text)[0], "2026-03-02 09:00");
});

test("workspace.list_voice_slots#4 workspace.list_voice_slots#5 the state's clock, else the zone's, else Sydney's", async () => {
  const calendar = await openCalendar(frontdesk);
  // 10 PM on Tuesday in London is 9 AM on Wednesday in Sydney, 6 AM in Perth.
  const hours = [{ day: 2, start: "22:00", end: "23:00" }];
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: hours });
  const voice = voiceOf(calendar);
  const variables = (state: string) => ({ call_id: "c", retell_llm_dynamic_variables: { state } });
  for (const [asked, key, clock] of [
    [{}, "2026-03-04 09:00", "Sydney"],
    [{ state: "WA" }, "2026-03-04 06:00", "Perth"],
    [{ state: "Western Australia", timezone: "Europe/London" }, "2026-03-04 06:00", "Perth"],
    [{ state: "QLD" }, "2026-03-04 08:00", "Brisbane"],
    [{ timezone: "Australia/Perth" }, "2026-03-04 06:00", "Perth"],
    [{ timezone: "Europe/London" }, "2026-03-03 22:00", "London"],
    [{ state: "Otago", timezone: "Pacific/Auckland" }, "2026-03-04 11:00", "Auckland"],
  ] as const) {
    const text = spoken(await voice.slots(asked));
    assert.equal(keysIn(text)[0], key, JSON.stringify(asked));
    assert.match(text, new RegExp(`Times are in ${clock} time\\.`));
  }
  const known = await voice.slots({ call: variables("SA"), name: "slots", args: { preferred_day: "asap" } });
  assert.equal(keysIn(spoken(known))[0], "2026-03-04 08:30");
  const said = await voice.slots({ call: variables("SA"), name: "slots", args: { state: "WA" } });
  assert.equal(keysIn(spoken(said))[0], "2026-03-04 06:00", "what was said in the call comes first");
});

test("an unknown zone is refused by name; of an unknown state the listing says whose clock it keeps to", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const text = spoken(await voice.slots({ state: "Otago" }));
  assert.match(text, /Times are in Sydney time\./);
  assert.match(text, /"Otago" is no state known here, so these are Sydney time\./);
  assert.match(failed(await voice.slots({ timezone: "Mars/Base" }), listed, 400), /timezone: Mars\/Base/);
  assert.match(failed(await voice.slots({ preferred_day: 3 }), listed, 400), /preferred_day/);
});

test("never an empty answer: the nearest times, and word of it when there are none at all", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const closed = spoken(await voice.slots({ preferred_day: "the weekend", timezone: "Europe/London" }));
  assert.match(
    closed,
    /Nothing is open on Saturday the 7th of March or Sunday the 8th of March\. The nearest times are:\n/,
  );
  const nearest = keysIn(closed).map((key) => key.slice(0, 10));
  assert.ok(nearest.includes("2026-03-06"), closed);
  const late = spoken(
    await voice.slots({ preferred_day: "tuesday", preferred_time: "evening", timezone: "Europe/London" }),
  );
  assert.match(late, /Nothing is open on Tuesday the 3rd of March from 5 PM on\. The nearest times are:/);
  assert.equal(keysIn(late).at(-1), "2026-03-03 16:00", "the last ones of that very day");
  const soon = spoken(await voice.slots({ preferred_time: "evening", timezone: "Europe/London" }));
  assert.match(soon, /Nothing is open from 5 PM on\. The nearest times are:/);
  assert.equal(keysIn(soon)[0], "2026-03-02 09:00");
  const far = spoken(await voice.slots({ preferred_day: "2027-01-05", timezone: "Europe/London" }));
  assert.match(far, /Nothing is open on Tuesday the 5th of January 2027\. The nearest times are:/);
  assert.ok(keysIn(far).length > 0);
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: [] });
  const none = spoken(await voice.slots({ timezone: "Europe/London" }));
  assert.match(none, /^Offering: Leak repair/);
  assert.match(none, /Nothing is open, and nothing else either at present\. Shall somebody ring you back\?/);
});

test("what is booked is not offered, nor what is no longer given", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  assert.equal((await calendar.book({ time: "09:00" })).status, 201);
  const text = spoken(await voice.slots({ preferred_day: "tomorrow", timezone: "Europe/London" }));
  assert.equal(keysIn(text)[0], "2026-03-03 10:00");
  await calendar.workspace.call("PATCH", `/api/v1/scheduled-event-types/${calendar.eventType.id}`, {
    is_active: false,
  });
  assert.match(failed(await voice.slots({}), listed, 404), /Leak repair is not offered/);
});

test("in the hour that comes twice a key stands once", async () => {
  const calendar = await openCalendar(frontdesk);
  // Sydney's clock goes back from 3 AM to 2 AM on the 5th of April: 15:00 to 18:00 UTC on the 4th, a Saturday in London.
  const hours = [{ day: 6, start: "15:00", end: "19:00" }];
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: hours });
  const text = spoken(await voiceOf(calendar).slots({ preferred_day: "2026-04-05" }));
  const keys = keysIn(text);
  assert.ok(keys.includes("2026-04-05 02:00"), text);
  assert.deepEqual(keys, [...new Set(keys)]);
});
