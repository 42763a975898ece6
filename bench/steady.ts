import { setTimeout as realTime } from "node:timers/promises";
import { medianOf, percentile } from "./numbers.ts";

type Post = { url: string; body: string; headers: Record<string, string> };

/** Posts `perSecond` requests a second, evenly, whether or not the ones before have been answered. */
export async function steadily(
  next: () => Post,
  perSecond: number,
  seconds: number,
): Promise<{ p50Ms: number; p99Ms: number }> {
  const latencies: number[] = [];
  const sent: Promise<void>[] = [];
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const { url, body, headers } = next();
    const from = performance.now();
    sent.push(
      fetch(url, { method: "POST", body, headers }).then(async (response) => {
        await response.text();
        if (!response.ok) throw new Error(`${url} answered ${response.status}`);
        latencies.push(performance.now() - from);
      }),
    );
    await realTime(1000 / perSecond);
  }
  await Promise.all(sent);
  return { p50Ms: medianOf(latencies), p99Ms: percentile(latencies, 0.99) };
}
