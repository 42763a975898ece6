import assert from "node:assert/strict";
import { test } from "node:test";
import { statementsOf } from "../../../testing/generated/plans.ts";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { annsMobile, bookedAt, spoken, voiceOf } from "./testing.ts";

const frontdesk = await startHarness({ work: false });
const london = { timezone: "Europe/London" };

/** What `work` asks the database about this workspace, each thing once; others ask too, in the background. */
async function asked({ workspace }: TestCalendar, work: () => Promise<unknown>): Promise<string[]> {
  const statements = await statementsOf(frontdesk.app.database, work);
  const ours = statements.filter(({ values }) => values.includes(workspace.id));
  return [...new Set(ours.map((one) => JSON.stringify(one)))];
}

test("a listing asks for the service, who gives it and what is busy, and looks further only when nothing fits", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const name of ["Bea", "Cal", "Dot", "Eve"]) await calendar.addStaff(name);
  const voice = voiceOf(calendar);
  // The first call of a key looks the key up.
  spoken(await voice.slots(london));
  const cost = async (wanted: Record<string, unknown>): Promise<number> =>
    (await asked(calendar, () => voice.slots({ ...london, ...wanted }))).length;
  assert.ok((await cost({})) <= 3);
  assert.ok((await cost({ preferred_day: "next week", preferred_time: "around 2pm" })) <= 3);
  assert.ok((await cost({ preferred_day: "tuesday", preferred_time: "evening" })) <= 3);
  assert.ok((await cost({ preferred_day: "sunday" })) <= 5);
});

test("asking back takes one look at the caller's bookings, however many there are", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const time of ["10:00", "12:00", "14:00"]) await bookedAt(calendar, time);
  const statements = await asked(calendar, () => voiceOf(calendar).cancel({ args: { phone: annsMobile } }));
  assert.equal(statements.filter((text) => text.includes("from bookings b")).length, 1);
});
