/**
 * The receptionist whose words a language model finds. The model proposes; everything it says or asks for is checked
 * here against the calendar, the price ranges and what the customer said, and a reply that does not hold is not sent.
 */
import type { LanguageModel } from "../../../../providers/language-model/port.ts";
import { redact } from "../../understanding/understand.ts";
import { care } from "../local/care.ts";
import { respondLocally } from "../local/local.ts";
import { takeUp } from "../local/take-up.ts";
import { dropDraft } from "../memo.ts";
import { momentText } from "../moments.ts";
import { readOurs } from "../recall.ts";
import type { Action, Reply, ReplyIntent, Turn } from "../turn.ts";
import { problemWith } from "./checks.ts";
import { systemPrompt } from "./prompt.ts";
import { startDesk } from "./tools.ts";
import type { Desk } from "./tools.ts";

const maxTokens = 400;
const longestReply = 480;

/** The model's reply, or undefined when it may not be sent and nothing was agreed; throws ProviderError. */
export async function respondWithModel(
  turn: Turn,
  model: LanguageModel,
  signal?: AbortSignal,
): Promise<Reply | undefined> {
  const talk = takeUp(turn);
  // Danger and insults are not left to a model: the same words always, at once.
  if (care(talk)) return respondLocally(turn);
  const desk = startDesk(talk);
  const answer = await model.respond(
    {
      system: systemPrompt(turn, talk.memo),
      messages: turn.messages.map(({ role, text }) => ({ role, text: redact(text).text })),
      tools: desk.tools,
      maxTokens,
      ...(signal ? { signal } : {}),
    },
    desk.call,
  );
  const said = redact(answer.text.trim());
  const usable = answer.stopReason === "end" && said.text !== "" && said.text.length <= longestReply;
  const problem = usable ? problemWith(said.text, desk) : "nothing usable was said";
  if (problem === undefined) return finish(desk, said.text, said.redactions);
  // What the tools agreed to still holds; it is said in our own words. Otherwise the local receptionist answers.
  const agreed = agreedText(desk);
  return agreed === undefined ? undefined : finish(desk, agreed, []);
}

function agreedText({ actions, escalation, talk }: Desk): string | undefined {
  const { turn } = talk;
  if (escalation) return "I've passed this on, and a person will get back to you.";
  const action = actions.at(-1);
  if (!action) return undefined;
  return doneText(action, turn);
}

function doneText(action: Action, turn: Turn): string {
  const { timeZone, services } = turn.business;
  if (action.kind === "book") {
    const name = services.find(({ id }) => id === action.serviceId)?.name ?? "your visit";
    return `You're booked: ${name} on ${momentText(action.startsAt, timeZone)}. Is there anything else?`;
  }
  const title = turn.bookings.find(({ id }) => id === action.bookingId)?.title ?? "visit";
  if (action.kind === "cancel") return `Your ${title} is cancelled. Text any time if you'd like another.`;
  return `Your ${title} is moved to ${momentText(action.startsAt, timeZone)}. Is there anything else?`;
}

function finish(desk: Desk, text: string, redactions: string[]): Reply {
  const { talk, actions, escalation, priced } = desk;
  const { turn, memo } = talk;
  const { business, policy } = turn;
  const done = actions.length > 0;
  if (done) dropDraft(memo);
  readOurs(memo, text, business.timeZone, turn.now);
  const disclose = policy.discloseAi && !memo.disclosed;
  if (disclose) memo.disclosed = true;
  const spoken = disclose ? `Hi, this is the AI assistant for ${business.name}. ${text}` : text;
  const offered = memo.offered.flatMap((iso) => desk.seen.get(iso) ?? []);
  const intent: ReplyIntent = escalation
    ? "ESCALATE"
    : priced
      ? "PROVIDE_PRICE_RANGE"
      : offered.length > 0 || done
        ? "OFFER_TIMESLOTS"
        : "SMALL_TALK";
  return {
    reply: spoken,
    intent,
    suggestedSlots: escalation ? [] : offered,
    escalate: escalation !== undefined,
    ...(escalation ? { reason: escalation } : {}),
    confidence: Math.max(0.5, talk.heard.confidence),
    safety: { redactions: [...redact(talk.text).redactions, ...redactions] },
    actions,
    memo,
  };
}
