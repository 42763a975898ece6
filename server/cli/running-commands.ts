import type { Answer } from "../kernel/one-line.ts";
import type { CommandAnswer, Installation } from "./open.ts";

/** What a serving process does for the commands that its lock on the data folder keeps out. */
export class RunningCommands {
  readonly #opened = Promise.withResolvers<Installation>();
  readonly #inProgress = new Set<Promise<CommandAnswer>>();
  #closed = false;

  /** Takes `{argv}`, the words after `frontdesk`; waits for `open`. Undefined for anything else and after `close`. */
  readonly answer: Answer = async (question) => {
    const argv = wordsOf(question);
    const installation = argv && (await this.#opened.promise);
    if (!argv || !installation || this.#closed) return undefined;
    const running = import("./carry-out.ts").then(({ carryOut }) => carryOut(installation, argv));
    this.#inProgress.add(running);
    try {
      return await running;
    } catch (error) {
      installation.log.error({ error: (error as Error).message }, "a command could not be carried out");
      return undefined;
    } finally {
      this.#inProgress.delete(running);
    }
  };

  open(installation: Installation): void {
    this.#opened.resolve(installation);
  }

  /** Takes no more and resolves when those in progress are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#inProgress);
  }
}

function wordsOf(question: unknown): string[] | undefined {
  const argv = typeof question === "object" && question !== null && "argv" in question ? question.argv : [];
  if (!Array.isArray(argv) || argv.length === 0) return undefined;
  return argv.every((word): word is string => typeof word === "string") ? argv : undefined;
}
