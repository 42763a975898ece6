import assert from "node:assert/strict";
import { createAnthropicModel } from "./anthropic.ts";
import { type LoopbackModel, anthropicFormat, openAiFormat, startLoopbackModel } from "./loopback-model.ts";
import { createOpenAiCompatibleModel } from "./openai-compatible.ts";
import type { LanguageModel, ModelRequest, Tool } from "./port.ts";

/** What the contract tests of every language model share. */
const tools: Tool[] = [
  {
    name: "find_slots",
    description: "Free times of a day.",
    inputSchema: { type: "object", properties: { day: { type: "string" } }, required: ["day"] },
  },
  { name: "book", description: "Books a time.", inputSchema: { type: "object", properties: {} } },
];
export const request: ModelRequest = {
  system: "You are the receptionist.",
  messages: [{ role: "user", text: "Anything free on Monday?" }],
  tools,
  maxTokens: 400,
};
export const noTools = async () => assert.fail("no tool was to be called");

const adapters = {
  anthropic: { create: createAnthropicModel, format: anthropicFormat },
  openai: { create: createOpenAiCompatibleModel, format: openAiFormat },
};

export type AdapterName = keyof typeof adapters;
export const adapterNames: AdapterName[] = ["anthropic", "openai"];

/** Wraps a test of one adapter: a scripted model on loopback is there while it runs. */
export function withAdapter(name: AdapterName) {
  const { create, format } = adapters[name];
  type Test = (model: LanguageModel, loopback: LoopbackModel) => Promise<void>;
  return (test: Test, options: { timeoutMs?: number; maxRetries?: number } = {}) =>
    async () => {
      const loopback = await startLoopbackModel(format);
      const { timeoutMs, maxRetries = 0 } = options;
      const model = create({
        apiKey: "key-1",
        model: "model-1",
        baseUrl: loopback.url,
        timeoutMs,
        maxRetries,
      });
      try {
        await test(model, loopback);
      } finally {
        await loopback.close();
      }
    };
}
