import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { providerErrorOf as errorOf } from "../loopback.ts";
import { adapterNames, noTools, request, withAdapter } from "./contract-setup.ts";
import type { ModelRequest } from "./port.ts";

for (const name of adapterNames) {
  describe(`language model contract: ${name}`, () => {
    const withModel = withAdapter(name);

    it(
      "asks with the key, the system prompt and the conversation, and returns the answer",
      withModel(async (model, { play, seen }) => {
        play({ text: " Monday at ten. " });
        const messages: ModelRequest["messages"] = [
          { role: "user", text: "Hi" },
          { role: "assistant", text: "Hello!" },
          { role: "user", text: "Monday?" },
        ];
        const answer = await model.respond({ ...request, messages }, noTools);
        assert.deepEqual(answer, {
          text: "Monday at ten.",
          toolCalls: [],
          stopReason: "end",
          usage: { inputTokens: 10, outputTokens: 5 },
        });
        assert.deepEqual([model.name, model.model], [name, "model-1"]);
        assert.deepEqual(seen, [
          {
            authorization: "Bearer key-1",
            model: "model-1",
            system: request.system,
            roles: ["user", "assistant", "user"],
            toolNames: ["find_slots", "book"],
            toolChoice: "auto",
            maxTokens: 400,
            results: [],
          },
        ]);
      }),
    );

    it(
      "asks without tools or system prompt when there are none",
      withModel(async (model, { play, seen }) => {
        play({ text: "Hello." });
        await model.respond({ ...request, tools: [], system: "" }, noTools);
        const { system, toolNames, toolChoice } = seen[0] ?? assert.fail();
        assert.deepEqual(
          { system, toolNames, toolChoice },
          { system: undefined, toolNames: [], toolChoice: undefined },
        );
      }),
    );

    it(
      "calls tools in order, round after round, and sums the usage",
      withModel(async (model, { play, seen }) => {
        play(
          {
            text: "Let me look.",
            calls: [
              { name: "find_slots", input: { day: "mon" } },
              { name: "find_slots", input: { day: "tue" } },
            ],
          },
          { calls: [{ name: "book", input: {} }] },
          { text: "Booked for ten." },
        );
        const running: string[] = [];
        const answer = await model.respond(request, async (tool, input) => {
          running.push(tool);
          assert.equal(running.length, 1, "one after another");
          await Promise.resolve();
          running.pop();
          return tool === "book" ? "done" : { day: input.day, slots: ["10:00"] };
        });
        assert.equal(answer.text, "Booked for ten.");
        assert.deepEqual(answer.usage, { inputTokens: 30, outputTokens: 15 });
        assert.deepEqual(answer.toolCalls, [
          { name: "find_slots", input: { day: "mon" }, output: { day: "mon", slots: ["10:00"] } },
          { name: "find_slots", input: { day: "tue" }, output: { day: "tue", slots: ["10:00"] } },
          { name: "book", input: {}, output: "done" },
        ]);
        assert.deepEqual(seen[1]?.results, [
          { id: "call_1_0", text: '{"day":"mon","slots":["10:00"]}', isError: false },
          { id: "call_1_1", text: '{"day":"tue","slots":["10:00"]}', isError: false },
        ]);
        assert.deepEqual(seen[2]?.results, [{ id: "call_2_0", text: "done", isError: false }]);
      }),
    );

    it(
      "tells the model what went wrong with a call and lets it go on",
      withModel(async (model, { play, seen }) => {
        play(
          {
            calls: [
              { name: "find_slots", input: '{"day": "mo' },
              { name: "find_slots", input: ["mon"] },
              { name: "drop_table", input: {} },
              { name: "book", input: {} },
            ],
          },
          { text: "Sorry, that failed." },
        );
        const answer = await model.respond(request, async (tool) => {
          assert.equal(tool, "book");
          throw new Error("that time is taken");
        });
        assert.equal(answer.text, "Sorry, that failed.");
        const errors = [
          "the input was not a JSON object",
          "the input was not a JSON object",
          'no tool "drop_table"',
          "that time is taken",
        ];
        assert.deepEqual(
          answer.toolCalls.map((call) => call.error),
          errors,
        );
        assert.deepEqual(
          seen[1]?.results,
          errors.map((text, n) => ({ id: `call_1_${n}`, text, isError: true })),
        );
      }),
    );

    it(
      "takes the last words when the model says nothing after its calls",
      withModel(async (model, { play }) => {
        play({ text: "I have booked it.", calls: [{ name: "book", input: {} }] }, {});
        assert.equal((await model.respond(request, async () => undefined)).text, "I have booked it.");
      }),
    );

    it(
      "makes the model answer in the eighth round",
      withModel(async (model, { play, seen }) => {
        const call = { calls: [{ name: "book", input: {} }] };
        play(call, call, call, call, call, call, call, { text: "Enough." });
        const answer = await model.respond(request, async () => "ok");
        assert.deepEqual([answer.text, answer.toolCalls.length], ["Enough.", 7]);
        assert.deepEqual(
          seen.map((round) => round.toolChoice),
          [...Array<string>(7).fill("auto"), "none"],
        );
      }),
    );

    it(
      "gives up on a model that never stops calling tools",
      withModel(async (model, { play }) => {
        play({ calls: [{ name: "book", input: {} }] });
        let calls = 0;
        const error = await errorOf(model.respond(request, async () => ++calls));
        assert.deepEqual([error.code, error.retryable, calls], ["tool-loop", false, 7]);
      }),
    );

    it(
      "does not carry out a call that was cut short, and says why the answer ended",
      withModel(async (model, { play }) => {
        play({ text: "Well", cutShort: true, calls: [{ name: "book", input: {} }] });
        const cut = await model.respond(request, noTools);
        assert.deepEqual([cut.text, cut.stopReason, cut.toolCalls], ["Well", "max-tokens", []]);
        play({ text: "", refused: true });
        assert.equal((await model.respond(request, noTools)).stopReason, "refusal");
      }),
    );

    it(
      "leaves empty messages out of a conversation that we opened",
      withModel(async (model, { play, seen }) => {
        play({ text: "Sure." });
        const messages: ModelRequest["messages"] = [
          { role: "assistant", text: "Sorry we missed your call." },
          { role: "user", text: " " },
          { role: "user", text: "Can you come on Monday?" },
        ];
        await model.respond({ ...request, messages }, noTools);
        // Anthropic wants a user to speak first.
        const opening = name === "anthropic" ? ["user"] : [];
        assert.deepEqual(seen[0]?.roles, [...opening, "assistant", "user"]);
      }),
    );
  });
}
