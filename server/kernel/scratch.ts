/**
 * Files that live as long as a call, in a folder of this process alone. The folder is locked while the process lives, and the system
 * gives the lock up however it dies: so whoever starts next can tell what was left behind from what is in use, and removes it. Process ids
 * could not tell: in a container every process is number 1.
 */
import { randomUUID } from "node:crypto";
import { access, lstat, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "./clock.ts";
import { lockFolder } from "./folder-lock.ts";

const prefix = "frontdesk-upload-";
const attempts = 5;
/** Earlier versions put single files here, without a word about whose they are. No call takes that long. */
const singleFileMs = 60 * 60 * 1000;

export class Scratch {
  readonly #parent: string;
  #folder: string;
  #unlock: () => Promise<void>;

  private constructor(parent: string, folder: string, unlock: () => Promise<void>) {
    this.#parent = parent;
    this.#folder = folder;
    this.#unlock = unlock;
  }

  /** Makes the folder of this process, and removes those of processes that are gone. */
  static async open(parent: string = tmpdir()): Promise<Scratch> {
    const { folder, unlock } = await lockedFolder(parent);
    const scratch = new Scratch(parent, folder, unlock);
    await sweepLeftovers(parent, folder);
    return scratch;
  }

  /** A path that nobody else uses, for a file that its user removes. */
  async path(): Promise<string> {
    // Temporary folders are tidied by others, too: after weeks without an upload this one may be gone.
    const isThere = await access(join(this.#folder, "lock.db")).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      await this.#unlock();
      ({ folder: this.#folder, unlock: this.#unlock } = await lockedFolder(this.#parent));
    }
    return join(this.#folder, randomUUID());
  }

  /** Removes the folder and whatever is left in it. */
  async close(): Promise<void> {
    await removeFolder(this.#folder, this.#unlock);
  }
}

// Between a folder's making and its locking somebody who tidies may take it for a leftover.
async function lockedFolder(parent: string): Promise<{ folder: string; unlock: () => Promise<void> }> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, `${prefix}${randomUUID()}`);
    try {
      const unlock = await lockFolder(folder);
      await access(join(folder, "lock.db"));
      return { folder, unlock };
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

async function removeFolder(folder: string, unlock: () => Promise<void>): Promise<void> {
  // While it is still locked, so that nobody else begins to; where an open file cannot be removed, afterwards.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  await unlock();
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

async function sweepLeftovers(parent: string, own: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const path = join(parent, name);
    if (!name.startsWith(prefix) || path === own) continue;
    // What cannot be looked at or locked belongs to somebody else or is gone already.
    await sweepOne(path).catch(() => undefined);
  }
}

async function sweepOne(path: string): Promise<void> {
  const found = await lstat(path);
  if (process.getuid && found.uid !== process.getuid()) return;
  if (found.isDirectory()) await removeFolder(path, await lockFolder(path));
  else if (found.isFile() && systemClock.now().getTime() - found.mtimeMs > singleFileMs) await rm(path);
}
