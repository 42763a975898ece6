/** A node that dies while it holds a time takes nothing with it: the hold ends when it said it would. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineName, startHarness } from "../../../../testing/harness.ts";
import { startNode } from "../../../../testing/nodes.ts";
import { openCalendar } from "../../test-calendar.ts";

// The other node goes by the machine's clock, so this one does too, until it is moved.
const now = new Date();
const frontdesk = await startHarness({ now });

test(
  "the time held by a node that was killed is kept until the hold expires, and free from then on",
  { skip: engineName === "embedded" && "the embedded database serves one node" },
  async () => {
    const calendar = await openCalendar(frontdesk, { max_advance_days: 30 });
    const [first] = (await calendar.slots()).body.data.availability.dates;
    const time = { date: first.date, time: first.slots[0].time, timezone: "Europe/London" };
    const node = await startNode({ DATABASE_URL: frontdesk.databaseUrl! });
    const response = await fetch(`${node.url}/api/v1/scheduling-bookings/holds`, {
      method: "POST",
      headers: { authorization: `Bearer ${calendar.workspace.key}`, "content-type": "application/json" },
      body: JSON.stringify({ event_type_id: calendar.eventType.id, ...time, minutes: 5 }),
    });
    const answer = (await response.json()) as { data: { expires_at: string } };
    await node.kill();
    assert.equal(response.status, 201, JSON.stringify(answer));
    assert.equal((await calendar.book(time)).status, 409, "it is kept, whoever is gone");

    await frontdesk.advance((Date.parse(answer.data.expires_at) - now.getTime()) / 1000);
    const booked = await calendar.book(time);
    assert.equal(booked.status, 201, booked.text);
    const left = await calendar.inside((ctx) => ctx.db.from("slot_holds").select("id").execute());
    assert.deepEqual(left, []);
  },
);

test(
  "the time of a booking that was never committed is free at once",
  { skip: engineName === "embedded" && "the embedded database serves one node" },
  async () => {
    const calendar = await openCalendar(frontdesk, { max_advance_days: 30 });
    const [first] = (await calendar.slots()).body.data.availability.dates;
    const startsAt = new Date(first.slots[0].starts_at);
    const client = await frontdesk.app.database.engine.pool.connect();
    await client.query("begin");
    await client.query(
      `insert into bookings (workspace_id, id, member_id, title, starts_at, ends_at, blocked_from, blocked_until, timezone,
                             status, source, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'Never', $3, $4, $3, $4, 'UTC', 'confirmed', 'console', $3, $3)`,
      [calendar.workspace.id, calendar.workspace.adminId, startsAt, new Date(startsAt.getTime() + 3_600_000)],
    );
    // Whoever wants the time meanwhile waits for the one who may still get it.
    const waiting = calendar.book({ date: first.date, time: first.slots[0].time });
    client.release(new Error("the connection is lost, as when its node is killed"));
    assert.equal((await waiting).status, 201);
  },
);
