import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { providerErrorOf as errorOf } from "../loopback.ts";
import { adapterNames, noTools, request, withAdapter } from "./contract-setup.ts";

for (const name of adapterNames) {
  describe(`language model contract, when things fail: ${name}`, () => {
    const withModel = withAdapter(name);

    const failures = [
      { status: 401, retryable: false },
      { status: 400, retryable: false },
      { status: 429, retryable: true },
      { status: 500, retryable: true },
      { status: 529, retryable: true },
    ];
    for (const { status, retryable } of failures) {
      it(
        `maps ${status} to ${retryable ? "a retryable" : "a permanent"} error`,
        withModel(async (model, { play, seen }) => {
          const error = { type: "some_error", message: "no", code: null };
          play({ reply: { status, json: { type: "error", error } } });
          const thrown = await errorOf(model.respond(request, noTools));
          assert.deepEqual([thrown.code, thrown.retryable, thrown.status], ["some_error", retryable, status]);
          assert.equal(seen.length, 1);
          assert.doesNotMatch(thrown.message, /key-1/);
        }),
      );
    }

    it(
      "retries by itself what may pass",
      withModel(
        async (model, { play, seen }) => {
          const busy = {
            status: 429,
            json: { error: { message: "slow down" } },
            headers: { "retry-after-ms": "1" },
          };
          play({ reply: busy }, { text: "Here." });
          assert.equal((await model.respond(request, noTools)).text, "Here.");
          assert.equal(seen.length, 2);
        },
        { maxRetries: 1 },
      ),
    );

    it(
      "maps a cut connection, a page of HTML and an empty answer",
      withModel(async (model, { play }) => {
        play({ reply: "drop" });
        const cut = await errorOf(model.respond(request, noTools));
        assert.deepEqual([cut.code, cut.retryable], ["network", true]);
        play({ reply: { status: 502, text: "<h1>Bad gateway</h1>" } });
        const gateway = await errorOf(model.respond(request, noTools));
        assert.deepEqual([gateway.code, gateway.retryable], ["http-502", true]);
        for (const reply of [
          { status: 200, text: "<h1>Hello</h1>" },
          { status: 200, json: {} },
        ]) {
          play({ reply });
          const odd = await errorOf(model.respond(request, noTools));
          assert.deepEqual([odd.code, odd.retryable], ["bad-response", false]);
        }
      }),
    );

    it(
      "gives up when the whole turn takes too long",
      withModel(
        async (model, { play }) => {
          play({ reply: "hang" });
          const error = await errorOf(model.respond(request, noTools));
          assert.deepEqual([error.code, error.retryable], ["timeout", true]);
        },
        { timeoutMs: 100 },
      ),
    );

    it(
      "stops when the caller gives up, also between two rounds",
      withModel(async (model, { play, seen }) => {
        const caller = new AbortController();
        play({ calls: [{ name: "book", input: {} }] }, { text: "never asked" });
        const turn = model.respond({ ...request, signal: caller.signal }, async () => {
          caller.abort();
          return "ok";
        });
        const error = await errorOf(turn);
        assert.deepEqual([error.code, error.retryable, seen.length], ["aborted", false, 1]);
      }),
    );
  });
}
