import type { Log } from "../../../kernel/log.ts";
import type { LanguageModel } from "../../../providers/language-model/port.ts";
import { respondLocally } from "./local/local.ts";
import { respondWithModel } from "./model/model.ts";
import type { Reply, Turn } from "./turn.ts";

/**
 * The receptionist's reply to one turn, whoever finds the words: the language model when there is one, else (or when it
 * fails, or says what it may not) the deterministic receptionist. Nothing is done yet: `actions` are for the caller.
 */
export async function respond(
  turn: Turn,
  model: LanguageModel | undefined,
  log: Pick<Log, "warn">,
  signal?: AbortSignal,
): Promise<Reply> {
  if (!model) return respondLocally(turn);
  const answered = await respondWithModel(turn, model, signal).catch((error: unknown) => {
    log.warn(
      { error: (error as Error).message },
      "the language model failed; the local receptionist answers",
    );
    return undefined;
  });
  return answered ?? respondLocally(turn);
}
