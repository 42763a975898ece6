/**
 * 200 simultaneous requests for one slot through mixed surfaces on two API nodes, and 100 identical requests with one
 * Idempotency-Key, on PostgreSQL. RACE_ROUNDS repeats it (default 3). Exits 1 when anything else happens than it should.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { compose } from "../server/compose.ts";
import { bringUpToDate, openEngine } from "../server/engine.ts";
import { systemClock } from "../server/kernel/clock.ts";
import { readConfig } from "../server/kernel/config.ts";
import { createLog } from "../server/kernel/log.ts";
import { startNode } from "../server/testing/nodes.ts";
import { raceForOneSlot, repeatOneRequest } from "../server/testing/proofs/races.ts";
import { openShop } from "../server/testing/proofs/shop.ts";

const server = process.env["FRONTDESK_TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";
const rounds = Number(process.env["RACE_ROUNDS"] ?? 3);
const name = `frontdesk_races_${randomUUID().slice(0, 8)}`;
const admin = new pg.Client({ connectionString: server });
await admin.connect();
await admin.query(`create database ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;

const config = readConfig({ DATABASE_URL: url.toString(), FRONTDESK_DEMO: "0" });
const log = createLog("warn");
const engine = await openEngine(config, log);
await bringUpToDate(engine, config, systemClock);
const running = await compose({ config, engine, log });
const environment = { DATABASE_URL: url.toString(), FRONTDESK_POOL_SIZE: "20" };
const nodes = await Promise.all([startNode(environment), startNode(environment)]);
const bases = nodes.map((node) => node.url);

let failed = false;
for (let round = 1; round <= rounds; round += 1) {
  const shop = await openShop(running.app);
  const hour = 3_600_000;
  const startsAt = new Date((Math.floor(systemClock.now().getTime() / hour) + 48) * hour);
  const race = await raceForOneSlot(bases, shop, startsAt, 200);
  const again = await repeatOneRequest(bases, shop, new Date(startsAt.getTime() + 24 * hour), 100);
  const sets = await running.app.database.read(shop.workspaceId, (db) =>
    db.from("booking_messages").select(["booking_id", "kind", "channel", "due_at"]).execute(),
  );
  const doubled = sets.length - new Set(sets.map((row) => JSON.stringify(row))).size;
  const ok =
    race.won === 1 &&
    race.refusedWithAlternatives === 199 &&
    race.unexpected.length === 0 &&
    again.bookingIds.size === 1 &&
    again.unexpected.length === 0 &&
    doubled === 0;
  failed ||= !ok;
  process.stdout.write(
    `round ${round}: ${race.won} booked, ${race.refused} refused (${race.refusedWithAlternatives} with alternatives), ` +
      `${again.bookingIds.size} booking from 100 repeats (${again.replayed} replayed), ${doubled} doubled messages: ${ok ? "ok" : "FAILED"}\n`,
  );
  for (const text of [...race.unexpected, ...again.unexpected].slice(0, 5))
    process.stdout.write(`  ${text}\n`);
}
await Promise.all(nodes.map((node) => node.stop()));
await running.close();
await admin.query(`drop database ${name} with (force)`);
await admin.end();
process.exit(failed ? 1 : 0);
