/**
 * `npm run bench`: PostgreSQL-backed Frontdesk beside its floor, in the same run, as ratios; then slots, jobs, the
 * files in and out, embedded engine, start and memory. BENCH_ROUNDS and BENCH_SECONDS set its length, BENCH_CONTACTS how many contacts there are; --write puts the report into docs/performance.md.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { casesOf, compare, smsForm, typos } from "./compare.ts";
import type { Compared } from "./compare.ts";
import { benchModule, measureJobs } from "./jobs.ts";
import { drive, quiet, residentMb, startFrontdesk, startProgram, stopProgram } from "./measure.ts";
import { measureFiles } from "./files.ts";
import { medianOf } from "./numbers.ts";
import { report } from "./report.ts";
import type { Figures } from "./report.ts";
import { dropDatabase, open, openAllHours, prepare, recreateDatabase, seedContacts } from "./setup.ts";
import type { Ground } from "./setup.ts";
import { measureSlots } from "./slots.ts";
import { steadily } from "./steady.ts";

const server = process.env["BENCH_DATABASE_SERVER"] ?? "postgres://postgres@127.0.0.1:5432/postgres";
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const seconds = Number(process.env["BENCH_SECONDS"] ?? 3);
const name = "frontdesk_bench";
const contacts = Number(process.env["BENCH_CONTACTS"] ?? 1_000_000);
const only = process.env["BENCH_ONLY"]?.split(",");
const say = (line: string) => process.stdout.write(`${line}\n`);

async function onPostgres(): Promise<Omit<Figures, "embedded" | "files">> {
  const url = await recreateDatabase(server, name);
  const running = await open({ DATABASE_URL: url }, [benchModule]);
  const ground = await prepare(running);
  const slots = await measureSlots(running.app, url, ground);
  say(
    `slots, a month of 5 people: p50 ${slots.p50Ms.toFixed(1)} ms (${slots.slots} slots), of 20: ${slots.team.p50Ms.toFixed(1)} ms, ` +
      `with a change between: ${slots.changing.p50Ms.toFixed(1)} ms, the engine alone: ${slots.engine.p50Ms.toFixed(1)} ms`,
  );
  await running.app.jobs.work(running.app);
  const jobs = await measureJobs(running.app, ground.workspaceId);
  say(
    `jobs: ${jobs.perSecond.toFixed(0)}/s, enqueue to run p50 ${jobs.p50Ms.toFixed(1)} ms, p99 ${jobs.p99Ms.toFixed(1)} ms`,
  );
  await running.close();
  await openAllHours(url, ground);
  const ids = await seedContacts(url, ground.workspaceId, contacts);
  const floor = await startProgram(
    "bench/floor.ts",
    {
      DATABASE_URL: url,
      WORKSPACE_ID: ground.workspaceId,
      MEMBER_ID: ground.memberIds[0] ?? "",
      SERVICE_ID: ground.serviceId,
    },
    /listening (\d+)/,
  );
  const ours = await startFrontdesk({ DATABASE_URL: url, ...quiet });
  const memoryIdleMb = await residentMb(ours.child.pid ?? 0);
  const compared: Compared[] = [];
  let memoryLoadedMb = memoryIdleMb;
  const cases = casesOf(base(floor.match), base(ours.match), ground, ids);
  for (const one of cases.filter(({ name: title }) => only?.some((part) => title.includes(part)) ?? true)) {
    const result = await compare(one, rounds, seconds);
    memoryLoadedMb = Math.max(memoryLoadedMb, await residentMb(ours.child.pid ?? 0));
    compared.push(result);
    say(
      `${one.name}: ${result.ratio.toFixed(2)} of the floor, p99 ${result.ours.p99Ms} ms, ${result.failures} not 2xx`,
    );
  }
  const webhookAt25 = await webhookAtRate(base(ours.match), ground);
  say(`inbound SMS webhook at 25 a second: p99 ${webhookAt25.p99Ms.toFixed(0)} ms`);
  const pageMs = await firstBytes(`${base(ours.match)}/book/${ground.slug}/${ground.serviceSlug}`);
  say(`booking page: first byte p50 ${pageMs.toFixed(1)} ms`);
  const searchAt100 = await steadily(nextSearch(base(ours.match), ground), 100, 5);
  const bulkMs = await bulkCreates(base(ours.match), ground);
  say(
    `search at 100 a second: p99 ${searchAt100.p99Ms.toFixed(0)} ms; bulk create of 100: p50 ${bulkMs.toFixed(0)} ms`,
  );
  await stopProgram(ours.child);
  await stopProgram(floor.child);
  await dropDatabase(server, name);
  return {
    contacts,
    compared,
    slots,
    jobs,
    webhookAt25,
    searchAt100,
    bulkMs,
    pageMs,
    memoryIdleMb,
    memoryLoadedMb,
  };
}

// A busy line: 25 texts a second from different people, while the receptionist answers those before.
async function webhookAtRate(ours: string, ground: Ground): Promise<Figures["webhookAt25"]> {
  await untilIdle(ours);
  const next = () => ({
    url: `${ours}/twilio/sms`,
    ...smsForm(ours, ground, Math.floor(Math.random() * 50_000)),
  });
  await steadily(next, 10, 1);
  return steadily(next, 25, 8);
}

function nextSearch(ours: string, ground: Ground) {
  return () => ({
    url: `${ours}/api/v1/search`,
    body: JSON.stringify({ query: typos[Math.floor(Math.random() * typos.length)] }),
    headers: { authorization: `Bearer ${ground.key}`, "content-type": "application/json" },
  });
}

/** The middle time to the first byte of a page, one reader after the other, in milliseconds. */
async function firstBytes(url: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 60; round += 1) {
    const from = performance.now();
    const response = await fetch(url);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    await response.body?.getReader().read();
    if (round >= 10) times.push(performance.now() - from);
  }
  return medianOf(times);
}

/** The middle time of making 100 contacts in one call, one call after the other, in milliseconds. */
async function bulkCreates(ours: string, ground: Ground): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const records = Array.from({ length: 100 }, (_, n) => ({
      first_name: `Bulk${n}`,
      last_name: `Round${round}`,
      email: `bulk${round}x${n}@example.net`,
      phone: `+6143${String(round * 100 + n).padStart(7, "0")}`,
    }));
    const from = performance.now();
    const response = await fetch(`${ours}/api/v1/contacts/bulk-create`, {
      method: "POST",
      headers: { authorization: `Bearer ${ground.key}`, "content-type": "application/json" },
      body: JSON.stringify({ records }),
    });
    if (!response.ok) throw new Error(await response.text());
    await response.arrayBuffer();
    times.push(performance.now() - from);
  }
  return medianOf(times);
}

/** Waits until the jobs of the case before are done, a minute at most. */
async function untilIdle(ours: string): Promise<void> {
  for (let round = 0; round < 120; round += 1) {
    const response = await fetch(`${ours}/metrics`);
    const text = await response.text();
    if (!response.ok) throw new Error(`the metrics are not shown: ${text}`);
    if (Number(text.match(/^frontdesk_jobs_waiting (\d+)/m)?.[1] ?? 0) < 20) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function onEmbedded(): Promise<Figures["embedded"]> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-bench-"));
  const coldStartMs = await timeToFirst200(folder);
  const warmStartMs = await timeToFirst200(folder);
  const running = await open({ FRONTDESK_DATA: folder });
  const ground = await prepare(running);
  await running.close();
  const ours = await startFrontdesk({ FRONTDESK_DATA: folder, ...quiet });
  const auth = { authorization: `Bearer ${ground.key}` };
  const url = `${base(ours.match)}/api/v1/contacts`;
  let number = 0;
  const create = await drive({
    url,
    method: "POST",
    headers: { ...auth, "content-type": "application/json" },
    body: () => ({ body: JSON.stringify({ first_name: `Ann${(number += 1)}`, source: "api" }) }),
    seconds,
  });
  const list = await drive({ url: `${url}?source=api`, headers: auth, seconds });
  const memoryMb = await residentMb(ours.child.pid ?? 0);
  await stopProgram(ours.child);
  await rm(folder, { recursive: true, force: true });
  return { coldStartMs, warmStartMs, create, list, memoryMb };
}

/** From the start of the process to its first 200, with the demo. */
async function timeToFirst200(folder: string): Promise<number> {
  const from = performance.now();
  const { child, match } = await startFrontdesk({ FRONTDESK_DATA: folder, PORT: "0" });
  const response = await fetch(`${base(match)}/healthz`);
  if (response.status !== 200) throw new Error(`/healthz answered ${response.status}`);
  const took = performance.now() - from;
  await stopProgram(child);
  return took;
}

function base(match: RegExpMatchArray): string {
  return `http://127.0.0.1:${match[1]}`;
}

const figures: Figures = {
  ...(await onPostgres()),
  files: await measureFiles(server),
  embedded: await onEmbedded(),
};
const text = report(figures);
say(`\n${text}`);
if (process.argv.includes("--write")) {
  const file = new URL("../docs/performance.md", import.meta.url).pathname;
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), parser: "markdown" }));
}
