/**
 * The slot engine beside a slow walk minute by minute, on SLOT_CASES random searches (default 100000) drawn near the instants at
 * which clocks and calendars trip, with SLOT_SEED, on two threads. Exits 1 with the smallest search on which the two differ.
 */
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { placesOf } from "../server/testing/proofs/slots/places.ts";
import { type Proof, proveSlots } from "../server/testing/proofs/slots/prove-slots.ts";

const threads = 2;
/** A chunk has its own seed, so that what one of them found can be run again alone, however many threads there are. */
const chunk = 1000;
type Chunk = { seed: number; cases: number };
type Answer = { chunk: Chunk; proof: Proof };

if (isMainThread) await main();
else parentPort?.once("message", run);

function run(one: Chunk): void {
  parentPort?.postMessage({ chunk: one, proof: proveSlots(one.seed, one.cases) } satisfies Answer);
  parentPort?.once("message", run);
}

async function main(): Promise<void> {
  const cases = Number(process.env["SLOT_CASES"] ?? 100_000);
  const seed = Number(process.env["SLOT_SEED"] ?? 20_261_121);
  const waiting = Array.from({ length: Math.ceil(cases / chunk) }, (_, n) => ({
    seed: seed + n,
    cases: Math.min(chunk, cases - n * chunk),
  }));
  const reasons = new Map<string, number>();
  const places = new Map(
    placesOf().map(({ zone, anchor }) => [`${zone} ${new Date(anchor).toISOString()}`, 0]),
  );
  let done = 0;
  let reported = 0;
  let failed: Answer | undefined;

  const take = ({ chunk: one, proof }: Answer): void => {
    done += one.cases;
    for (const [reason, times] of Object.entries(proof.reasons)) add(reasons, reason, times);
    for (const [place, times] of Object.entries(proof.places)) add(places, place, times);
    if (proof.counterexample) failed ??= { chunk: one, proof };
    if (Math.floor((done * 20) / cases) === reported) return;
    reported = Math.floor((done * 20) / cases);
    print(
      `${done} of ${cases} searches, ${reasons.get("slot") ?? 0} slots, ${failed ? "they differ" : "all the same"}`,
    );
  };
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url));
    for (let one = waiting.shift(); one && !failed; one = waiting.shift()) {
      worker.postMessage(one);
      const [answer] = (await once(worker, "message")) as [Answer];
      take(answer);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, thread));

  const zones = new Set([...places.keys()].map((place) => place.split(" ")[0]));
  const fewest = Math.min(...places.values());
  print(`${places.size} places in ${zones.size} zones, each in ${fewest} searches at least`);
  print([...reasons].map(([reason, times]) => `${reason}: ${times}`).join(", "));
  if (!failed) return;
  const { chunk: one, proof } = failed;
  print(
    `They differ (SLOT_SEED=${one.seed} SLOT_CASES=${one.cases}):\n${JSON.stringify(proof.counterexample, null, 1)}`,
  );
  process.exitCode = 1;
}

function add(counts: Map<string, number>, name: string, more: number): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
