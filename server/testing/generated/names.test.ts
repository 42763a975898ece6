/**
 * Every text an operation takes, being a name that all objects have. Whoever looks it up in an object finds what nobody put there;
 * an answer of 500 says that somebody does.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { nameOf } from "../../kernel/registry.ts";
import { startLoopbackGoogle } from "../../providers/calendar/loopback-google.ts";
import type { JsonSchema } from "../../surfaces/json-schema.ts";
import { startHarness } from "../harness.ts";
import type { Place } from "./fixtures.ts";
import { credential, send, validInput } from "./requests.ts";

const google = await startLoopbackGoogle();
after(() => google.close());
const frontdesk = await startHarness({ environment: { GOOGLE_API_BASE_URL: google.baseUrl } });
const operations = frontdesk.app.registry.operations.filter((one) => one.route);

function takesAnyText(schema: JsonSchema): boolean {
  if (schema.anyOf) return schema.anyOf.some(takesAnyText);
  return schema.type === "string" && schema.format === undefined && schema.enum === undefined;
}

test("a name that every object has is a text like any other", async () => {
  const place: Place = { frontdesk, workspace: await frontdesk.workspace() };
  let sent = 0;
  const failed: string[] = [];
  for (const operation of operations) {
    const { properties = {} } = operation.input as JsonSchema;
    const names = Object.keys(properties).filter((name) => takesAnyText(properties[name] ?? {}));
    if (names.length === 0) continue;
    const input = await validInput(operation, place);
    const key = await credential(operation, place);
    for (const name of names) {
      const answer = await send(frontdesk, operation, { ...input, [name]: "constructor" }, { key });
      sent += 1;
      if (answer.status >= 500) failed.push(`${nameOf(operation)} ${name}: ${answer.text.slice(0, 200)}`);
    }
  }
  assert.ok(sent > 300, `${sent} calls`);
  assert.deepEqual(failed, []);
});
