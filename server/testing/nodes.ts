import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programEnvironment, root } from "./root.ts";

/** A Frontdesk in a process of its own, as an operator would run it. */
export type Node = {
  url: string;
  dataFolder: string;
  process: ChildProcess;
  /** Ends it at once, as a power cut or the kernel would; nothing is finished. */
  kill(): Promise<void>;
  /** Asks it to stop and waits until it has finished what it was doing. */
  stop(): Promise<void>;
};

/** Starts server/main.ts with these variables and resolves when it listens. It keeps its data folder when one is given. */
export async function startNode(environment: Record<string, string>): Promise<Node> {
  const given = environment["FRONTDESK_DATA"];
  const dataFolder = given ?? (await mkdtemp(join(tmpdir(), "frontdesk-node-")));
  const child = spawn(process.execPath, [join(root, "server/main.ts")], {
    env: {
      ...programEnvironment,
      HOST: "127.0.0.1",
      PORT: "0",
      FRONTDESK_DEMO: "0",
      FRONTDESK_RATE_PER_SECOND: "100000",
      FRONTDESK_RATE_BURST: "100000",
      ...environment,
      FRONTDESK_DATA: dataFolder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await listening(child);
  const finish = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
    if (given === undefined) await rm(dataFolder, { recursive: true, force: true });
  };
  return { url, dataFolder, process: child, kill: () => finish("SIGKILL"), stop: () => finish("SIGTERM") };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}: ${errors.slice(-2000)}`)));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = line.startsWith("{") ? (JSON.parse(line) as { msg?: string; url?: string }) : undefined;
      if (ready?.msg === "Frontdesk is ready" && ready.url) resolve(ready.url);
    });
  });
}
