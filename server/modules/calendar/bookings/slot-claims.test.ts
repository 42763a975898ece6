/** Rows written past the program, as an import or a person at a prompt writes them: the database keeps the time all the same. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { unlessTaken } from "./slot-claims.ts";

const frontdesk = await startHarness({ work: false });
const { database } = frontdesk.app;
const taken = { code: "23P01" };

async function insert(calendar: TestCalendar, hour: number, eventTypeId?: string): Promise<string> {
  const id = randomUUID();
  const [from, until] = [hour, hour + 1].map((at) => `2026-03-03T${at}:00:00Z`);
  await database.owner(
    `insert into bookings (workspace_id, id, event_type_id, member_id, title, starts_at, ends_at, blocked_from, blocked_until,
                           timezone, status, source, created_at, updated_at)
     values ($1, $2, $3, $4, 'Visit', $5, $6, $5, $6, 'UTC', 'confirmed', 'console', now(), now())`,
    [calendar.workspace.id, id, eventTypeId ?? null, calendar.workspace.adminId, from, until],
  );
  return id;
}

function set(id: string, values: string): Promise<unknown> {
  return database.owner(`update bookings set ${values} where id = '${id}'`);
}

test("a row that names a member takes the member's time, and gives it back with its status, its member or itself", async () => {
  const calendar = await openCalendar(frontdesk);
  const first = await insert(calendar, 10);
  await assert.rejects(insert(calendar, 10), taken);
  assert.equal((await calendar.book()).status, 409);

  await set(first, "status = 'cancelled'");
  const second = await insert(calendar, 10);
  await assert.rejects(set(first, "status = 'confirmed'"), taken, "its time went to somebody else");

  const sam = await calendar.addStaff("Sam");
  await set(second, `member_id = '${sam}'`);
  await set(first, "status = 'confirmed'");
  await assert.rejects(set(second, `member_id = '${calendar.workspace.adminId}'`), taken);

  await database.owner(`delete from bookings where id = '${first}'`);
  await set(second, `member_id = '${calendar.workspace.adminId}'`);
  const claims = await calendar.inside((ctx) => ctx.db.from("slot_claims").selectAll().execute());
  assert.deepEqual(
    claims.map((one) => [one.booking_id, one.subject_id]),
    [[second, calendar.workspace.adminId]],
  );
});

test("a deadlock is no taken time: whoever met another is told so, and runs again", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const code of ["40P01", "40001"]) {
    let attempts = 0;
    const found = await calendar.inside((ctx) =>
      unlessTaken(ctx, () => {
        attempts += 1;
        if (attempts === 1) return Promise.reject(Object.assign(new Error("met"), { code }));
        return Promise.resolve("mine");
      }),
    );
    assert.deepEqual([found, attempts], ["mine", 2]);
  }
});

test("a row moves over its own time, and not onto anybody else's", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await insert(calendar, 10);
  await insert(calendar, 12);
  const to = (from: string, until: string) =>
    set(
      id,
      `starts_at = '${from}', ends_at = '${until}', blocked_from = '${from}', blocked_until = '${until}'`,
    );
  await to("2026-03-03T10:30:00Z", "2026-03-03T11:30:00Z");
  await to("2026-03-03T10:00:00Z", "2026-03-03T12:00:00Z");
  await assert.rejects(to("2026-03-03T11:30:00Z", "2026-03-03T12:30:00Z"), taken);
  assert.deepEqual(await calendar.openTimes("2026-03-03").then((times) => times.slice(0, 2)), [
    "2026-03-03 09:00",
    "2026-03-03 13:00",
  ]);
});

test("a row of a class is a seat of its sitting, and there are no more seats than the class has", async () => {
  const calendar = await openCalendar(frontdesk, { capacity: 2 });
  const seat = () => insert(calendar, 10, calendar.eventType.id);
  const first = await seat();
  await seat();
  await assert.rejects(seat(), taken);
  await assert.rejects(insert(calendar, 10), taken, "who gives the class can give nothing else");
  await set(first, "status = 'no_show'");
  await seat();
});
