import { randomUUID } from "node:crypto";
import pg from "pg";
import type { App } from "../server/kernel/app.ts";
import type { Ground } from "./setup.ts";
import { medianOf, percentile } from "./numbers.ts";

/** 200 bookings of 30 minutes for each of the five people, over the next 30 days. */
async function seedBookings(url: string, ground: Ground): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const memberId of ground.memberIds) {
    const rows = Array.from({ length: 200 }, (_, index) => {
      const day = 1 + Math.floor(index / 7);
      const start = new Date(Date.now() + day * 86_400_000);
      start.setUTCHours(9 + (index % 7), 0, 0, 0);
      return { id: randomUUID(), start, end: new Date(start.getTime() + 30 * 60_000) };
    });
    await client.query(
      `insert into bookings (workspace_id, id, event_type_id, member_id, title, starts_at, ends_at, blocked_from, blocked_until,
                             timezone, status, source, created_at, updated_at)
       select $1, id, $2, $3, 'Visit', s, e, s, e, 'Europe/London', 'confirmed', 'workspace', s, s
         from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[]) as x (id, s, e)`,
      [
        ground.workspaceId,
        ground.serviceId,
        memberId,
        rows.map((row) => row.id),
        rows.map((row) => row.start),
        rows.map((row) => row.end),
      ],
    );
  }
  await client.query("analyze bookings");
  await client.end();
}

/** The operation that answers a month of slots, run in process with everything a request passes. */
export async function measureSlots(
  app: App,
  url: string,
  ground: Ground,
): Promise<{ p50Ms: number; p99Ms: number; slots: number }> {
  await seedBookings(url, ground);
  const operation = app.registry.find("list_available_slots");
  const actor = await app.credentials.actorOf(ground.key, "workspace");
  if (!operation || !actor) throw new Error("the bench's ground is not there");
  const today = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const last = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const input = {
    event_type_id: ground.serviceId,
    date_from: today,
    date_to: last,
    timezone: "Europe/London",
  };
  const times: number[] = [];
  let slots = 0;
  for (let round = 0; round < 80; round += 1) {
    const from = performance.now();
    const { output } = await app.run(operation, { actor, input, requestId: "bench" });
    if (round >= 20) times.push(performance.now() - from);
    slots =
      (output as { availability?: { total_available_slots?: number } }).availability?.total_available_slots ??
      0;
  }
  return { p50Ms: medianOf(times), p99Ms: percentile(times, 0.99), slots };
}
