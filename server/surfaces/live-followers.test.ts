import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymous } from "../kernel/actor.ts";
import { OperationError } from "../kernel/errors.ts";
import { EventBell } from "../kernel/events.ts";
import type { FeedPlace } from "../kernel/events.ts";
import { LiveFollowers, mostStreamsPerCredential, mostStreamsPerWorkspace } from "./live-followers.ts";

const place: FeedPlace = { transactionId: "7", position: 1 };
const actor = (id: string) => ({ ...anonymous, id });

/** Followers of a program whose reads end when the test says so. */
function followers() {
  const bell = new EventBell();
  const reads: { workspaceId: string; end(outcome?: Error): void }[] = [];
  const database = {
    read: (workspaceId: string) =>
      new Promise((resolve, reject) => {
        const end = (outcome?: Error) => (outcome ? reject(outcome) : resolve([]));
        reads.push({ workspaceId, end });
      }),
  };
  const all = new LiveFollowers({ bell, database } as never);
  const isFull = (id: string, workspaceId: string) => {
    try {
      all.reserve(actor(id), workspaceId).release();
      return false;
    } catch (error) {
      assert.ok(error instanceof OperationError && error.status === 429, String(error));
      return true;
    }
  };
  return { all, bell, reads, isFull };
}

test("a credential and a workspace have room for so many; whoever leaves makes room once", () => {
  const { all, isFull } = followers();
  const mine = Array.from({ length: mostStreamsPerCredential }, () => all.reserve(actor("mine"), "w"));
  assert.deepEqual([isFull("mine", "w"), isFull("mine", "other"), isFull("yours", "w")], [true, true, false]);
  mine[0]?.release();
  mine[0]?.release();
  assert.equal(isFull("mine", "w"), false);
  all.reserve(actor("mine"), "w");
  assert.equal(isFull("mine", "w"), true, "one left, and one came");
  const rest = mostStreamsPerWorkspace - mostStreamsPerCredential;
  for (let count = 0; count < rest; count += 1) all.reserve(actor(`c${count}`), "w");
  assert.deepEqual([isFull("new", "w"), isFull("new", "v")], [true, false]);
  mine[1]?.release();
  assert.equal(isFull("new", "w"), false);
});

test("whoever is refused holds nothing", () => {
  const { all, isFull } = followers();
  const rest = Array.from({ length: mostStreamsPerWorkspace }, (_, count) =>
    all.reserve(actor(`c${count}`), "w"),
  );
  for (let count = 0; count < 30; count += 1) assert.equal(isFull("mine", "w"), true);
  assert.equal(isFull("mine", "v"), false);
  rest[0]?.release();
  assert.equal(isFull("mine", "w"), false);
});

test("all who follow a workspace share its feed while one of them is there, and hear the bell for it", () => {
  const { all, bell } = followers();
  const [one, two] = [all.reserve(actor("a"), "w"), all.reserve(actor("b"), "w")];
  const other = all.reserve(actor("a"), "v");
  assert.equal(one.feed, two.feed);
  assert.notEqual(one.feed, other.feed);
  const heard: string[] = [];
  const stop = one.feed.onWake((wakeUp) => heard.push(`one ${wakeUp}`));
  two.feed.onWake((wakeUp) => heard.push(`two ${wakeUp}`));
  other.feed.onWake(() => heard.push("other"));
  bell.ring("w");
  assert.deepEqual(heard, ["one 1", "two 1"]);
  stop();
  all.wakeAll();
  assert.deepEqual(heard.slice(2), ["two 2", "other"]);
  one.release();
  bell.ring("w");
  assert.deepEqual(heard.slice(4), ["two 3"], "the other is there yet");
  two.release();
  bell.ring("w");
  all.wakeAll();
  assert.deepEqual(heard.slice(5), ["other"], "the feed is closed with its last follower");
  assert.notEqual(all.reserve(actor("a"), "w").feed, one.feed);
});

test("who stands at one place shares a read that began since they were woken, and no older one", async () => {
  const { all, reads } = followers();
  const { feed } = all.reserve(actor("a"), "w");
  const first = feed.nextWakeUp();
  const one = feed.read(place, first);
  assert.equal(feed.read({ ...place }, first), one);
  assert.notEqual(feed.read({ ...place, position: 2 }, first), one, "another place");
  assert.notEqual(feed.read({ ...place, transactionId: "8" }, first), one);
  const second = feed.nextWakeUp();
  const newer = feed.read(place, second);
  assert.notEqual(newer, one, "what woke them may be missing from it");
  assert.equal(feed.read(place, first), newer);
  assert.deepEqual(
    reads.map(({ workspaceId }) => workspaceId),
    ["w", "w", "w", "w"],
  );
  // The older read that ends does not take the newer one's place.
  reads[0]?.end();
  await one;
  assert.equal(feed.read(place, second), newer);
  reads[3]?.end();
  await newer;
  assert.notEqual(feed.read(place, second), newer, "what is over is read again");
  reads[4]?.end(new Error("lost"));
  await assert.rejects(feed.read(place, second), /lost/);
  assert.equal(reads.length, 5);
  void feed.read(place, second);
  assert.equal(reads.length, 6, "a read that failed is nobody's to join");
});
