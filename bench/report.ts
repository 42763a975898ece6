import type { Compared } from "./compare.ts";
import type { FileFigure } from "./files.ts";
import type { JobFigures } from "./jobs.ts";
import type { Measured } from "./measure.ts";
import type { SlotFigures } from "./slots.ts";

export type Figures = {
  contacts: number;
  compared: Compared[];
  slots: SlotFigures;
  jobs: JobFigures;
  webhookAt25: { p50Ms: number; p99Ms: number };
  searchAt100: { p50Ms: number; p99Ms: number };
  /** To the first byte. */
  pageMs: number;
  /** 100 contacts in one call. */
  bulkMs: number;
  files: FileFigure[];
  memoryIdleMb: number;
  memoryLoadedMb: number;
  embedded: { coldStartMs: number; warmStartMs: number; create: Measured; list: Measured; memoryMb: number };
};

function fileLine({ what, rows, seconds, firstByteMs, memoryMb, notes }: FileFigure): string {
  const cells = [
    what,
    rows.toLocaleString("en"),
    seconds.toFixed(1),
    Math.round(rows / seconds).toLocaleString("en"),
    firstByteMs === undefined ? "" : Math.round(firstByteMs),
    memoryMb,
    notes,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** docs/performance.md: ratios, the aims beside them, and where the time goes. */
export function report(figures: Figures): string {
  const { compared, slots, jobs, embedded } = figures;
  const floorOf = (name: string) => {
    const one = compared.find((candidate) => candidate.name === name);
    return one ? one.ours.perSecond / one.ratio : 1;
  };
  const share = (ours: number, name: string) => (ours / floorOf(name)).toFixed(2);
  return `# Performance

Written by \`npm run bench -- --write\`. Machine: 2 cores, shared by the load generator, PostgreSQL and both servers. Figures are
ratios to a floor measured in turns in the same run: bare \`node:http\` and \`pg\`, the same SQL on the same ${figures.contacts.toLocaleString("en")} contacts,
32 connections, no authentication, no validation (\`bench/floor.ts\`). Frontdesk has everything on: key, scopes, rate limit,
validation, tenant walls, audit, events.

## PostgreSQL

| | of the floor | aim | p99 ms |
|---|---|---|---|
${compared.map((one) => `| ${one.name} | ${one.ratio.toFixed(2)} | ${one.aim === undefined ? "" : `≥ ${one.aim}`} | ${one.ours.p99Ms} |`).join("\n")}

Bookings do more than the floor's one insert: contact, opportunity, audit, event, invitations, confirmations and
reminders in the same transaction. The webhook verifies the signature, keeps the evidence, finds or makes the contact and
the conversation, and enqueues the reply.

| | measured | aim |
|---|---|---|
| a month of slots, 5 people × 200 bookings, ${slots.slots} slots, the whole operation | p50 ${slots.p50Ms.toFixed(1)} ms, p99 ${slots.p99Ms.toFixed(1)} ms | ≤ 10 ms |
| the same of 20 people × 100 bookings, ${slots.team.slots} slots | p50 ${slots.team.p50Ms.toFixed(1)} ms, p99 ${slots.team.p99Ms.toFixed(1)} ms | ≤ 10 ms |
| the same when a booking changed since the last look | p50 ${slots.changing.p50Ms.toFixed(1)} ms, p99 ${slots.changing.p99Ms.toFixed(1)} ms | ≤ 10 ms |
| the slot engine alone, 30 days, 20 people, 2,000 busy times | p50 ${slots.engine.p50Ms.toFixed(1)} ms, p99 ${slots.engine.p99Ms.toFixed(1)} ms | ≤ 10 ms |
| inbound SMS webhook, 25 a second evenly, the receptionist answering meanwhile | p50 ${figures.webhookAt25.p50Ms.toFixed(0)} ms, p99 ${figures.webhookAt25.p99Ms.toFixed(0)} ms | p99 ≤ 250 ms |
| booking page with a month of days, to the first byte | p50 ${figures.pageMs.toFixed(1)} ms | ≤ 50 ms |
| search for a misspelt name, 100 a second evenly | p50 ${figures.searchAt100.p50Ms.toFixed(0)} ms, p99 ${figures.searchAt100.p99Ms.toFixed(0)} ms | p99 ≤ 50 ms |
| 100 contacts made in one call | p50 ${figures.bulkMs.toFixed(0)} ms | ≤ 60 ms |
| enqueue (commit) to run | p50 ${jobs.p50Ms.toFixed(1)} ms, p99 ${jobs.p99Ms.toFixed(1)} ms | ≤ 20 ms |
| jobs, one per transaction, as a share of the floor's creates | ${share(jobs.perSecond, "create contact")} | |
| memory idle / loaded | ${figures.memoryIdleMb} / ${figures.memoryLoadedMb} MB | ≤ 150 / 300 MB |

## Files in and out

| | rows | seconds | rows a second | first byte, ms | memory over what it was, MB | |
|---|---|---|---|---|---|---|
${figures.files.map(fileLine).join("\n")}

The aims: memory under 250 MB, the first byte within a second.

## Embedded engine

| | measured | aim |
|---|---|---|
| first start to first 200, demo included | ${(embedded.coldStartMs / 1000).toFixed(1)} s | ≤ 5 s |
| start after that | ${(embedded.warmStartMs / 1000).toFixed(1)} s | ≤ 2 s |
| create contact, of the PostgreSQL floor | ${share(embedded.create.perSecond, "create contact")} | |
| list 25, of the PostgreSQL floor | ${share(embedded.list.perSecond, "list 25 contacts with a filter and a sort")} | |
| memory under load | ${embedded.memoryMb} MB | |

## Where the time goes

- A read is one round trip: the scope (role and workspace) travels in the same batch as the statement. The scope costs about a
  quarter of a bare read; keys are remembered for seconds, so authentication costs no query.
- A write is two: scope, BEGIN and the work; then audit, events, the stored response and COMMIT in one batch.
- The database does more per write than the floor's: an audit row and an event row beside the record, and row level
  security on each.
- Slots are one query for hours, one for what is busy, and arithmetic on milliseconds with one zone look-up per day.
- Starting embedded is mostly PostgreSQL's own initialisation of a new folder.
`;
}
