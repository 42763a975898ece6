/** Everything at once on few times, audited afterwards. The full proof (50,000 attempts, three nodes) is `npm run prove:contention`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compose } from "../../compose.ts";
import type { Running } from "../../compose.ts";
import { postgresEngine } from "../../kernel/engine-postgres.ts";
import { engineName, startHarness, startOfTime } from "../harness.ts";
import { openArena } from "./arena.ts";
import { auditCalendar } from "./calendar-audit.ts";
import { contend } from "./contention.ts";

const frontdesk = await startHarness({ work: false });
const attempts = Number(process.env["CONTENTION_ATTEMPTS"] ?? 240);
const seed = Number(process.env["CONTENTION_SEED"] ?? 20_260_302);

/** Further nodes on the same database; the embedded one serves one. */
async function moreNodes(): Promise<Running[]> {
  if (engineName === "embedded") return [];
  const { config, log } = frontdesk.app;
  return Promise.all(
    [1, 2].map(async () => {
      const engine = await postgresEngine({ url: frontdesk.databaseUrl!, poolSize: 6, log });
      return compose({ config, engine, log, movableClock: { frozenAt: startOfTime, offsetMs: 0 } });
    }),
  );
}

test("whoever holds, books, moves and cancels at the same time: nobody and nothing is booked twice", async (t) => {
  const arena = await openArena(frontdesk.app, { days: 1 });
  const others = await moreNodes();
  try {
    const nodes = [frontdesk, ...others];
    const tallies = await Promise.all(
      nodes.map(({ app }, node) =>
        contend(app, arena, {
          attempts: Math.ceil(attempts / nodes.length),
          seed,
          node,
          nodes: nodes.length,
          atOnce: 5,
        }),
      ),
    );
    t.diagnostic(JSON.stringify(tallies.map((tally) => tally.counts)));
    assert.deepEqual(
      tallies.flatMap((tally) => tally.unexpected),
      [],
    );
    for (const what of [
      "booked",
      "held",
      "booked what was held",
      "moved",
      "cancelled",
      "booked in turn",
      "refused",
    ]) {
      assert.ok(
        tallies.some((tally) => tally.counts[what]),
        `${what} never happened`,
      );
    }
    assert.deepEqual(await auditCalendar(frontdesk.app.database, arena), {});
  } finally {
    for (const node of others) await node.close();
  }
});

test("the audit finds what it looks for", async () => {
  const arena = await openArena(frontdesk.app, { days: 1 });
  const { database } = frontdesk.app;
  const row = (
    host: string,
  ) => `('${arena.workspaceId}', gen_random_uuid(), '${host}', 'Visit', '2026-03-03T10:00Z',
    '2026-03-03T11:00Z', '2026-03-03T10:00Z', '2026-03-03T11:00Z', 'UTC', 'confirmed', 'console', now(), now())`;
  const [host] = arena.memberIds;
  await database.owner("alter table bookings disable trigger keep_claims");
  await database.owner(`insert into bookings (workspace_id, id, member_id, title, starts_at, ends_at, blocked_from, blocked_until,
    timezone, status, source, created_at, updated_at) values ${row(host!)}, ${row(host!)}`);
  await database.owner("alter table bookings enable trigger keep_claims");
  assert.deepEqual(await auditCalendar(database, arena), {
    "members booked twice": 1,
    "claims that say something else than the bookings": 2,
  });
});
