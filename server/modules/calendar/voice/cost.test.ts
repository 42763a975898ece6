import assert from "node:assert/strict";
import { test } from "node:test";
import { statementsOf } from "../../../testing/generated/plans.ts";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, spoken, voiceOf } from "./testing.ts";

const frontdesk = await startHarness({ work: false });
const london = { timezone: "Europe/London" };

test("a listing asks the database for the service, who gives it and what is busy, and looks further only when nothing fits", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const name of ["Bea", "Cal", "Dot", "Eve"]) await calendar.addStaff(name);
  const voice = voiceOf(calendar);
  const cost = async (asked: Record<string, unknown>): Promise<number> => {
    // The first call of a key looks the key up.
    spoken(await voice.slots({ ...london, ...asked }));
    const statements = await statementsOf(frontdesk.app.database, () => voice.slots({ ...london, ...asked }));
    // Others ask too, in the background: what counts is what was asked about this workspace, each thing once.
    const ofOurs = statements.filter(({ values }) => values.includes(calendar.workspace.id));
    return new Set(ofOurs.map((one) => JSON.stringify(one))).size;
  };
  assert.ok((await cost({})) <= 3);
  assert.ok((await cost({ preferred_day: "next week", preferred_time: "around 2pm" })) <= 3);
  assert.ok((await cost({ preferred_day: "tuesday", preferred_time: "evening" })) <= 3);
  assert.ok((await cost({ preferred_day: "sunday" })) <= 5);
});

test("asking back takes one look at the caller's bookings, however many there are", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const time of ["10:00", "12:00", "14:00"]) {
    const booked = await calendar.book({ time, phone: annsMobile });
    assert.equal(booked.status, 201, booked.text);
  }
  const statements = await statementsOf(frontdesk.app.database, () =>
    voiceOf(calendar).cancel({ args: { phone: annsMobile } }),
  );
  const looked = statements.filter(({ text }) => /booker_phone = any/.test(text));
  assert.equal(looked.length, 1);
});
