/**
 * Plays a file of customer lines against a whole Frontdesk in this process, on a database that forgets, with a clock that
 * jumps: rings, lets it ring out, texts, and prints who said what, the booking and what is scheduled.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Temporal } from "temporal-polyfill";
import { compose } from "../server/compose.ts";
import type { Running } from "../server/compose.ts";
import { openDemo } from "../server/demo.ts";
import type { DemoFacts } from "../server/demo.ts";
import { demoShop } from "../server/demo-shop.ts";
import { migrationsFolder } from "../server/engine.ts";
import { readConfig } from "../server/kernel/config.ts";
import { embeddedEngine } from "../server/kernel/engine-embedded.ts";
import { createLog } from "../server/kernel/log.ts";
import { migrate, readMigrations } from "../server/kernel/migrate.ts";
import type { TimeTravel } from "../server/kernel/time-travel.ts";
import { inventedCustomers } from "../server/simulator/session.ts";
import { PhoneCompany } from "../server/simulator/phone-company.ts";
import { readScript } from "./simulate-script.ts";
import type { Step } from "./simulate-script.ts";
import { Transcript } from "./simulate-transcript.ts";

const aMonday = "2026-03-02T09:00";
const readingSeconds = 20;
const patienceSeconds = 300;

type Stage = {
  company: PhoneCompany;
  travel: TimeTravel;
  running: Running;
  demo: DemoFacts;
  customer: string;
  transcript: Transcript;
};

export async function simulate(steps: Step[], start: string, print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-simulate-"));
  const zone = demoShop.workspace.timeZone;
  const log = createLog(process.env["LOG_LEVEL"] ?? "error");
  const config = readConfig({
    FRONTDESK_DATA: folder,
    FRONTDESK_SIMULATOR: "1",
    FRONTDESK_POLL_SECONDS: "1",
    PUBLIC_URL: "http://localhost:8080",
  });
  const engine = await embeddedEngine({});
  await migrate(engine, await readMigrations(migrationsFolder));
  const movableClock = { frozenAt: instantAt(start, zone), offsetMs: 0 };
  const running = await compose({ config, engine, log, movableClock });
  try {
    const demo = await openDemo(running.app, "http://localhost:8080");
    const customer = inventedCustomers(demoShop.businessNumber)[0]?.number;
    if (!demo || !running.travel || !customer) throw new Error("the demo business could not be opened");
    await running.app.jobs.work(running.app);
    await running.http.ready();
    const company = new PhoneCompany(running.http, running.app);
    const transcript = new Transcript({ running, demo, customer, print });
    await play({ company, travel: running.travel, running, demo, customer, transcript }, steps);
    await transcript.outcome();
  } finally {
    await running.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function play(stage: Stage, steps: Step[]): Promise<void> {
  const { company, travel, demo, customer, transcript } = stage;
  const parties = { from: customer, to: demo.business_number };
  const { callSid } = await company.ring(parties);
  await transcript.note(`The customer rings ${demoShop.workspace.name}. Nobody answers.`);
  await forward(stage, readingSeconds);
  await company.endRinging(callSid, "missed");
  await travel.settle();
  await transcript.catchUp();
  for (const [index, step] of steps.entries()) {
    if (step.kind === "wait") await forward(stage, step.seconds);
    else if (step.kind === "until") await goTo(stage, instantAt(step.wallClock, demo.time_zone));
    else {
      await forward(stage, readingSeconds);
      const from = step.kind === "owner" ? demo.owner_number : customer;
      const body =
        step.kind === "owner" ? await transcript.asOwner(step.text) : await transcript.asCustomer(step.text);
      transcript.said(step.kind === "owner" ? "Owner" : "Customer", body);
      await company.text({ from, to: demo.business_number, body });
      // An owner who is about to write does so before the receptionist may.
      const ownerIsNext = step.kind === "customer" && steps[index + 1]?.kind === "owner";
      if (!ownerIsNext) await awaitAnswer(stage);
    }
  }
}

// The owner may have a minute before the receptionist speaks, so time passes until there is an answer, or none to come.
async function awaitAnswer({ travel, running, transcript }: Stage): Promise<void> {
  const askedAt = travel.clock.now().getTime();
  for (;;) {
    await travel.settle();
    if (await transcript.catchUp()) return;
    const { nextDueAt } = await running.app.jobs.outlook(travel.clock.now());
    if (!nextDueAt || nextDueAt.getTime() - askedAt > patienceSeconds * 1000) return;
    await travel.moveTo(nextDueAt);
  }
}

function forward(stage: Stage, seconds: number): Promise<void> {
  return goTo(stage, new Date(stage.travel.clock.now().getTime() + seconds * 1000));
}

async function goTo({ travel, transcript }: Stage, target: Date): Promise<void> {
  if (target > travel.clock.now()) await travel.moveTo(target);
  await transcript.catchUp();
}

function instantAt(wallClock: string, zone: string): Date {
  const plain = Temporal.PlainDateTime.from(wallClock.replace(" ", "T"));
  return new Date(plain.toZonedDateTime(zone).epochMilliseconds);
}

const usage = `Usage: npm run simulate -- <dialogue.txt> [--start "2026-03-02 09:00"]

Each line of the file is a text from the customer. Others:
  # a comment            owner: a text from the owner's phone
  {code}                 the number the customer was asked to send back
  @+2h  @+30m  @+1d      let time pass          @2026-03-04 15:30  go to a time at the shop
Examples are in examples/.
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { start: { type: "string", default: aMonday }, help: { type: "boolean", short: "h" } },
  });
  const [file] = positionals;
  if (values.help || file === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 1;
  }
  try {
    const steps = readScript(await readFile(file, "utf8"));
    await simulate(steps, values.start, (line) => void process.stdout.write(`${line}\n`));
    return 0;
  } catch (error) {
    process.stderr.write(`${file}: ${(error as Error).message}\n`);
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main();
