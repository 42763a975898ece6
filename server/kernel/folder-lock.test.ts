import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { askHolder, FolderInUse, lockFolder } from "./folder-lock.ts";

const scratch = await mkdtemp(join(tmpdir(), "frontdesk-lock-"));
after(() => rm(scratch, { recursive: true, force: true }));

/** A second process that holds the folder until it is killed. */
async function holder(folder: string): Promise<ChildProcess> {
  const source = `import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    await lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout ?? child, "data");
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

test("a folder another process holds is refused in words that help", async () => {
  const folder = join(scratch, "held");
  const child = await holder(folder);
  await assert.rejects(lockFolder(folder), /open in another Frontdesk process.*FRONTDESK_DATA/);
  await end(child, "SIGTERM");
});

test("after a SIGKILL the folder is free at once", async () => {
  const folder = join(scratch, "killed");
  for (let round = 0; round < 3; round += 1) await end(await holder(folder), "SIGKILL");
  const unlock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), /open in another/);
  await unlock();
  await unlock();
  const again = await lockFolder(folder);
  await assert.doesNotReject(unlock(), "given up long ago, by whoever gave it up");
  await assert.rejects(lockFolder(folder), /open in another/, "the next holder keeps it");
  await again();
});

test("of several processes after a dead one exactly one gets the folder", async () => {
  const folder = join(scratch, "raced");
  const taker = `import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    process.stdin.once("data", async () => {
      try { await lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000); }
      catch (error) { console.log(error.constructor.name); process.exit(); }
    });
    console.log("ready");`;
  await end(await holder(folder), "SIGKILL");
  const takers = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", taker], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  await Promise.all(takers.map((child) => once(child.stdout, "data")));
  const said = takers.map((child) => once(child.stdout, "data"));
  for (const child of takers) child.stdin.write("go");
  const words = (await Promise.all(said)).map(([word]) => String(word).trim()).sort();
  assert.deepEqual(words, [...Array.from({ length: 5 }, () => "FolderInUse"), "held"]);
  await Promise.all(takers.filter((child) => child.exitCode === null).map((child) => end(child, "SIGKILL")));
});

test("of several takers in one process exactly one gets the folder", async () => {
  const folder = join(scratch, "taken");
  const takers = await Promise.allSettled(
    Array.from({ length: 12 }, () => lockFolder(folder, async () => "mine")),
  );
  const won = takers.filter((taker) => taker.status === "fulfilled");
  assert.equal(won.length, 1);
  assert.equal(await askHolder(folder, {}), "mine");
  await won[0]?.value();
});

test("a path too long for a socket is locked all the same", async () => {
  const folder = join(scratch, "long".repeat(40));
  const unlock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), /open in another/);
  await unlock();
});

test("the holder answers those it keeps out, and only its own user may ask", async () => {
  const folder = join(scratch, "asked");
  const unlock = await lockFolder(folder, async (question) => ({ heard: question }));
  assert.deepEqual(await askHolder(folder, { argv: ["é"] }), { heard: { argv: ["é"] } });
  assert.equal((await stat(join(folder, "lock.sock"))).mode & 0o777, 0o600);
  await assert.rejects(lockFolder(folder), FolderInUse);
  await unlock();
  assert.equal(await askHolder(folder, {}), undefined);
});

test("a holder without answers hangs up on questions", async () => {
  const folder = join(scratch, "silent");
  const unlock = await lockFolder(folder);
  assert.equal(await askHolder(folder, { argv: ["x".repeat(50_000)] }), undefined);
  await unlock();
});

test("somebody who connects and says nothing does not keep the lock from being given up", async () => {
  const folder = join(scratch, "lingering");
  const unlock = await lockFolder(folder, async () => "never asked");
  const socket = connect(join(folder, "lock.sock"));
  await once(socket, "connect");
  // It is cut off, which the other end may see as a reset.
  const closed = new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));
  socket.write('{"argv":');
  await unlock();
  await closed;
  await (
    await lockFolder(folder)
  )();
});
