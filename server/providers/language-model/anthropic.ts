import type { Anthropic } from "@anthropic-ai/sdk";
import { ProviderError } from "../errors.ts";
import type { LanguageModel, ModelRequest, RemoteModelOptions } from "./port.ts";
import { type Dialogue, type Round, asJsonObject, runToolLoop } from "./tool-loop.ts";

const provider = "anthropic";

/** Claude through Anthropic's Messages API. The SDK is loaded on first use. */
export function createAnthropicModel(options: RemoteModelOptions): LanguageModel {
  const { model, timeoutMs = 60_000 } = options;
  let client: Promise<Anthropic> | undefined;
  return {
    name: "anthropic",
    model,
    async respond(request, callTool) {
      const dialogue = openDialogue(await (client ??= loadClient(options)), model, request);
      return runToolLoop({ provider, dialogue, request, callTool, timeoutMs });
    },
  };
}

async function loadClient({ apiKey, baseUrl, maxRetries = 2 }: RemoteModelOptions): Promise<Anthropic> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  // Given or set to null, as the SDK would otherwise look for it in the environment.
  const baseURL = baseUrl ?? "https://api.anthropic.com";
  return new Anthropic({
    apiKey,
    baseURL,
    maxRetries,
    webhookKey: null,
    openTelemetry: false,
    logLevel: "off",
  });
}

function openDialogue(client: Anthropic, model: string, request: ModelRequest): Dialogue {
  const messages = toMessages(request);
  const tools = request.tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    input_schema: { ...inputSchema, type: "object" as const },
  }));
  return {
    async ask({ allowTools, signal }) {
      const choice = { type: allowTools ? ("auto" as const) : ("none" as const) };
      const message = await client.messages.create(
        {
          model,
          max_tokens: request.maxTokens,
          messages,
          ...(request.system === "" ? {} : { system: request.system }),
          ...(tools.length === 0 ? {} : { tools, tool_choice: choice }),
        },
        { signal },
      );
      const round = toRound(message);
      // Whole, since the API wants blocks it put there itself (thinking) back unchanged.
      messages.push({ role: "assistant", content: message.content });
      return round;
    },
    reply(replies) {
      const content = replies.map(({ id, text, isError }) => ({
        type: "tool_result" as const,
        tool_use_id: id,
        content: text,
        is_error: isError,
      }));
      messages.push({ role: "user", content });
    },
  };
}

function toMessages(request: ModelRequest): Anthropic.MessageParam[] {
  const spoken = request.messages.filter((message) => message.text.trim() !== ""); // empty ones are refused
  const messages = spoken.map(({ role, text }): Anthropic.MessageParam => ({ role, content: text }));
  // The API wants a user first, while our conversations may open with the business's own text message.
  if (messages[0]?.role !== "user")
    messages.unshift({ role: "user", content: "(start of the conversation)" });
  return messages;
}

function toRound(message: Anthropic.Message): Round {
  if (!Array.isArray(message.content)) {
    throw new ProviderError({
      provider,
      code: "bad-response",
      message: "the answer carried no content",
      retryable: false,
    });
  }
  const { usage } = message;
  const cached = (usage?.cache_creation_input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0);
  return {
    text: message.content
      .flatMap((block) => (block.type === "text" ? [block.text] : []))
      .join("")
      .trim(),
    calls: message.content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, input: asJsonObject(block.input) }] : [],
    ),
    stopReason: toStopReason(message.stop_reason),
    usage: { inputTokens: (usage?.input_tokens ?? 0) + cached, outputTokens: usage?.output_tokens ?? 0 },
  };
}

function toStopReason(reason: Anthropic.StopReason | null): Round["stopReason"] {
  if (reason === "max_tokens" || reason === "model_context_window_exceeded") return "max-tokens";
  return reason === "refusal" ? "refusal" : "end";
}
