/** A file becomes rows in the database, in short transactions, before the call's own begins: nobody waits for it meanwhile. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { App } from "../../../kernel/app.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Prepared, Upload } from "../../../kernel/operation.ts";
import type { ImportEntityName } from "./import-record.ts";
import { readFile } from "./reading/read-file.ts";
import type { ReadFile } from "./reading/read-file.ts";

/** An import whose rows are there and that nobody sees yet. */
export type ReadImport = { id: string; file: ReadFile };

type Sent = {
  entity: ImportEntityName;
  content_base64?: string | undefined;
  content_sha256?: string | undefined;
};

/** Reads the file of a call and puts its rows away. Throws a 4xx for what cannot be read. */
export async function prepareImport(call: {
  app: App;
  workspaceId: string;
  input: Sent;
  upload: Upload | undefined;
}): Promise<Prepared> {
  const { app, workspaceId, input } = call;
  const [from, to] = await Promise.all([app.scratch.path(), app.scratch.path()]);
  let id: string | undefined;
  const end = async () => {
    await Promise.all([from, to].map((path) => rm(path, { force: true })));
    if (id !== undefined) await forgetUnread(app, workspaceId, id);
  };
  try {
    const bytes = bytesOf(input, call.upload);
    if (bytes) await writeFile(from, bytes, { mode: 0o600 });
    const file = await readFile(workspaceId, { from: call.upload?.path ?? from, to });
    id = await putAway(app, workspaceId, input.entity, { file, path: to });
    return { value: { id, file } satisfies ReadImport, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The bytes of content_base64; undefined where a file came. */
function bytesOf(
  { content_base64: base64, content_sha256: checksum }: Sent,
  upload: Upload | undefined,
): Buffer | undefined {
  if (upload) {
    if (base64 === undefined) return undefined;
    throw invalidField("content_base64", "came beside a file", "Send one of the two.");
  }
  if (base64 === undefined) throw invalidField("file", "is required", "Send a file, or content_base64.");
  const bytes = bytesOfBase64(base64);
  if (!bytes) {
    throw invalidField(
      "content_base64",
      "is not base64",
      "Encode the bytes of the file, in the standard alphabet.",
    );
  }
  if (checksum !== undefined && createHash("sha256").update(bytes).digest("hex") !== checksum.toLowerCase()) {
    throw invalidField(
      "content_sha256",
      "is not the checksum of content_base64",
      "Send the SHA-256 of the decoded bytes in hex, or leave it out.",
    );
  }
  return bytes;
}

/**
 * The bytes of a text in standard base64, padded or not, with or without line breaks; undefined for any other text. Node leaves out
 * what is no base64: as many bytes as the characters stand for mean that there was none.
 */
export function bytesOfBase64(base64: string): Buffer | undefined {
  const bare = base64.replaceAll(/\s/g, "");
  const end = bare.endsWith("==") ? 2 : bare.endsWith("=") ? 1 : 0;
  const digits = bare.length - end;
  if (digits % 4 === 1 || (end > 0 && bare.length % 4 !== 0)) return undefined;
  // Node takes the alphabet of addresses as well, in which the same file would have another spelling.
  if (/[^A-Za-z\d+/]/.test(bare.slice(0, digits))) return undefined;
  const bytes = Buffer.from(bare, "base64");
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : undefined;
}

async function putAway(
  app: App,
  workspaceId: string,
  entity: ImportEntityName,
  { file, path }: { file: ReadFile; path: string },
): Promise<string> {
  const now = app.clock.now();
  const id = newId(now);
  const reading = { id, entity, filename: "", status: "reading", row_count: file.rows } as const;
  const empty = { columns: "[]", mapping: "{}", options: "{}", created_at: now, updated_at: now };
  await app.database.transaction(workspaceId, (db) =>
    db.insert("imports", { ...reading, ...empty }).execute(),
  );
  let start = 0;
  try {
    for (const [number, bytes] of file.batches.entries()) {
      const rows = await text(createReadStream(path, { start, end: start + bytes - 1 }));
      start += bytes;
      await app.database.transaction(workspaceId, (db) =>
        db.insert("import_batches", { import_id: id, number, rows, created_at: now }).execute(),
      );
    }
  } catch (error) {
    await forgetUnread(app, workspaceId, id);
    throw error;
  }
  return id;
}

// An import that was taken over by its call is no longer reading, and stays.
async function forgetUnread(app: App, workspaceId: string, id: string): Promise<void> {
  await app.database.transaction(workspaceId, (db) =>
    db.remove("imports").where("id", "=", id).where("status", "=", "reading").execute(),
  );
}
