import { isJsonObject } from "../../kernel/json-object.ts";
import { ProviderError, isRetryableStatus, thrownField, thrownMessage } from "../errors.ts";
import type { CallTool, ModelAnswer, ModelRequest, Tool, ToolCall } from "./port.ts";

/** The model and the tools take turns this many times at most. */
export const maxRounds = 8;

/** A call as the model wrote it. `input` is undefined when it was not a JSON object. */
export type RequestedCall = { id: string; name: string; input: Record<string, unknown> | undefined };

/** What a tool said, as text for the model. */
export type ToolReply = { id: string; text: string; isError: boolean };

/** One answer of the model. */
export type Round = Omit<ModelAnswer, "toolCalls"> & { calls: RequestedCall[] };

/** A conversation in one vendor's format: the adapter's part of the loop. */
export interface Dialogue {
  /** Sends the conversation so far and adds the answer to it. */
  ask(options: { allowTools: boolean; signal: AbortSignal }): Promise<Round>;
  /** Adds the tools' replies to the conversation. */
  reply(replies: ToolReply[]): void;
}

/** Lets model and tools take turns until the model answers; the rules are those of `LanguageModel.respond`. */
export async function runToolLoop(options: {
  provider: string;
  dialogue: Dialogue;
  request: ModelRequest;
  callTool: CallTool;
  timeoutMs: number;
}): Promise<ModelAnswer> {
  const { provider, dialogue, request, callTool, timeoutMs } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const answer: ModelAnswer = {
    text: "",
    toolCalls: [],
    stopReason: "end",
    usage: { inputTokens: 0, outputTokens: 0 },
  };

  for (let round = 1; round <= maxRounds; round++) {
    const last = round === maxRounds;
    const { calls, ...said } = await dialogue
      .ask({ allowTools: !last, signal })
      .catch((thrown: unknown) => throwProviderError(provider, thrown, { caller: request.signal, deadline }));
    answer.usage.inputTokens += said.usage.inputTokens;
    answer.usage.outputTokens += said.usage.outputTokens;
    answer.stopReason = said.stopReason;
    // Some models say "let me look" before a call and nothing after it: the last words spoken count.
    if (said.text !== "") answer.text = said.text;
    // A call cut short by the token limit may lack half its input: it is not carried out.
    if (calls.length === 0 || said.stopReason !== "end") return answer;
    if (last) break;
    dialogue.reply(await carryOut(calls, request.tools, callTool, answer.toolCalls, signal));
  }
  throw new ProviderError({
    provider,
    code: "tool-loop",
    message: `the model still called tools after ${maxRounds} rounds`,
    retryable: false,
  });
}

/** One call after another, since a later one may rely on what an earlier one changed. */
async function carryOut(
  calls: RequestedCall[],
  tools: Tool[],
  callTool: CallTool,
  log: ToolCall[],
  signal: AbortSignal,
): Promise<ToolReply[]> {
  const replies: ToolReply[] = [];
  for (const call of calls) {
    if (signal.aborted) break; // nothing more is done for someone who has left; the next ask reports it
    const done = await carryOutOne(call, tools, callTool);
    log.push(done);
    const text = done.error ?? (typeof done.output === "string" ? done.output : toJson(done.output));
    replies.push({ id: call.id, text, isError: done.error !== undefined });
  }
  return replies;
}

async function carryOutOne(call: RequestedCall, tools: Tool[], callTool: CallTool): Promise<ToolCall> {
  const { name, input } = call;
  if (!tools.some((tool) => tool.name === name))
    return { name, input: input ?? {}, error: `no tool "${name}"` };
  if (input === undefined) return { name, input: {}, error: "the input was not a JSON object" };
  try {
    return { name, input, output: await callTool(name, input) };
  } catch (thrown) {
    return { name, input, error: thrownMessage(thrown) };
  }
}

function toJson(output: unknown): string {
  return JSON.stringify(output) ?? "done";
}

/** Maps what either vendor's SDK throws; both carry `status` for an answered request and a class name. */
function throwProviderError(
  provider: string,
  thrown: unknown,
  signals: { caller: AbortSignal | undefined; deadline: AbortSignal },
): never {
  const about = { provider, message: thrownMessage(thrown), cause: thrown };
  if (thrown instanceof ProviderError) throw thrown;
  if (signals.caller?.aborted) throw new ProviderError({ ...about, code: "aborted", retryable: false });
  if (signals.deadline.aborted) throw new ProviderError({ ...about, code: "timeout", retryable: true });
  const status = thrownField(thrown, "status");
  if (typeof status === "number") {
    const code = [thrownField(thrown, "code"), thrownField(thrown, "type")].find(
      (candidate) => typeof candidate === "string" && candidate !== "",
    );
    throw new ProviderError({
      ...about,
      code: typeof code === "string" ? code : `http-${status}`,
      retryable: isRetryableStatus(status),
      status,
    });
  }
  const className = thrown instanceof Error ? thrown.constructor.name : "";
  if (className === "APIConnectionTimeoutError") {
    throw new ProviderError({ ...about, code: "timeout", retryable: true });
  }
  if (className === "APIConnectionError") {
    throw new ProviderError({ ...about, code: "network", retryable: true });
  }
  throw new ProviderError({ ...about, code: "bad-response", retryable: false });
}

/** The value when it is a JSON object, else undefined. */
export function asJsonObject(value: unknown): Record<string, unknown> | undefined {
  return isJsonObject(value) ? value : undefined;
}
