import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { startHarness } from "../testing/harness.ts";
import { probe } from "../testing/probe.ts";
import { readEvents, startOfFeed } from "./events.ts";
import type { FeedPlace } from "./events.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const { app } = frontdesk;

test("a follower misses nothing of many writers at once, however late each commits", async () => {
  const workspace = await frontdesk.workspace();
  const total = 120;
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: total }, (_, index) =>
      workspace.call("POST", "/api/v1/probe", {
        name: `W${index}`,
        ...(index % 9 === 0 ? { fail: true } : {}),
      }),
    ),
  ).then(() => (writing = false));
  const seen: string[] = [];
  let place: FeedPlace = startOfFeed;
  // Only what is settled moves the place, as a live stream keeps it.
  const follow = async () => {
    for (const event of await readEvents(app.database, workspace.id, place, 7)) {
      if (!event.settled) return false;
      if (event.type === "probe.written") seen.push(String(event.payload["name"]));
      place = event.place;
    }
    return true;
  };
  while (writing) {
    await follow();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await writers;
  const expected = total - Math.ceil(total / 9);
  for (let round = 0; round < 2000 && seen.length < expected; round += 1) {
    await follow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(seen.length, expected);
  assert.equal(new Set(seen).size, expected);
});

test("the bell rings for a workspace when something was committed in it, and not for others", async () => {
  const [one, two] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const rung: string[] = [];
  const stop = [one, two].map((workspace) => app.bell.onRing(workspace.id, () => rung.push(workspace.id)));
  await one.call("POST", "/api/v1/probe", { name: "A" });
  await two.call("POST", "/api/v1/probe", { name: "B", fail: true });
  assert.ok(rung.includes(one.id));
  assert.equal(rung.includes(two.id), false);
  for (const end of stop) end();
});
