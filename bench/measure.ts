import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import autocannon from "autocannon";

export const connections = 32;

export type Load = {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: () => { body?: string; path?: string; headers?: Record<string, string> };
  seconds: number;
};

export type Measured = { perSecond: number; p50Ms: number; p99Ms: number; failures: number };

/** Drives one URL with 32 connections for a bounded time. */
export async function drive({ url, method = "GET", headers = {}, body, seconds }: Load): Promise<Measured> {
  const target = new URL(url);
  const result = await autocannon({
    url: target.origin,
    connections,
    duration: seconds,
    requests: [
      {
        method,
        path: target.pathname + target.search,
        headers,
        ...(body
          ? {
              setupRequest: (request) => {
                const made = body();
                return {
                  ...request,
                  ...made,
                  headers: { ...request.headers, ...made.headers },
                } as typeof request;
              },
            }
          : {}),
      },
    ],
  });
  return {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors,
  };
}

/** Starts a Node program and answers its process and the first line that matches. */
export function startProgram(
  file: string,
  environment: Record<string, string>,
  ready: RegExp,
): Promise<{ child: ChildProcess; match: RegExpMatchArray }> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const match = line.match(ready);
      if (match) resolve({ child, match });
    });
  });
}

/** What keeps everything but the work itself out of the figures: no demo, no limits. */
export const quiet = {
  FRONTDESK_DEMO: "0",
  PORT: "0",
  FRONTDESK_RATE_PER_SECOND: "1000000",
  FRONTDESK_RATE_BURST: "1000000",
};

/** Starts a Frontdesk and answers its process; the match holds its port. */
export function startFrontdesk(environment: Record<string, string>): ReturnType<typeof startProgram> {
  return startProgram("server/main.ts", environment, /"url":"http:\/\/127\.0\.0\.1:(\d+)/);
}

export function stopProgram(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

/** Resident memory of a process in MB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(status.match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024);
}
