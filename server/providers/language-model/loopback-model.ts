import { type LoopbackReply, type LoopbackRequest, startLoopback } from "../loopback.ts";

/** What the scripted model says next. A call's `input` as a string goes out as raw, perhaps broken, JSON text. */
export type ScriptedTurn = {
  text?: string;
  calls?: { name: string; input: unknown }[];
  cutShort?: boolean;
  refused?: boolean;
};

/** A request in neutral words, whatever the vendor's format. */
export type SeenRequest = {
  authorization: string | undefined;
  model: string;
  system: string | undefined;
  roles: string[];
  toolNames: string[];
  toolChoice: string | undefined;
  maxTokens: unknown;
  /** The tool results carried by the last message(s). */
  results: { id: string; text: string; isError: boolean }[];
};

export type LoopbackModel = {
  url: string;
  seen: SeenRequest[];
  /** Plays these in order; the last one again and again. */
  play(...turns: (ScriptedTurn | { reply: LoopbackReply })[]): void;
  close(): Promise<void>;
};

/** One vendor's wire format: the path it is served under, how it is read and how it is written. */
type Format = {
  path: string;
  read(body: Json): Omit<SeenRequest, "authorization" | "model">;
  write(turn: ScriptedTurn, round: number): unknown;
};

/** JSON of the vendors, read by path without trusting it. */
type Json = { [key: string]: Json };
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Starts a scripted model that speaks `format` and answers 10 input and 5 output tokens per round. */
export async function startLoopbackModel(format: Format): Promise<LoopbackModel> {
  const seen: SeenRequest[] = [];
  let script: (ScriptedTurn | { reply: LoopbackReply })[] = [];
  const server = await startLoopback((request: LoopbackRequest) => {
    if (request.url.pathname !== format.path)
      return { status: 404, json: { error: { message: "no such path" } } };
    const body = JSON.parse(request.body) as Json;
    const { authorization } = request.headers;
    seen.push({ authorization, model: text(body.model) ?? "", ...format.read(body) });
    const turn = script.length > 1 ? script.shift() : script[0];
    if (turn === undefined) return { status: 500, json: { error: { message: "nothing to say" } } };
    return "reply" in turn ? turn.reply : { status: 200, json: format.write(turn, seen.length) };
  });
  return { url: server.url, seen, play: (...turns) => (script = turns), close: server.close };
}

/** Anthropic's Messages API. */
export const anthropicFormat: Format = {
  path: "/v1/messages",
  read: (body) => ({
    system: text(body.system),
    roles: list(body.messages).map((message) => text(message.role) ?? ""),
    toolNames: list(body.tools).map((tool) => text(tool.name) ?? ""),
    toolChoice: text(body.tool_choice?.type),
    maxTokens: body.max_tokens,
    results: list(list(body.messages).at(-1)?.content).flatMap((block) =>
      text(block.type) === "tool_result"
        ? [
            {
              id: text(block.tool_use_id) ?? "",
              text: text(block.content) ?? "",
              isError: Boolean(block.is_error),
            },
          ]
        : [],
    ),
  }),
  write: ({ text: said, calls = [], cutShort, refused }, round) => ({
    id: `msg_${round}`,
    type: "message",
    role: "assistant",
    model: "scripted",
    content: [
      ...(said === undefined ? [] : [{ type: "text", text: said, citations: null }]),
      ...calls.map(({ name, input }, n) => ({ type: "tool_use", id: `call_${round}_${n}`, name, input })),
    ],
    stop_reason: stopReason(cutShort, refused, calls.length > 0, [
      "max_tokens",
      "refusal",
      "tool_use",
      "end_turn",
    ]),
    stop_sequence: null,
    usage: { input_tokens: 4, cache_creation_input_tokens: 4, cache_read_input_tokens: 2, output_tokens: 5 },
  }),
};

/** OpenAI's chat completions. */
export const openAiFormat: Format = {
  path: "/chat/completions",
  read: (body) => {
    const messages = list(body.messages);
    const lastSaid = messages.findLastIndex((message) => text(message.role) !== "tool");
    return {
      system: text(messages.find((message) => text(message.role) === "system")?.content),
      roles: messages.map((message) => text(message.role) ?? "").filter((role) => role !== "system"),
      toolNames: list(body.tools).map((tool) => text(tool.function?.name) ?? ""),
      toolChoice: text(body.tool_choice),
      maxTokens: body.max_tokens,
      results: messages.slice(lastSaid + 1).map((message) => {
        const content = text(message.content) ?? "";
        const isError = content.startsWith("Error: ");
        return { id: text(message.tool_call_id) ?? "", text: content.replace(/^Error: /, ""), isError };
      }),
    };
  },
  write: ({ text: said, calls = [], cutShort, refused }, round) => ({
    id: `chatcmpl-${round}`,
    object: "chat.completion",
    created: 0,
    model: "scripted",
    choices: [
      {
        index: 0,
        logprobs: null,
        finish_reason: stopReason(cutShort, refused, calls.length > 0, [
          "length",
          "content_filter",
          "tool_calls",
          "stop",
        ]),
        message: {
          role: "assistant",
          content: said ?? null,
          refusal: null,
          ...(calls.length === 0
            ? {}
            : { tool_calls: calls.map((call, n) => writeCall(call, `call_${round}_${n}`)) }),
        },
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }),
};

function writeCall(call: { name: string; input: unknown }, id: string) {
  const raw = typeof call.input === "string" ? call.input : JSON.stringify(call.input);
  return { id, type: "function", function: { name: call.name, arguments: raw } };
}

function stopReason(
  cutShort: boolean | undefined,
  refused: boolean | undefined,
  calls: boolean,
  [length, refusal, tools, end]: [string, string, string, string],
): string {
  if (cutShort) return length;
  if (refused) return refusal;
  return calls ? tools : end;
}
