import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyOperation } from "../../../kernel/operation.ts";
import { startHarness } from "../../../testing/harness.ts";
import { modules } from "../../index.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, bookedAt, standing } from "./testing.ts";

const frontdesk = await startHarness();
const tools = modules
  .flatMap(({ operations = [] }) => operations as readonly AnyOperation[])
  .filter((operation) => operation.voice);
const unread = ["call", "execution_message", "event_type_id"];

test("every voice tool refuses a template nobody filled in, in each of its fields, by name, and does nothing", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  await bookedAt(calendar, "10:00");
  const before = await standing(calendar);
  assert.ok(tools.length >= 5, String(tools.length));
  for (const tool of tools) {
    assert.ok(tool.route && tool.voice, tool.name);
    const [method = "", path = ""] = tool.route.split(" ");
    const url = `/api/v1${path.replace(":event_type_id", calendar.eventType.id)}`;
    const fields = Object.keys(tool.input.properties).filter((field) => !unread.includes(field));
    const sound = { ...tool.example?.input, ...(fields.includes("phone") ? { phone: annsMobile } : {}) };
    for (const field of fields) {
      for (const template of ["{{who_knows}}", "the {{ who_knows }} one"]) {
        const args = { ...sound, [field]: template };
        const { text } = await workspace.call(method, url, { args });
        const about = `${tool.name} ${field}: ${text}`;
        assert.ok(text.startsWith(tool.voice.failure), about);
        assert.match(text, new RegExp(`${field}: still holds the template \\{\\{ ?who_knows ?\\}\\}`), about);
      }
    }
  }
  assert.deepEqual(await standing(calendar), before);
});
