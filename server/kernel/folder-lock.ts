import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";
import { mkdir, realpath, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { answerLine, askLine } from "./one-line.ts";
import type { Answer } from "./one-line.ts";

const longestSocketPath = 100;
const sqliteBusy = 5;

/** Somebody else holds the data folder; the message is the words a person needs. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(
      `The data folder ${folder} is open in another Frontdesk process. Stop that one first, or set FRONTDESK_DATA to another folder.`,
    );
  }
}

/**
 * Keeps a second process out of a data folder, and a second opener within this one. The lock is the exclusive lock of an empty
 * SQLite file: the operating system gives it up the moment its owner dies, however it dies, and of any number of takers it lets
 * one have it. Node itself has no file locks to offer. Whoever is kept out may ask the holder to do something instead, if it gave
 * an `answer`. Rejects with FolderInUse.
 */
export async function lockFolder(folder: string, answer?: Answer): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = hold(folder);
  const hangUp = answer && (await listen(await socketPath(folder), answer));
  return async () => {
    await hangUp?.();
    if (lock.isOpen) lock.close();
  };
}

function hold(folder: string): DatabaseSync {
  const lock = new DatabaseSync(join(folder, "lock.db"));
  try {
    lock.exec("begin exclusive");
    return lock;
  } catch (error) {
    lock.close();
    throw error instanceof Error && "errcode" in error && error.errcode === sqliteBusy
      ? new FolderInUse(folder)
      : error;
  }
}

/** Puts a question to the process that holds the folder. Undefined: it answers none, or nobody holds it any more. */
export async function askHolder(folder: string, question: unknown): Promise<unknown> {
  const path = await socketPath(folder);
  return (await isOurs(path, folder)) ? askLine(path, question) : undefined;
}

// Anybody can put a socket into the shared temporary folder and make up answers.
async function isOurs(path: string, folder: string): Promise<boolean> {
  if (process.platform === "win32") return true;
  const [socket, around] = await Promise.all([stat(path).catch(() => undefined), stat(folder)]);
  return socket !== undefined && [process.getuid?.(), around.uid].includes(socket.uid);
}

async function socketPath(folder: string): Promise<string> {
  const real = await realpath(folder);
  if (process.platform === "win32") return `\\\\.\\pipe\\frontdesk-${digest(real)}`;
  const inside = join(real, "lock.sock");
  return inside.length <= longestSocketPath ? inside : join(tmpdir(), `frontdesk-${digest(real)}.sock`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** The door for questions. Undefined where it cannot be opened to the holder's own user alone: the lock holds without it. */
async function listen(path: string, answer: Answer): Promise<(() => Promise<void>) | undefined> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    answerLine(socket, answer);
  });
  try {
    // Left by a holder that was killed. Whoever holds the lock is the only one to touch it.
    if (process.platform !== "win32") await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
    if (process.platform !== "win32") chmodSync(path, 0o600);
  } catch {
    await closeServer(server, open);
    return undefined;
  }
  server.unref();
  return () => closeServer(server, open);
}

function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // An answer on its way out is let go; whoever has not asked yet would keep us waiting.
    for (const socket of open) if (!socket.writableEnded) socket.destroy();
  });
}
