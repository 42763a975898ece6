/** For every operation there is: what does not fit is refused by the field's name, with what to send instead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../kernel/registry.ts";
import { knownScopes, privateScopes } from "../../scopes.ts";
import { startHarness } from "../harness.ts";
import type { Answer } from "../harness.ts";
import type { AnyOperation } from "../../kernel/operation.ts";
import type { Place } from "./fixtures.ts";
import { authOf, credential, send } from "./requests.ts";
import { fittingInput, wrongInputs } from "./wrong-inputs.ts";
import type { Wrong } from "./wrong-inputs.ts";

const frontdesk = await startHarness();
const place: Place = { frontdesk, workspace: await frontdesk.workspace() };
const operations = frontdesk.app.registry.operations.filter((one) => one.route);
const kinds = new Map<string, number>();

for (const operation of operations) {
  test(`${nameOf(operation)} says how to mend what does not fit`, async () => {
    const scopes = authOf(operation) === "scoped-token" ? privateScopes : [...knownScopes];
    const key = await credential(operation, place, scopes);
    const wrongs = wrongInputs(operation, fittingInput(operation, place));
    assert.ok(wrongs.length > 0, "the schema refuses something");
    for (const wrong of wrongs) {
      const answer = await send(frontdesk, operation, wrong.input, { key });
      mendable(operation, wrong, answer);
      kinds.set(wrong.kind, (kinds.get(wrong.kind) ?? 0) + 1);
    }
  });
}

test("every kind of mistake was made", (context) => {
  context.diagnostic(JSON.stringify(Object.fromEntries(kinds)));
  for (const kind of [
    "missing",
    "type",
    "word",
    "mistyped word",
    "uuid",
    "date-time",
    "unknown",
    "mistyped",
  ]) {
    assert.ok((kinds.get(kind) ?? 0) > 5, kind);
  }
});

function mendable(operation: AnyOperation, { kind, field, near }: Wrong, answer: Answer): void {
  const about = `${kind} ${field}: ${answer.text}`;
  assert.equal(answer.status, operation.voice?.status ?? 400, about);
  assert.ok(answer.text.includes(field), about);
  if (near !== undefined) assert.ok(answer.text.includes(`Did you mean ${near}?`), about);
  if (operation.voice) return saidOnce(answer.text.slice(operation.voice.failure.length), about);
  // The capability of strangers' agents has an error without an object around it.
  const { message, fix } = typeof answer.body.error === "string" ? answer.body : answer.body.error;
  assert.ok(typeof fix === "string" && lettersOf(fix) !== "", about);
  assert.ok(!lettersOf(message).includes(lettersOf(fix)), about);
  assert.ok(message.includes(field), about);
}

/** No sentence an agent would speak stands there twice. */
function saidOnce(text: string, about: string): void {
  const sentences = text.split(/(?<=[.?!])\s+/).map(lettersOf);
  assert.ok(sentences.length > 1, about);
  assert.deepEqual(sentences, [...new Set(sentences)], about);
}

function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
