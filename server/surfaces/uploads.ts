/** Files that arrive. Each is put aside on disk before its call runs, so that no transaction waits for a slow sender. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform } from "node:stream";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { invalidField, OperationError, validationError } from "../kernel/errors.ts";
import type { AnyOperation, Upload } from "../kernel/operation.ts";
import type { Scratch } from "../kernel/scratch.ts";

/** What the other fields of a form and its boundaries may take. */
const formOverhead = 1024 * 1024;

export type Received = { upload: Upload; fields: Record<string, string>; sha256: string };

/** The body of a request that is a file, not read yet. */
export class FileBody {
  readonly stream: Readable;

  constructor(stream: Readable) {
    this.stream = stream;
  }
}

/** Lets the operations that take files have them; every other body stays as it is. */
export function acceptFiles(http: FastifyInstance, operations: readonly AnyOperation[]): void {
  void http.register(multipart);
  const types = new Set(operations.flatMap((one) => one.upload?.types ?? []));
  for (const type of types) {
    http.addContentTypeParser(type, (_request, payload, done) => done(null, new FileBody(payload)));
  }
}

/**
 * The file of a request, on disk, with the fields that came beside it; undefined when the request holds none. Throws 415 for
 * an operation that takes no files and 413 for one that is too large.
 */
export async function receiveFile(
  scratch: Scratch,
  operation: AnyOperation,
  request: FastifyRequest,
): Promise<Received | undefined> {
  const { body } = request;
  const isForm = request.isMultipart();
  if (!isForm && !(body instanceof FileBody)) return undefined;
  const { upload } = operation;
  const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (!upload || (!isForm && !upload.types.includes(contentType))) {
    throw new OperationError("INVALID_BODY", 415, `Unsupported Media Type: ${contentType}`, {
      fix: "Send application/json.",
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > upload.maxBytes + formOverhead) {
    throw tooLarge(upload.maxBytes);
  }
  if (body instanceof FileBody) {
    const { filename = "" } = request.query as { filename?: string };
    return {
      ...(await putAside(scratch, body.stream, { filename, contentType }, upload.maxBytes)),
      fields: {},
    };
  }
  return receiveForm(scratch, request, upload.maxBytes);
}

async function receiveForm(scratch: Scratch, request: FastifyRequest, maxBytes: number): Promise<Received> {
  const fields: Record<string, string> = {};
  let received: Omit<Received, "fields"> | undefined;
  try {
    const limits = { fileSize: 4 * maxBytes + 1, files: 1, fields: 30, fieldSize: 100_000 };
    for await (const part of request.parts({ limits })) {
      if (part.type === "field") fields[part.fieldname] = String(part.value);
      else {
        const named = { filename: part.filename, contentType: part.mimetype };
        received = await putAside(scratch, part.file, named, maxBytes);
      }
    }
  } catch (error) {
    if (received) await discard(received.upload);
    if (error instanceof OperationError) throw error;
    throw validationError(`The form could not be read: ${(error as Error).message}`, {
      fix: "Send it as multipart/form-data with its boundary, the file as the form field file.",
    });
  }
  if (!received) throw invalidField("file", "is required", "Send the file as the form field file.");
  return { ...received, fields };
}

async function putAside(
  scratch: Scratch,
  stream: Readable,
  named: { filename: string; contentType: string },
  maxBytes: number,
): Promise<Omit<Received, "fields">> {
  const path = await scratch.path();
  const digest = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        digest.update(chunk);
        next(null, chunk);
        // The rest is let pass unread, so that the answer finds somebody listening; but not for ever.
      } else if (bytes <= 4 * maxBytes) next();
      else next(tooLarge(maxBytes));
    },
  });
  try {
    await pipeline(stream, measure, createWriteStream(path, { mode: 0o600 }));
    if (bytes > maxBytes) throw tooLarge(maxBytes);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { upload: { ...named, path, bytes }, sha256: digest.digest("hex") };
}

/** Removes what was put aside, when the call is over. */
export async function discard(upload: Upload): Promise<void> {
  await rm(upload.path, { force: true });
}

export function tooLarge(maxBytes: number): OperationError {
  return new OperationError("TOO_LARGE", 413, `The file is larger than ${maxBytes / 1024 / 1024} MB.`, {
    fix: "Split the file and send the parts one after the other.",
  });
}
