import { randomUUID } from "node:crypto";
import pg from "pg";
import type { App } from "../server/kernel/app.ts";
import { openSlots } from "../server/modules/calendar/slots/slots.ts";
import type { Host } from "../server/modules/calendar/slots/slots.ts";
import type { Ground } from "./setup.ts";
import { medianOf, percentile } from "./numbers.ts";

const dayMs = 86_400_000;

export type SlotTimes = { p50Ms: number; p99Ms: number; slots: number };
export type SlotFigures = SlotTimes & {
  /** 20 people with 100 bookings each. */
  team: SlotTimes;
  /** The same with a booking changed between any two looks, so that somebody's times are read again. */
  changing: SlotTimes;
  /** The engine alone, on as much. */
  engine: SlotTimes;
};

/** Starts of so many half hours over the next 30 days, seven a day at most, from 9:00 UTC. */
function startsOf(count: number): Date[] {
  const perDay = Math.ceil(count / 29);
  return Array.from({ length: count }, (_, index) => {
    const start = new Date(Date.now() + (1 + Math.floor(index / perDay)) * dayMs);
    start.setUTCHours(9 + (index % perDay), 0, 0, 0);
    return start;
  });
}

async function seedBookings(
  client: pg.Client,
  ground: Ground,
  memberIds: readonly string[],
  each: number,
): Promise<void> {
  for (const memberId of memberIds) {
    await client.query(
      `insert into bookings (workspace_id, id, event_type_id, member_id, title, starts_at, ends_at, blocked_from, blocked_until,
                             timezone, status, source, created_at, updated_at)
       select $1, gen_random_uuid(), $2, $3, 'Visit', s, s + interval '30 minutes', s, s + interval '30 minutes',
              'Europe/London', 'confirmed', 'workspace', s, s
         from unnest($4::timestamptz[]) s`,
      [ground.workspaceId, ground.serviceId, memberId, startsOf(each)],
    );
  }
  await client.query("analyze bookings, slot_claims");
}

/** The operation that answers a month of slots, run in process with everything a request passes. */
async function timeOperation(app: App, ground: Ground, between?: () => Promise<unknown>): Promise<SlotTimes> {
  const operation = app.registry.find("list_available_slots");
  const actor = await app.credentials.actorOf(ground.key, "workspace", "127.0.0.1");
  if (!operation || !actor) throw new Error("the bench's ground is not there");
  const date = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
  const input = {
    event_type_id: ground.serviceId,
    date_from: date(1),
    date_to: date(30),
    timezone: "Europe/London",
  };
  let slots = 0;
  const look = async () => {
    const { output } = await app.run(operation, { actor, input, requestId: "bench" });
    slots =
      (output as { availability?: { total_available_slots?: number } }).availability?.total_available_slots ??
      0;
  };
  return { ...(await timed(look, between)), slots };
}

async function timed(
  look: () => unknown,
  between?: () => Promise<unknown>,
): Promise<Omit<SlotTimes, "slots">> {
  const times: number[] = [];
  for (let round = 0; round < 80; round += 1) {
    await between?.();
    const from = performance.now();
    await look();
    if (round >= 20) times.push(performance.now() - from);
  }
  return { p50Ms: medianOf(times), p99Ms: percentile(times, 0.99) };
}

/** The engine alone: 20 people, 2,000 busy times, 30 days. */
async function timeEngine(): Promise<SlotTimes> {
  const now = Date.now();
  const hosts = Array.from({ length: 20 }, (_, n): Host => ({
    id: `${n}`,
    hours: {
      weeklyHours: [1, 2, 3, 4, 5].map((day) => ({ day, start: "09:00", end: "17:00" })),
      dateOverrides: [],
      timeZone: "Europe/London",
    },
    busy: startsOf(100).map((start) => [start.getTime(), start.getTime() + 30 * 60_000]),
  }));
  const rules = {
    durationMinutes: 30,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    minNoticeMinutes: 0,
    maxAdvanceDays: 60,
    slotIntervalMinutes: 15,
  };
  const search = { hosts, rules, from: now, to: now + 30 * dayMs, now };
  return { ...(await timed(() => openSlots(search))), slots: openSlots(search).length };
}

/** Everything about slots; the twenty are gone again afterwards. */
export async function measureSlots(app: App, url: string, ground: Ground): Promise<SlotFigures> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await seedBookings(client, ground, ground.memberIds, 200);
  const few = await timeOperation(app, ground);
  await client.query("delete from bookings where workspace_id = $1", [ground.workspaceId]);
  const more = Array.from({ length: 20 - ground.memberIds.length }, () => randomUUID());
  await client.query(
    `insert into members (workspace_id, id, name, role, created_at)
     select $1, id, 'Person', 'client_editor', now() from unnest($2::uuid[]) id`,
    [ground.workspaceId, more],
  );
  await seedBookings(client, ground, [...ground.memberIds, ...more], 100);
  const team = await timeOperation(app, ground);
  const changing = await timeOperation(app, ground, () =>
    client.query(
      `update bookings set status = case status when 'confirmed' then 'cancelled' else 'confirmed' end
        where workspace_id = $1 and id = (select min(id::text)::uuid from bookings where workspace_id = $1)`,
      [ground.workspaceId],
    ),
  );
  await client.query("delete from bookings where workspace_id = $1", [ground.workspaceId]);
  await client.query("delete from members where id = any ($1)", [more]);
  await seedBookings(client, ground, ground.memberIds, 200);
  await client.end();
  return { ...few, team, changing, engine: await timeEngine() };
}
