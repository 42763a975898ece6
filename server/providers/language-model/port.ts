/** A turn of the conversation so far, as plain text. */
export type ChatMessage = { role: "user" | "assistant"; text: string };

/** Something the model may ask us to do. `inputSchema` is a JSON Schema of type object. */
export type Tool = { name: string; description: string; inputSchema: Record<string, unknown> };

/** What the model is asked. `maxTokens` bounds each answer; `signal` gives up on the whole turn. */
export type ModelRequest = {
  system: string;
  messages: ChatMessage[];
  tools: Tool[];
  maxTokens: number;
  signal?: AbortSignal;
};

/**
 * Does what the model asked. What it throws is told to the model, which may try otherwise. It is expected to
 * end by itself: the deadline of the turn does not interrupt it.
 */
export type CallTool = (name: string, input: Record<string, unknown>) => Promise<unknown>;

/** A call the model made, in order. `error` when the call was malformed, unknown or threw; else `output`. */
export type ToolCall = { name: string; input: Record<string, unknown>; output?: unknown; error?: string };

/** `text` is what the model finally said. `usage` sums every round. */
export type ModelAnswer = {
  text: string;
  toolCalls: ToolCall[];
  stopReason: "end" | "max-tokens" | "refusal";
  usage: { inputTokens: number; outputTokens: number };
};

/**
 * A chat model that can use tools. The deterministic receptionist implements the same interface elsewhere, so
 * that whoever needs an answer does not know who gives it.
 */
export interface LanguageModel {
  readonly name: "local" | "anthropic" | "openai";
  readonly model: string;
  /**
   * Answers, calling `callTool` one call after another for at most 8 rounds; in the last round the model must
   * answer without tools. Throws ProviderError: "timeout" when the whole turn took too long, "aborted" when
   * `signal` fired, "tool-loop" when the model would not stop calling tools.
   */
  respond(request: ModelRequest, callTool: CallTool): Promise<ModelAnswer>;
}

/** What a model behind an API needs. `timeoutMs` bounds a whole turn with all its rounds; `maxRetries` is per request to the API. */
export type RemoteModelOptions = {
  apiKey: string;
  model: string;
  baseUrl?: string;
  timeoutMs?: number;
  maxRetries?: number;
};
