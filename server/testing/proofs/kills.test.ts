/** A node ended with SIGKILL under load. The full proof (20 kills) is `npm run prove:kills`. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { proveKills } from "./prove-kills.ts";

test("what was acknowledged before a SIGKILL is there after it, and nothing was sent twice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-kills-"));
  try {
    const databaseUrl = process.env["FRONTDESK_TEST_DATABASE_URL"];
    const losses = await proveKills({
      kills: 2,
      loadMs: 1200,
      seed: 7,
      folder,
      ...(databaseUrl ? { databaseUrl } : {}),
    });
    assert.deepEqual(losses.lost, []);
    assert.deepEqual(losses.twice, []);
    assert.ok(losses.counted.texts > 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
