import { setImmediate as nextTurn } from "node:timers/promises";
import { DeadlineExceeded } from "../../../kernel/deadline.ts";
import type { Log } from "../../../kernel/log.ts";
import type { LanguageModel } from "../../../providers/language-model/port.ts";
import { respondLocally } from "./local/local.ts";
import { emptyMemo } from "./memo.ts";
import { respondWithModel } from "./model/model.ts";
import { attended, recallGently } from "./recall.ts";
import type { Reply, Turn } from "./turn.ts";

type Words = (turn: Turn) => Promise<Reply>;

/**
 * What is read for the first time is compiled first, which on a busy machine takes longer than reading does: nobody's ordinary text goes
 * to a person for that.
 */
const mostReadings = 3;

/**
 * The receptionist's reply to one turn, whoever finds the words: the language model when there is one, else (or when it
 * fails, or says what it may not) the deterministic receptionist. A text nobody gets to the end of in time goes to a person.
 * Nothing is done yet: `actions` are for the caller.
 */
export async function respond(
  turn: Turn,
  model: LanguageModel | undefined,
  log: Pick<Log, "warn">,
  signal?: AbortSignal,
  locally: Words = respondLocally,
): Promise<Reply> {
  for (let readings = 1; ; readings += 1) {
    try {
      return await answerOf(turn, model, log, signal, locally);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      if (readings === mostReadings) {
        log.warn({ error: error.message }, "a text could not be read in time; a person has to answer it");
        return unread(turn);
      }
      // Others have their turn before it is tried again.
      await nextTurn();
    }
  }
}

async function answerOf(
  turn: Turn,
  model: LanguageModel | undefined,
  log: Pick<Log, "warn">,
  signal: AbortSignal | undefined,
  locally: Words,
): Promise<Reply> {
  const heard = attended(turn);
  const said = { ...heard, memo: heard.memo ?? (await recallGently(heard)) };
  if (!model) return locally(said);
  const answered = await respondWithModel(said, model, signal).catch((error: unknown) => {
    if (error instanceof DeadlineExceeded) throw error;
    log.warn(
      { error: (error as Error).message },
      "the language model failed; the local receptionist answers",
    );
    return undefined;
  });
  return answered ?? (await locally(said));
}

function unread({ memo, business }: Turn): Reply {
  const who = business.ownerName || "the team";
  return {
    reply: `Sorry, I can't make that out, so I've passed it to ${who}, and a person will get back to you.`,
    intent: "ESCALATE",
    suggestedSlots: [],
    escalate: true,
    reason: "the receptionist could not read a text in time",
    confidence: 0,
    safety: { redactions: [] },
    actions: [],
    memo: { ...emptyMemo(), ...memo },
  };
}
