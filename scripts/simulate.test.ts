import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readScript } from "./simulate-script.ts";
import { simulate } from "./simulate.ts";

test("a dialogue file holds texts, the owner's texts, waits, times and comments", () => {
  const text = "# comment\n\n Hello \nowner: on my way\n@+90m\n@ +2 days\n@2026-03-04 15:30\n";
  assert.deepEqual(readScript(text), [
    { kind: "customer", text: "Hello" },
    { kind: "owner", text: "on my way" },
    { kind: "wait", seconds: 5400 },
    { kind: "wait", seconds: 172_800 },
    { kind: "until", wallClock: "2026-03-04T15:30" },
  ]);
  assert.throws(() => readScript("Hello\n@noon"), /line 2: @noon/);
});

test("a dialogue plays to its end: booked, moved, reminded at the new time only", async () => {
  const steps = readScript(await readFile(join(import.meta.dirname, "../examples/leaking-tap.txt"), "utf8"));
  const lines: string[] = [];
  await simulate(steps, "2026-03-02 09:00", (line) => lines.push(line));
  const text = lines.join("\n");
  assert.match(text, /\* +The customer rings/);
  assert.match(text, /Frontdesk +Hi, this is/);
  assert.match(text, /Receptionist +Your Leak repair is moved/);
  assert.match(text, /Bookings\n {2}Thu 05 Mar, 15:00 {2}Leak repair, Priya Shah \(confirmed\)/);
  assert.match(text, /Wed 04 Mar, 08:00 {2}reminder by sms \(cancelled/);
  assert.match(text, /Thu 05 Mar, 13:00 {2}reminder by sms \(sent\)/);
});
