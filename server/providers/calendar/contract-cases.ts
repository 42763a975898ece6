/** What every calendar that can be written to must do; contract.test.ts runs them all against each adapter. */
import assert from "node:assert/strict";
import type { CalendarAccount, CalendarEvent, CalendarProvider } from "./port.ts";

export type Setup = {
  calendar: CalendarProvider;
  account: CalendarAccount;
  /** Its owner enters an appointment of their own. `id` has only the letters a to v and digits. */
  addForeign(event: { id: string; title: string; start: string; end: string }): Promise<void>;
  close(): Promise<void>;
};

const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
const event: CalendarEvent = {
  uid: "0198c0de-0000-7000-8000-000000000001@frontdesk",
  sequence: 0,
  title: "Leak repair, John Smith",
  description: "Kitchen sink",
  location: "1 High Street",
  start: new Date("2026-03-03T10:00:00Z"),
  end: new Date("2026-03-03T11:00:00Z"),
  timeZone: "Europe/London",
  attendees: [{ email: "john@example.com", name: "John Smith" }],
};
const moved: CalendarEvent = {
  ...event,
  sequence: 1,
  start: new Date("2026-03-04T14:00:00Z"),
  end: new Date("2026-03-04T15:00:00Z"),
};
const busyAt = ({ start, end }: CalendarEvent) => [{ start, end }];

async function stateOf({ calendar, account }: Setup) {
  const { full, changes } = await calendar.changes(account, range);
  assert.equal(full, true, "without a token everything is told");
  return changes.flatMap((change) =>
    change.removed ? [] : [{ uid: change.uid, title: change.title, busy: change.busy }],
  );
}

export const contractCases: Record<string, (setup: Setup) => Promise<void>> = {
  "lists the calendars of the account": async ({ calendar, account }) => {
    const calendars = await calendar.listCalendars(account.credentials);
    assert.ok(calendars.length > 0);
    assert.ok(calendars.every(({ id, name }) => id !== "" && name !== ""));
    assert.ok(calendars.some(({ canWrite }) => canWrite));
  },

  "writes an event that is then busy, under our uid": async (setup) => {
    const { calendar, account } = setup;
    assert.equal(calendar.writable, true);
    assert.deepEqual(await calendar.busy(account, range), []);
    const { externalId } = await calendar.insertEvent(account, event);
    assert.notEqual(externalId, "");
    assert.deepEqual(await calendar.busy(account, range), busyAt(event));
    assert.deepEqual(await stateOf(setup), [{ uid: event.uid, title: event.title, busy: busyAt(event) }]);
  },

  "writes the same uid once": async (setup) => {
    const { calendar, account } = setup;
    const first = await calendar.insertEvent(account, event);
    assert.deepEqual(await calendar.insertEvent(account, event), first);
    assert.equal((await stateOf(setup)).length, 1);
  },

  "moves an event, keeping its name": async (setup) => {
    const { calendar, account } = setup;
    const { externalId } = await calendar.insertEvent(account, event);
    const updated = await calendar.updateEvent(account, externalId, moved);
    assert.equal(updated.externalId, externalId);
    assert.deepEqual(await calendar.busy(account, range), busyAt(moved));
    assert.equal((await stateOf(setup)).length, 1);
  },

  "deletes an event; again is as good; the uid can come back": async (setup) => {
    const { calendar, account } = setup;
    const { externalId } = await calendar.insertEvent(account, event);
    await calendar.deleteEvent(account, externalId);
    await calendar.deleteEvent(account, externalId);
    assert.deepEqual(await calendar.busy(account, range), []);
    assert.deepEqual(await stateOf(setup), []);
    await calendar.insertEvent(account, moved);
    assert.deepEqual(await calendar.busy(account, range), busyAt(moved));
  },

  "tells what its owner entered, and only what touches the range": async (setup) => {
    const at = { start: "2026-03-05T09:00:00Z", end: "2026-03-05T10:30:00Z" };
    await setup.addForeign({ id: "dentist", title: "Dentist", ...at });
    const later = { start: "2026-05-05T09:00:00Z", end: "2026-05-05T10:00:00Z" };
    await setup.addForeign({ id: "later", title: "Later", ...later });
    const busy = [{ start: new Date(at.start), end: new Date(at.end) }];
    assert.deepEqual(await setup.calendar.busy(setup.account, range), busy);
    const told = await stateOf(setup);
    assert.deepEqual(
      told.map(({ title, busy: times }) => ({ title, busy: times })),
      [{ title: "Dentist", busy }],
    );
  },

  "joins busy times that overlap": async (setup) => {
    const entry = (id: string, from: string, to: string) =>
      setup.addForeign({
        id,
        title: id,
        start: `2026-03-05T${from}:00Z`,
        end: `2026-03-05T${to}:00Z`,
      });
    await entry("second", "10:00", "11:00");
    await entry("first0", "09:00", "10:30");
    assert.deepEqual(await setup.calendar.busy(setup.account, range), [
      { start: new Date("2026-03-05T09:00:00Z"), end: new Date("2026-03-05T11:00:00Z") },
    ]);
  },
};
