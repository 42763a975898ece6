/** Watches a node from a thread of its own: how long /healthz stays unanswered, and how much memory the process holds. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as realTime } from "node:timers/promises";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const everyMs = 20;

export type Seen = {
  /** The longest time from asking /healthz to its answer, in milliseconds. */
  longestStallMs: number;
  /** Resident memory of the process: the least and the most seen, in megabytes. */
  idleMb: number;
  peakMb: number;
};

export type Watch = {
  /** Begins a new reading. */
  reset(): Promise<void>;
  read(): Promise<Seen>;
  end(): Promise<void>;
};

/** Starts watching the node at `url` whose process is `pid`. Memory is read from /proc and is 0 where there is none. */
export function watchNode(url: string, pid: number): Watch {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url, pid } });
  const ask = async (question: "reset" | "read"): Promise<Seen> => {
    worker.postMessage(question);
    const [seen] = (await once(worker, "message")) as [Seen];
    return seen;
  };
  return {
    reset: async () => void (await ask("reset")),
    read: () => ask("read"),
    end: async () => void (await worker.terminate()),
  };
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

async function watch({ url, pid }: { url: string; pid: number }): Promise<void> {
  let longestStallMs = 0;
  let idleMb = 0;
  let peakMb = 0;
  // The one being waited for counts as well: a node that never answers must not look quick.
  let askedAt = performance.now();
  parentPort?.on("message", (question: "reset" | "read") => {
    if (question === "reset") {
      longestStallMs = 0;
      idleMb = 0;
      peakMb = 0;
      askedAt = performance.now();
    }
    const now = Math.max(longestStallMs, performance.now() - askedAt);
    parentPort?.postMessage({ longestStallMs: now, idleMb, peakMb } satisfies Seen);
  });
  for (;;) {
    askedAt = performance.now();
    await fetch(`${url}/healthz`)
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
    longestStallMs = Math.max(longestStallMs, performance.now() - askedAt);
    const mb = await residentMb(pid);
    idleMb = idleMb === 0 ? mb : Math.min(idleMb, mb);
    peakMb = Math.max(peakMb, mb);
    askedAt = performance.now();
    await realTime(everyMs);
  }
}

if (!isMainThread) void watch(workerData as { url: string; pid: number });
