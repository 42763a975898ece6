import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { Json } from "../../../testing/harness.ts";
import { root } from "../../../testing/root.ts";

test("the guide for voice agents names every parameter of every tool, and which are required", async () => {
  const guide = await readFile(`${root}docs/voice-agents.md`, "utf8");
  const { paths } = JSON.parse(await readFile(`${root}openapi/openapi.json`, "utf8")) as Json;
  const tools: [path: string, name: string][] = [
    ["{event_type_id}/slots", "list times"],
    ["{event_type_id}/book", "book"],
    ["cancel-booking", "cancel"],
    ["reschedule-booking", "reschedule"],
  ];
  const known = Object.keys(paths as object).filter((path) => path.startsWith("/api/v1/scheduling/voice/"));
  assert.equal(known.length, tools.length);
  for (const [path, name] of tools) {
    const operation = paths[`/api/v1/scheduling/voice/${path}`].post;
    const { properties, required = [] } = operation.requestBody.content["application/json"].schema;
    const told = [...guide.matchAll(new RegExp(`^\\| ${name} +\\| (\\**)\`(\\w+)\``, "gm"))];
    const everywhere = ["execution_message", "call"];
    assert.deepEqual(
      told.map(([, , parameter]) => parameter).toSorted(),
      Object.keys(properties as object)
        .filter((parameter) => !everywhere.includes(parameter))
        .toSorted(),
      name,
    );
    const bold = told.filter(([, stars]) => stars === "**").map(([, , parameter]) => parameter);
    assert.deepEqual(bold.toSorted(), (required as string[]).toSorted(), name);
    for (const parameter of everywhere) assert.ok(guide.includes(`\`${parameter}\``));
  }
});
