import { setTimeout as realTime } from "node:timers/promises";
import { systemActor } from "../server/kernel/actor.ts";
import type { App } from "../server/kernel/app.ts";
import { job } from "../server/kernel/jobs.ts";
import { module } from "../server/kernel/operation.ts";
import { medianOf, percentile } from "./numbers.ts";

let ran = 0;
const startedAt = new Map<number, number>();

const benchJob = job<{ number: number }>({
  name: "bench-nothing",
  concurrency: 8,
  async run(_job, { number }) {
    ran += 1;
    startedAt.set(number, performance.now());
  },
});

export const benchModule = module({ name: "bench", jobs: [benchJob] });

export type JobFigures = { perSecond: number; p50Ms: number; p99Ms: number };

/** Jobs enqueued one per transaction: how many a second, and how long after its commit one starts. */
export async function measureJobs(app: App, workspaceId: string): Promise<JobFigures> {
  const occasion = {
    workspaceId,
    actor: systemActor(workspaceId),
    surface: "bench",
    operation: "bench",
    requestId: "bench",
  };
  const enqueue = (number: number) =>
    app.inWorkspace(occasion, async (ctx) => ctx.enqueue(benchJob, { number }));
  const until = async (count: number) => {
    while (ran < count) await realTime(1);
  };
  ran = 0;
  for (let number = 0; number < 20; number += 1) await enqueue(number);
  await until(20);
  const latencies: number[] = [];
  for (let number = 100; number < 300; number += 1) {
    await enqueue(number);
    const committed = performance.now();
    await until(ran + (startedAt.has(number) ? 0 : 1));
    latencies.push(Math.max(0, (startedAt.get(number) ?? committed) - committed));
  }
  ran = 0;
  const total = 1500;
  const from = performance.now();
  await Promise.all(
    Array.from({ length: 16 }, async (_, lane) => {
      for (let number = lane; number < total; number += 16) await enqueue(1000 + number);
    }),
  );
  await until(total);
  return {
    perSecond: total / ((performance.now() - from) / 1000),
    p50Ms: medianOf(latencies),
    p99Ms: percentile(latencies, 0.99),
  };
}
