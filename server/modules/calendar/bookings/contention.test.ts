/** Many bookers, one slot. CONTENTION_BOOKERS raises the number for a full run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compose } from "../../../compose.ts";
import { systemActor } from "../../../kernel/actor.ts";
import { postgresEngine } from "../../../kernel/engine-postgres.ts";
import { engineName, startHarness, startOfTime } from "../../../testing/harness.ts";
import { findService } from "../services/services.store.ts";
import { openCalendar } from "../test-calendar.ts";
import { book } from "./book.ts";
import { reschedule } from "./reschedule.ts";

const frontdesk = await startHarness({ work: false });
const bookers = Number(process.env["CONTENTION_BOOKERS"] ?? 12);

test("of many bookers of one slot exactly one gets it, the others get alternatives", async () => {
  const calendar = await openCalendar(frontdesk);
  const answers = await Promise.all(
    Array.from({ length: bookers }, (_, n) =>
      calendar.book({ email: `booker${n}@example.com`, phone: undefined, fullName: `Booker ${n}` }),
    ),
  );
  const won = answers.filter((answer) => answer.status === 201);
  const lost = answers.filter((answer) => answer.status === 409);
  assert.equal(won.length, 1);
  assert.equal(lost.length, bookers - 1);
  for (const answer of lost) {
    assert.equal(answer.body.error.code, "SLOT_UNAVAILABLE", answer.text);
    assert.equal(answer.body.error.details.alternatives.length, 3);
    assert.ok(answer.body.error.details.alternatives.every((one: { time: string }) => one.time !== "10:00"));
  }
  const rows = await calendar.inside((ctx) => ctx.db.from("bookings").selectAll().execute());
  assert.equal(rows.length, 1);
});

test("with three members exactly three bookers of one slot get it, one each", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Sam");
  await calendar.addStaff("Kim");
  const answers = await Promise.all(
    Array.from({ length: bookers }, (_, n) =>
      calendar.book({ email: `booker${n}@example.com`, phone: undefined, fullName: `Booker ${n}` }),
    ),
  );
  const won = answers.filter((answer) => answer.status === 201);
  assert.equal(won.length, 3);
  assert.equal(new Set(won.map((answer) => answer.body.data.booking.user_id)).size, 3);
  assert.ok(answers.every((answer) => [201, 409].includes(answer.status)));
});

test("overlapping bookings and moves into one slot leave it with one", async () => {
  const calendar = await openCalendar(frontdesk);
  const ids: string[] = [];
  for (const time of ["12:00", "13:00", "14:00", "15:00"]) {
    ids.push((await calendar.book({ time })).body.data.booking.id);
  }
  const startsAt = new Date("2026-03-03T10:00:00Z");
  const moves = ids.map((id) =>
    calendar
      .inside((ctx) => reschedule(ctx, id, { startsAt }))
      .then(
        () => 200,
        (error: { status: number }) => error.status,
      ),
  );
  const books = ["09:30", "10:00", "10:30"].map((time) =>
    calendar.book({ time, email: `b${time.slice(0, 2)}@example.com` }).then((answer) => answer.status),
  );
  const statuses = await Promise.all([...moves, ...books]);
  assert.ok(
    statuses.every((status) => [200, 201, 409].includes(status)),
    String(statuses),
  );
  const rows = await calendar.inside((ctx) =>
    ctx.db.from("bookings").selectAll().orderBy("starts_at").execute(),
  );
  for (const [n, row] of rows.entries()) {
    const next = rows[n + 1];
    if (next) assert.ok(row.ends_at <= next.starts_at, "two bookings overlap");
  }
});

test(
  "bookers on two nodes: one gets the slot",
  { skip: engineName === "embedded" && "the embedded database serves one node" },
  async () => {
    const { config, log } = frontdesk.app;
    const url = frontdesk.databaseUrl!;
    const engine = await postgresEngine({ url, poolSize: 8, log });
    const node = await compose({ config, engine, log, movableClock: { frozenAt: startOfTime, offsetMs: 0 } });
    try {
      const calendar = await openCalendar(frontdesk);
      const { id: workspaceId } = calendar.workspace;
      const outcomes = await Promise.all(
        Array.from({ length: bookers }, (_, n) =>
          [frontdesk, node]
            [n % 2]!.app.inWorkspace(
              {
                workspaceId,
                actor: systemActor(workspaceId),
                operation: "test",
                surface: "test",
                requestId: "test",
              },
              async (ctx) =>
                book(ctx, {
                  service: await findService(ctx, { id: calendar.eventType.id }),
                  startsAt: new Date("2026-03-03T10:00:00Z"),
                  customer: { name: "Booker", email: `booker${n}@example.com` },
                  source: "receptionist",
                }),
            )
            .then(
              () => "booked",
              (error: { code: string }) => error.code,
            ),
        ),
      );
      assert.equal(outcomes.filter((outcome) => outcome === "booked").length, 1);
      assert.equal(outcomes.filter((outcome) => outcome === "SLOT_UNAVAILABLE").length, bookers - 1);
    } finally {
      await node.close();
    }
  },
);
