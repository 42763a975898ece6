/**
 * Many thousand attempts to hold, book, move and cancel the same few times on three nodes, then an audit over the bookings.
 * CONTENTION_ATTEMPTS (default 50000), CONTENTION_SEED and CONTENTION_DAYS (default 2, of half-hourly starts) say how
 * many, which and on how much time. Needs PostgreSQL. Exits 1 when anything happens that should not.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import pg from "pg";
import { compose } from "../server/compose.ts";
import type { Running } from "../server/compose.ts";
import { bringUpToDate, openEngine } from "../server/engine.ts";
import { systemClock } from "../server/kernel/clock.ts";
import { readConfig } from "../server/kernel/config.ts";
import { createLog } from "../server/kernel/log.ts";
import { openArena } from "../server/testing/proofs/arena.ts";
import type { Arena } from "../server/testing/proofs/arena.ts";
import { auditCalendar } from "../server/testing/proofs/calendar-audit.ts";
import { contend } from "../server/testing/proofs/contention.ts";
import type { Contention, Tally } from "../server/testing/proofs/contention.ts";

const nodes = 3;
const log = createLog("warn");

type Order = { arena: Arena; options: Contention };

async function openNode(url: string, migrated: boolean): Promise<Running> {
  const config = readConfig({ DATABASE_URL: url, FRONTDESK_DEMO: "0", FRONTDESK_POOL_SIZE: "8" });
  const engine = await openEngine(config, log);
  if (!migrated) await bringUpToDate(engine, config, systemClock);
  return compose({ config, engine, log });
}

/** A node in a process of its own: it makes its share of the attempts and tells what became of them. */
async function beNode(url: string): Promise<void> {
  const running = await openNode(url, true);
  const order = await new Promise<Order>((resolve) =>
    process.once("message", (sent) => resolve(sent as Order)),
  );
  process.send?.(await contend(running.app, order.arena, order.options));
  await running.close();
  process.disconnect();
}

function startNode(url: string, order: Order): Promise<Tally> {
  const child: ChildProcess = fork(new URL(import.meta.url).pathname, [url]);
  return new Promise((resolve, reject) => {
    child.once("message", (tally) => resolve(tally as Tally));
    child.once("exit", (code) => reject(new Error(`a node ended with ${code}`)));
    child.send(order);
  });
}

async function prove(): Promise<boolean> {
  const server = process.env["FRONTDESK_TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";
  const attempts = Number(process.env["CONTENTION_ATTEMPTS"] ?? 50_000);
  const seed = Number(process.env["CONTENTION_SEED"] ?? Math.floor(Math.random() * 1_000_000));
  const days = Number(process.env["CONTENTION_DAYS"] ?? 2);
  const name = `frontdesk_contention_${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  // Who waits for whom is the same; only nobody waits for the disk.
  await admin.query(`alter database ${name} set synchronous_commit = off`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const running = await openNode(url.toString(), false);
  try {
    const arena = await openArena(running.app, { days });
    process.stdout.write(`seed ${seed}, ${attempts} attempts on ${nodes} nodes, ${arena.starts} starts\n`);
    const share = Math.ceil(attempts / nodes);
    const began = Date.now();
    const tallies = await Promise.all(
      Array.from({ length: nodes }, (_, node) =>
        startNode(url.toString(), { arena, options: { attempts: share, seed, node, nodes, atOnce: 8 } }),
      ),
    );
    const seconds = Math.round((Date.now() - began) / 1000);
    const unexpected = tallies.flatMap((tally) => tally.unexpected);
    const wrongs = await auditCalendar(running.app.database, arena);
    const { rows } = await running.app.database.owner(
      "select count(*)::int as bookings, count(*) filter (where status = 'confirmed')::int as standing, (select count(*)::int from slot_claims) as claims from bookings",
    );
    process.stdout.write(
      `${JSON.stringify(summed(tallies))}\n${JSON.stringify(rows[0])} after ${seconds} s\n`,
    );
    process.stdout.write(`unexpected: ${unexpected.length}; wrong: ${JSON.stringify(wrongs)}\n`);
    for (const text of unexpected.slice(0, 10)) process.stdout.write(`  ${text}\n`);
    return unexpected.length === 0 && Object.keys(wrongs).length === 0;
  } finally {
    await running.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

function summed(tallies: Tally[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { counts } of tallies) {
    for (const [what, count] of Object.entries(counts)) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
}

const [, , given] = process.argv;
if (process.send && given) await beNode(given);
else process.exit((await prove()) ? 0 : 1);
