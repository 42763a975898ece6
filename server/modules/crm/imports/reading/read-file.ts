/** Files read to their end in processes of their own, a few at a time, before anything is written. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { invalidField, rateLimited } from "../../../../kernel/errors.ts";
import { plainer, split } from "./limits.ts";

/** What is said of a file: its titles, up to three values of each column, and how long each batch of rows is that was put on disk. */
export type ReadFile = { titles: string[]; samples: string[][]; rows: number; batches: number[] };

export type ReaderTask = { from: string; to: string };
export type ReaderAnswer =
  | { result: ReadFile; refused?: undefined }
  | { result?: undefined; refused: { message: string; fix: string } };

const atOnce = 2;
const mostWaitingOfOne = 4;
const timeoutMs = 120_000;
/** For the parser and a batch; the texts of a workbook lie beside it, and are counted there. */
const heapMegabytes = 128;
const program = fileURLToPath(new URL("./reading-process.ts", import.meta.url));

/** One file of a workspace at a time, two in all: what reading costs is the same however many are sent. */
class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #reading = new Set<string>();

  async take<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(workspaceId);
    this.#reading.add(workspaceId);
    try {
      return await work();
    } finally {
      this.#reading.delete(workspaceId);
      this.#next();
    }
  }

  async #turn(workspaceId: string): Promise<void> {
    if (!this.#reading.has(workspaceId) && this.#reading.size < atOnce) return;
    const own = this.#waiting.get(workspaceId) ?? [];
    if (own.length >= mostWaitingOfOne) {
      throw rateLimited("Other files of this workspace are being read.", {
        fix: "Send files one after the other: wait for the answer to each.",
        headers: { "retry-after": "10" },
      });
    }
    await new Promise<void>((resolve) => this.#waiting.set(workspaceId, [...own, resolve]));
  }

  // Whoever has waited the longest and has none being read; a workspace that goes on waiting goes to the end.
  #next(): void {
    for (const [workspaceId, [first, ...rest]] of this.#waiting) {
      if (this.#reading.has(workspaceId) || this.#reading.size >= atOnce) continue;
      this.#waiting.delete(workspaceId);
      if (rest.length > 0) this.#waiting.set(workspaceId, rest);
      this.#reading.add(workspaceId);
      first?.();
    }
  }
}

const turns = new Turns();

/**
 * Reads the table in `from` and leaves its rows in `to`, batch after batch of JSON. Throws a 400 that names the limit for what is no
 * table or too much of one, a 429 for more files at once than are read for one workspace.
 */
export function readFile(workspaceId: string, task: ReaderTask): Promise<ReadFile> {
  return turns.take(workspaceId, () => inProcess(task));
}

// Answers when the process is gone, with what it held.
function inProcess({ from, to }: ReaderTask): Promise<ReadFile> {
  return new Promise((resolve, reject) => {
    let answer: ReaderAnswer | undefined;
    let isLate = false;
    const reader = fork(program, [from, to], {
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      // Nothing in a file is a reason to hand on what this process was told at its start; Windows needs to know where it is.
      env: { SystemRoot: process.env["SystemRoot"] },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    const timer = setTimeout(() => {
      isLate = true;
      reader.kill("SIGKILL");
    }, timeoutMs);
    reader.on("message", (message) => (answer = message as ReaderAnswer));
    reader.once("error", reject);
    reader.once("close", () => {
      clearTimeout(timer);
      if (answer?.result) resolve(answer.result);
      else if (answer?.refused) reject(invalidField("file", answer.refused.message, answer.refused.fix));
      else if (isLate) reject(invalidField("file", `took longer than ${timeoutMs / 1000} s to read`, split));
      else
        reject(invalidField("file", "could not be read: it takes more memory than is given to it", plainer));
    });
  });
}
