import type { OpenAI } from "openai";
import { ProviderError } from "../errors.ts";
import type { LanguageModel, ModelRequest, RemoteModelOptions } from "./port.ts";
import { type Dialogue, type RequestedCall, type Round, asJsonObject, runToolLoop } from "./tool-loop.ts";

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type MessageParam = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type CallParam = OpenAI.Chat.Completions.ChatCompletionMessageToolCall;

const provider = "openai";

/**
 * A model behind the chat completions API: OpenAI's own, or with `baseUrl` anything that speaks it (vLLM,
 * Ollama, OpenRouter, …). The SDK is loaded on first use.
 */
export function createOpenAiCompatibleModel(options: RemoteModelOptions): LanguageModel {
  const { model, timeoutMs = 60_000 } = options;
  // OpenAI's newer models refuse max_tokens; many of the compatible servers know nothing else.
  const limitName = options.baseUrl === undefined ? "max_completion_tokens" : "max_tokens";
  let client: Promise<OpenAI> | undefined;
  return {
    name: "openai",
    model,
    async respond(request, callTool) {
      const dialogue = openDialogue(await (client ??= loadClient(options)), model, limitName, request);
      return runToolLoop({ provider, dialogue, request, callTool, timeoutMs });
    },
  };
}

async function loadClient({ apiKey, baseUrl, maxRetries = 2 }: RemoteModelOptions): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    // Given or set to null, as the SDK would otherwise look for it in the environment.
    apiKey,
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries,
    logLevel: "off",
  });
}

function openDialogue(
  client: OpenAI,
  model: string,
  limitName: "max_tokens" | "max_completion_tokens",
  request: ModelRequest,
): Dialogue {
  const spoken = request.messages.filter((message) => message.text.trim() !== ""); // some servers refuse empty ones
  const messages = spoken.map(({ role, text }): MessageParam => ({ role, content: text }));
  if (request.system !== "") messages.unshift({ role: "system", content: request.system });
  const tools = request.tools.map(({ name, description, inputSchema }) => ({
    type: "function" as const,
    function: { name, description, parameters: inputSchema },
  }));
  return {
    async ask({ allowTools, signal }) {
      const choice = allowTools ? ("auto" as const) : ("none" as const);
      const completion = await client.chat.completions.create(
        {
          model,
          [limitName]: request.maxTokens,
          messages,
          ...(tools.length === 0 ? {} : { tools, tool_choice: choice }),
        },
        { signal },
      );
      const said = firstMessage(completion);
      messages.push({
        role: "assistant",
        content: said.content ?? null,
        ...(said.tool_calls?.length ? { tool_calls: said.tool_calls } : {}),
      });
      return toRound(completion, said);
    },
    reply(replies) {
      for (const { id, text, isError } of replies) {
        messages.push({ role: "tool", tool_call_id: id, content: isError ? `Error: ${text}` : text });
      }
    },
  };
}

function firstMessage(completion: Completion): OpenAI.Chat.Completions.ChatCompletionMessage {
  const message = completion.choices?.[0]?.message;
  if (message !== undefined) return message;
  throw new ProviderError({
    provider,
    code: "bad-response",
    message: "the answer carried no message",
    retryable: false,
  });
}

function toRound(completion: Completion, said: OpenAI.Chat.Completions.ChatCompletionMessage): Round {
  const reason = completion.choices[0]?.finish_reason;
  const cutShort = reason === "length" ? "max-tokens" : "end";
  const refused = reason === "content_filter" || Boolean(said.refusal);
  return {
    text: (said.content ?? said.refusal ?? "").trim(),
    calls: (said.tool_calls ?? []).map(toCall),
    stopReason: refused ? "refusal" : cutShort,
    usage: {
      inputTokens: completion.usage?.prompt_tokens ?? 0,
      outputTokens: completion.usage?.completion_tokens ?? 0,
    },
  };
}

function toCall(call: CallParam): RequestedCall {
  if (call.type === "custom") return { id: call.id, name: call.custom.name, input: undefined };
  return { id: call.id, name: call.function.name, input: parseArguments(call.function.arguments) };
}

/** Models write the arguments as text, and not always as JSON; none at all means an empty object. */
function parseArguments(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    return asJsonObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
