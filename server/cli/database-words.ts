/** Why a database cannot be opened, in words for people: drivers and networks speak in codes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { databaseFolder } from "../kernel/engine-embedded.ts";

/** Whether there is an embedded database in the data folder, without making either. */
export function hasEmbeddedDatabase(dataFolder: string): boolean {
  return existsSync(join(databaseFolder(dataFolder), "PG_VERSION"));
}

/** The reason a server cannot be used, and the setting to check. Errors of the network and of servers have a code; ours say all there is. */
export function databaseWords(error: unknown, setting: string): string {
  const { message, code } = error as Error & { code?: string };
  return code === undefined ? message : `cannot be reached: ${message || code}. Check ${setting}.`;
}

/** Opens a PostgreSQL server, or throws an Error that says which setting to check. */
export async function openedOr<T>(opening: Promise<T>, setting: string): Promise<T> {
  return opening.catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    throw new Error(`The PostgreSQL server ${databaseWords(error, setting)}`, { cause: error });
  });
}
