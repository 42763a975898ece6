import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { publishedKeys, rotateManifestKey, signingKey } from "./manifest-keys.ts";

const frontdesk = await startHarness({ work: false });
const { app } = frontdesk;
const published = async () => (await publishedKeys(app)).keys.map(({ kid }) => kid);
const signs = async () => (await signingKey(app)).kid;
const rotate = () => rotateManifestKey(app.database, app.clock.now());

test("the first key signs at once, and keeps signing until its successor has been published for two minutes", async () => {
  const first = await signs();
  assert.deepEqual(await published(), [first]);
  assert.equal((await signingKey(app)).key, (await signingKey(app)).key, "it is read from its text once");
  const second = await rotate();
  // What a node has read it remembers for a minute.
  await frontdesk.advance(59);
  assert.deepEqual(await published(), [first]);
  await frontdesk.advance(1);
  assert.deepEqual(await published(), [second, first]);
  await frontdesk.advance(59);
  assert.equal(await signs(), first);
  await frontdesk.advance(1);
  assert.equal(await signs(), second);
});

test("an old key stays published for thirty days after its successor was made, by every door", async () => {
  const before = await published();
  const third = await rotate();
  const month = 30 * 24 * 3600;
  await frontdesk.advance(month - 1);
  const [newest, next] = await published();
  assert.deepEqual([newest, next], [third, before[0]]);
  await frontdesk.advance(61);
  assert.deepEqual(await published(), [third]);
  const fourth = await rotate();
  await frontdesk.advance(60);
  assert.deepEqual(await published(), [fourth, third], "what is over is let go of for good");
  const stored = await app.database.system("installation", (kysely) =>
    kysely
      .selectFrom("installation")
      .select("value")
      .where("name", "=", "manifest_keys")
      .executeTakeFirstOrThrow(),
  );
  assert.equal((JSON.parse(stored.value) as unknown[]).length, 2);
});
