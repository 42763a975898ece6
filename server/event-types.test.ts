/** Compares the declared event types with what the source emits; a type that is emitted and not declared fails here. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { eventTypes } from "./event-types.ts";
import { root } from "./testing/root.ts";

const server = join(root, "server");

async function sources(): Promise<{ file: string; text: string }[]> {
  const files = (await readdir(server, { recursive: true })).filter(
    (file) => file.endsWith(".ts") && !/\.test\.ts$|^testing\/|\/testing\.ts$|test-calendar\.ts$/.test(file),
  );
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(server, file), "utf8") })));
}

/** The types a file emits, as far as they are written down in it. */
function emittedTypes(text: string): string[] {
  const emitted = [...text.matchAll(/\bemit\(\s*\{[^{}]*?\btype:([^\n]*?)(?:,\s|\n)/g)].flatMap(
    ([, written]) => [...(written ?? "").matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map(([, type]) => type ?? ""),
  );
  const recorded = [...text.matchAll(/\brecord(Created|Updated|Deleted)\(\s*\w+,\s*"([a-z_]+)"/g)].map(
    ([, verb, noun]) => `${noun}.${verb?.toLowerCase()}`,
  );
  const resources = text.split(/\bcrud\(/).slice(1);
  const declared = resources.flatMap((resource) => {
    const noun = /\bnoun: "([a-z_]+)"/.exec(resource)?.[1];
    return noun && /\bfields[:,]/.test(resource)
      ? [`${noun}.created`, `${noun}.updated`, `${noun}.deleted`]
      : [];
  });
  return [...new Set([...emitted, ...recorded, ...declared])];
}

test("the reader of the source sees what is emitted", () => {
  const text = `ctx.emit({
    type: late ? "a.one" : "a.two",
    noun: "a",
  });
  ctx.emit({ type: "b.one", noun: "b", recordId: id, payload: { id } });
  recordCreated(ctx, "task", row);
  crud({
    noun: "stage",
    fields: {},
  })`;
  assert.deepEqual(emittedTypes(text).sort(), [
    "a.one",
    "a.two",
    "b.one",
    "stage.created",
    "stage.deleted",
    "stage.updated",
    "task.created",
  ]);
});

/** How types begin whose end is decided when they are emitted: contact.employer_${what}. */
function beginnings(text: string): string[] {
  return [...text.matchAll(/\bemit\(\s*\{[^{}]*?\btype:\s*`([a-z_]+\.[a-z_]*)\$/g)].map(
    ([, type]) => type ?? "",
  );
}

test("every event type the program emits is declared in server/event-types.ts", async () => {
  const undeclared = (await sources()).flatMap(({ file, text }) =>
    emittedTypes(text)
      .filter((type) => !eventTypes.includes(type))
      .map((type) => `${type} (server/${file})`),
  );
  const unfinished = (await sources()).flatMap(({ file, text }) =>
    beginnings(text)
      .filter((beginning) => !eventTypes.some((type) => type.startsWith(beginning)))
      .map((beginning) => `${beginning}… (server/${file})`),
  );
  assert.deepEqual([...new Set([...undeclared, ...unfinished])], []);
});

test("declared types are told once each, in order", () => {
  assert.deepEqual(eventTypes, [...new Set(eventTypes)].sort());
});
