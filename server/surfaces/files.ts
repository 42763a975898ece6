/** Files that leave: streamed as a download, or as much of them as an agent can hold. */
import { Readable } from "node:stream";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { create as contentDisposition } from "content-disposition";
import type { FastifyReply } from "fastify";
import type { AnyOperation, FileAnswer } from "../kernel/operation.ts";
import { userContent } from "./user-content.ts";

/** Streams a download; a caller who hangs up ends the reading behind it. */
export function sendFile(reply: FastifyReply, file: FileAnswer): FastifyReply {
  return reply
    .type(file.contentType)
    .headers(file.headers ?? {})
    .header("content-disposition", contentDisposition(file.filename))
    .send(Readable.from(file.body, { objectMode: false }));
}

/** An agent reads it all at once: more than this would crowd out everything else it knows. */
const mostForAgents = 64 * 1024;

/**
 * A file as a tool's answer: a small text whole, as an embedded resource; anything else as the way to download it. What is
 * not sent is not read either.
 */
export async function fileForAgent(
  file: FileAnswer,
  about: { operation: AnyOperation; baseUrl: string },
): Promise<CallToolResult> {
  const { filename, contentType, headers = {} } = file;
  const text = contentType.startsWith("text/") ? await wholeText(file.body) : undefined;
  const facts = { filename, content_type: contentType, headers };
  if (text !== undefined) {
    const resource = {
      uri: `frontdesk://files/${encodeURIComponent(filename)}`,
      mimeType: contentType,
      text: userContent(text),
    };
    return {
      content: [{ type: "resource", resource }],
      structuredContent: { file: { ...facts, text } },
    };
  }
  const { route = "", surface } = about.operation;
  const [method = "GET", path = ""] = route.split(" ");
  const body = {
    file: facts,
    download: { method, url: `${about.baseUrl}${surface.bases[0]}${path}` },
    message:
      "The file is not shown here: it is no text, or longer than 64 KB. Download it with the same input and key over HTTP, or ask for a smaller CSV.",
  };
  return { content: [{ type: "text", text: JSON.stringify(body) }], structuredContent: body };
}

async function wholeText(body: FileAnswer["body"]): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > mostForAgents) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
