import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { answerLine, askLine } from "./one-line.ts";
import type { Answer } from "./one-line.ts";

const folder = await mkdtemp(join(tmpdir(), "frontdesk-line-"));
after(() => rm(folder, { recursive: true, force: true }));
let made = 0;

async function listening(onSocket: (socket: Socket) => void): Promise<{ path: string; server: Server }> {
  const path = join(folder, `${(made += 1)}.sock`);
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  after(() => server.close());
  return { path, server };
}

const round = () => new Promise((resolve) => setImmediate(resolve));

/** Whoever answers with `answer`; notes the questions it was handed. */
async function answering(answer: Answer): Promise<{ path: string; asked: unknown[] }> {
  const asked: unknown[] = [];
  const { path } = await listening((socket) =>
    answerLine(socket, (question) => {
      asked.push(question);
      return answer(question);
    }),
  );
  return { path, asked };
}

/** Sends these pieces as they are and returns all that comes back until the other side hangs up. */
async function sent(path: string, ...pieces: string[]): Promise<string> {
  const socket = connect(path).setEncoding("utf8");
  let text = "";
  socket.on("data", (part: string) => (text += part)).on("error", () => undefined);
  await once(socket, "connect");
  for (const piece of pieces) {
    socket.write(piece);
    await round();
  }
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

test("a question is a line, however many pieces it comes in, and is answered by a line", async () => {
  const { path, asked } = await answering(async (question) => {
    await round();
    await round();
    return { heard: question };
  });
  assert.deepEqual(await askLine(path, { a: "é" }), { heard: { a: "é" } });
  assert.equal(await sent(path, '{"b"', ":1", "}\n"), '{"heard":{"b":1}}\n');
  assert.equal(await sent(path, "1\n2\n"), '{"heard":1}\n', "one question only");
  assert.equal(
    await sent(path, "3\n", "4\n"),
    '{"heard":3}\n',
    "nor another one while the first is thought about",
  );
  assert.deepEqual(asked, [{ a: "é" }, { b: 1 }, 1, 3]);
});

test("what is no JSON, or longer than a question can be, is hung up on and never asked", async () => {
  const { path, asked } = await answering(async () => "taken");
  const text = (length: number) => JSON.stringify("x".repeat(length - 2));
  const started = performance.now();
  assert.equal(await sent(path, "nonsense\n"), "");
  assert.equal(await sent(path, "\n"), "");
  assert.equal(await sent(path, `${text(64 * 1024 + 1)}\n`), "");
  assert.equal(await sent(path, "x".repeat(64 * 1024 + 1)), "", "without waiting for the end of the line");
  assert.equal(await sent(path, `${text(64 * 1024)}x`), "");
  assert.ok(performance.now() - started < 4_000, "at once");
  assert.deepEqual(asked, []);
  assert.equal(await sent(path, `${text(64 * 1024)}\n`), '"taken"\n', "the longest there may be");
});

test("whoever has no answer hangs up, and the asker learns that there is none", async () => {
  const { path, asked } = await answering(async () => undefined);
  assert.equal(await askLine(path, 1), undefined);
  assert.equal(await sent(path, "2\n"), "");
  assert.deepEqual(asked, [1, 2]);
  assert.equal(await askLine(join(folder, "nobody.sock"), 1), undefined);
});

test("a connection that breaks is no more than a question without an answer, and leaves nothing waiting", async () => {
  const waiting = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = waiting();
  const { path } = await listening((socket) => {
    answerLine(socket, () => Promise.resolve("never asked"));
    socket.destroy(new Error("reset"));
  });
  assert.equal(await askLine(path, 1), undefined);
  assert.equal(waiting(), before);
});

test("an answer that was cut off is none", async () => {
  for (const half of ['{"done":true}', '{"done":\n']) {
    const { path } = await listening((socket) => socket.end(half));
    assert.equal(await askLine(path, 1), undefined, half);
  }
});

test("a caller that says nothing, and an answer that does not come, are not waited for without end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ended: Socket[] = [];
  const { path } = await listening((socket) => {
    socket.once("close", () => ended.push(socket));
    answerLine(socket, () => new Promise(() => undefined));
  });
  const silent = connect(path).on("error", () => undefined);
  await once(silent, "connect");
  const question = askLine(path, 1);
  question.catch(() => undefined);
  let cut = false;
  silent.once("close", () => (cut = true));
  for (let turn = 0; turn < 20; turn += 1) await round();
  t.mock.timers.tick(4_999);
  for (let turn = 0; turn < 20; turn += 1) await round();
  assert.equal(cut, false);
  t.mock.timers.tick(1);
  for (let turn = 0; turn < 20; turn += 1) await round();
  assert.equal(cut, true);
  t.mock.timers.tick(60_000);
  await assert.rejects(question);
  for (let turn = 0; turn < 20; turn += 1) await round();
  assert.equal(ended.length, 2, "nobody waits on the other side either");
});
