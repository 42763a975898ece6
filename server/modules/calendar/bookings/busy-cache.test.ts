import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { sweepOnce } from "../../../kernel/sweep.ts";
import { engineName, startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { BusyCache } from "./busy-cache.ts";
import { readBusyTimes } from "./busy.store.ts";
import type { BusyTimes, BusyWindow } from "./busy.store.ts";

const frontdesk = await startHarness({ work: false });
const steps = Number(process.env["BUSY_STEPS"] ?? 60);
const seed = Number(process.env["BUSY_SEED"] ?? 11);
const HOUR_MS = 3_600_000;
const today = Date.parse("2026-03-02T00:00Z");
const month: BusyWindow = { from: new Date(today), to: new Date(today + 30 * DAY_MS) };

class RolledBack extends Error {}

/** Work whose transaction is undone, as if it had never been. */
async function undone(calendar: TestCalendar, work: (ctx: Ctx) => Promise<void>): Promise<void> {
  const running = calendar.inside(async (ctx) => {
    await work(ctx);
    throw new RolledBack();
  });
  await assert.rejects(running, RolledBack);
}

function insertBooking(ctx: Ctx, memberId: string, start: number, minutes = 60): Promise<unknown[]> {
  const [from, until] = [new Date(start), new Date(start + minutes * 60_000)];
  return ctx.db.raw(sql`
    insert into bookings (workspace_id, id, member_id, title, starts_at, ends_at, blocked_from, blocked_until, timezone, status,
                          source, attendees, created_at, updated_at)
    values (${ctx.workspaceId}, ${newId(ctx.now)}, ${memberId}, 'Visit', ${from}, ${until}, ${from}, ${until}, 'Europe/London',
            'confirmed', 'workspace', '[]', ${ctx.now}, ${ctx.now})`);
}

function insertBusy(ctx: Ctx, memberId: string, start: number, minutes: number): Promise<unknown[]> {
  return ctx.db.raw(sql`
    insert into external_busy (workspace_id, id, member_id, starts_at, ends_at, source, created_at)
    values (${ctx.workspaceId}, ${newId(ctx.now)}, ${memberId}, ${new Date(start)}, ${new Date(start + minutes * 60_000)},
            'test', ${ctx.now})`);
}

function insertHold(
  ctx: Ctx,
  serviceId: string,
  memberId: string,
  start: number,
  expiresAt: Date,
): Promise<unknown[]> {
  const [from, until] = [new Date(start), new Date(start + HOUR_MS)];
  return ctx.db.raw(sql`
    insert into slot_holds (workspace_id, id, event_type_id, member_id, starts_at, ends_at, blocked_from, blocked_until, held_by,
                            expires_at, created_at, updated_at)
    values (${ctx.workspaceId}, ${newId(ctx.now)}, ${serviceId}, ${memberId}, ${from}, ${until}, ${from}, ${until}, 'test',
            ${expiresAt}, ${ctx.now}, ${ctx.now})`);
}

function sorted(times: BusyTimes): [string, string[]][] {
  return [...times].map(([id, all]): [string, string[]] => [id, all.map(String).sort()]).sort();
}

async function team(name: string): Promise<{ calendar: TestCalendar; memberIds: string[] }> {
  const calendar = await openCalendar(frontdesk);
  const memberIds = [await calendar.addStaff(`${name} A`), await calendar.addStaff(`${name} B`)];
  return { calendar, memberIds: [calendar.workspace.adminId, ...memberIds] };
}

/** Numbers that are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

async function writeSomething(
  ctx: Ctx,
  roll: (sides: number) => number,
  team: string[],
  serviceId: string,
): Promise<void> {
  const member = team[roll(team.length)]!;
  const start = today + roll(40 * 24) * HOUR_MS;
  const one = (
    table: string,
  ) => sql`(select id from ${sql.table(table)} where workspace_id = ${ctx.workspaceId}
    order by md5(id::text || ${String(start)}) limit 1)`;
  const where = (table: string) => sql`where workspace_id = ${ctx.workspaceId} and id = ${one(table)}`;
  const shift = sql`${roll(3) - 1} * interval '1 hour'`;
  const writes = [
    () => insertBooking(ctx, member, start),
    () => insertBooking(ctx, member, start, 30),
    () =>
      ctx.db.raw(sql`update bookings set status = 'cancelled', updated_at = ${ctx.now} ${where("bookings")}`),
    () =>
      ctx.db.raw(sql`update bookings set starts_at = starts_at + ${shift}, ends_at = ends_at + ${shift},
        blocked_from = blocked_from + ${shift}, blocked_until = blocked_until + ${shift} ${where("bookings")}`),
    () => ctx.db.raw(sql`update bookings set member_id = ${member} ${where("bookings")}`),
    () => ctx.db.raw(sql`delete from bookings ${where("bookings")}`),
    () => insertBusy(ctx, member, start, 15 + roll(300)),
    () =>
      ctx.db.raw(
        sql`update external_busy set member_id = ${member}, ends_at = ends_at + interval '5 minutes' ${where("external_busy")}`,
      ),
    () => ctx.db.raw(sql`delete from external_busy ${where("external_busy")}`),
    () => insertHold(ctx, serviceId, member, start, new Date(ctx.now.getTime() + (roll(3) - 1) * HOUR_MS)),
    () => ctx.db.raw(sql`delete from slot_holds ${where("slot_holds")}`),
  ];
  // A time that is taken, or a deadlock, is somebody else's business.
  await ctx.db
    .savepoint(async () => void (await writes[roll(writes.length)]!()))
    .catch((error: { code?: string }) => {
      if (!["23P01", "40P01", "40001"].includes(error.code ?? "")) throw error;
    });
}

test("what is remembered is what would be read, whoever writes meanwhile", async () => {
  const { calendar, memberIds } = await team("Busy");
  const nodes = [new BusyCache(), new BusyCache()];
  const serviceId: string = calendar.eventType.id;
  let compared = 0;
  let found = 0;
  const person = async (seed: number) => {
    const roll = dice(seed);
    for (let step = 0; step < steps; step += 1) {
      const ends = calendar.inside(async (ctx) => {
        for (let write = roll(3); write > 0; write -= 1)
          await writeSomething(ctx, roll, memberIds, serviceId);
        for (const node of nodes) {
          const from = today + roll(20) * DAY_MS;
          const window = { from: new Date(from), to: new Date(from + (1 + roll(480)) * HOUR_MS) };
          const before = sorted(await readBusyTimes(ctx, window));
          const remembered = sorted(await node.busyTimesOf(ctx, window));
          const after = sorted(await readBusyTimes(ctx, window));
          // Each statement sees what is committed when it begins: where others committed meanwhile there is nothing to compare.
          if (!isDeepStrictEqual(before, after)) continue;
          assert.deepEqual(remembered, after);
          compared += 1;
          found += remembered.length;
        }
        if (roll(4) === 0) throw new RolledBack();
      });
      await ends.catch((error: { code?: string }) => {
        const given = error instanceof RolledBack || ["40001", "40P01", "25P02"].includes(error.code ?? "");
        if (!given) throw error;
      });
    }
  };
  await Promise.all([1, 2, 3, 4].map((n) => person(n * seed)));
  assert.ok(
    compared > 3 * steps && found > 3 * steps,
    `${compared} answers with ${found} people in them are too few to tell`,
  );
});

test("who has written sees it, and nobody else does until it is committed", async () => {
  const { calendar, memberIds } = await team("Own");
  const [, member = ""] = memberIds;
  const node = new BusyCache();
  const look = () => calendar.inside((ctx) => node.busyTimesOf(ctx, month));
  assert.equal((await look()).size, 0);
  await undone(calendar, async (ctx) => {
    await insertBooking(ctx, member, today + 9 * HOUR_MS);
    assert.deepEqual((await node.busyTimesOf(ctx, month)).get(member), [
      [today + 9 * HOUR_MS, today + 10 * HOUR_MS],
    ]);
    // The embedded engine has one connection, which the transaction holds.
    if (engineName === "postgres") assert.equal((await look()).size, 0);
  });
  assert.equal((await look()).size, 0);
  await calendar.inside((ctx) => insertBooking(ctx, member, today + 9 * HOUR_MS));
  assert.equal((await look()).get(member)?.length, 1);
});

test("what nobody changed is not read again", async () => {
  const { calendar, memberIds } = await team("Still");
  const node = new BusyCache();
  for (const member of memberIds) await calendar.inside((ctx) => insertBusy(ctx, member, today, 60));
  const look = async () => sorted(await calendar.inside((ctx) => node.busyTimesOf(ctx, month)));
  const before = await look();
  // Behind the triggers' back, as nobody does: who looks at the table would see it.
  await frontdesk.app.database.owner("alter table external_busy disable trigger user");
  await calendar.inside((ctx) => ctx.db.remove("external_busy").execute());
  await frontdesk.app.database.owner("alter table external_busy enable trigger user");
  assert.deepEqual(await look(), before);
  await calendar.inside((ctx) => insertBusy(ctx, memberIds[0]!, today + DAY_MS, 60));
  const after = new Map(await look());
  assert.deepEqual(after.get(memberIds[0]!), [`${today + DAY_MS},${today + DAY_MS + HOUR_MS}`]);
  assert.deepEqual(after.get(memberIds[1]!), new Map(before).get(memberIds[1]!));
});

test("a hold ends without anybody's doing", async () => {
  const { calendar, memberIds } = await team("Hold");
  const node = new BusyCache();
  const now = frontdesk.app.clock.now().getTime();
  const serviceId: string = calendar.eventType.id;
  await calendar.inside((ctx) =>
    insertHold(ctx, serviceId, memberIds[1]!, today + DAY_MS, new Date(now + 60_000)),
  );
  const look = () => calendar.inside((ctx) => node.busyTimesOf(ctx, month));
  assert.equal((await look()).size, 1);
  await frontdesk.advance(61);
  assert.equal((await look()).size, 0);
});

test("no more is remembered than may be", async () => {
  const node = new BusyCache(5);
  for (const name of ["One", "Two", "Three"]) {
    const { calendar, memberIds } = await team(name);
    for (const hour of [1, 2])
      await calendar.inside((ctx) => insertBusy(ctx, memberIds[0]!, today + hour * HOUR_MS, 30));
    const times = await calendar.inside((ctx) => node.busyTimesOf(ctx, month));
    assert.equal(times.get(memberIds[0]!)?.length, 2);
  }
  assert.equal(node.size, 4);
  const { calendar, memberIds } = await team("Many");
  for (let hour = 0; hour < 6; hour += 1)
    await calendar.inside((ctx) => insertBusy(ctx, memberIds[0]!, today + hour * HOUR_MS, 30));
  const times = await calendar.inside((ctx) => node.busyTimesOf(ctx, month));
  assert.equal(times.get(memberIds[0]!)?.length, 6);
  assert.equal(node.size, 4);
});

test("changes are kept for a day by the database's clock, whatever ours says", async () => {
  const { calendar, memberIds } = await team("Sweep");
  await calendar.inside((ctx) => insertBusy(ctx, memberIds[0]!, today, 30));
  const noted = () =>
    calendar.inside((ctx) =>
      ctx.db.raw(
        sql<{
          subject_id: string;
        }>`select subject_id from calendar_changes where workspace_id = ${ctx.workspaceId}`,
      ),
    );
  const { app } = frontdesk;
  const inTenYears = { ...app.clock, now: () => new Date("2036-03-02T09:00Z") };
  await sweepOnce(app, inTenYears);
  assert.equal((await noted()).length, 1);
  await app.database.system("sweep", (kysely) =>
    sql`update calendar_changes set noted_at = noted_at - interval '25 hours' where workspace_id = ${calendar.workspace.id}`.execute(
      kysely,
    ),
  );
  await sweepOnce(app, inTenYears);
  assert.equal((await noted()).length, 0);
});
