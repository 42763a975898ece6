/** The pages' style and scripts. Names with a hash of what is in them may be kept for ever. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";

const read = (name: string) => readFileSync(join(import.meta.dirname, "assets", name), "utf8");
const style = read("booking.css");
const script = read("booking.js");
const embed = read("embed.js");

export const stylePath = `/book/${hashed(style)}.css`;
export const scriptPath = `/book/${hashed(script)}.js`;

function hashed(text: string): string {
  return `booking.${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

const forever = "public, max-age=31536000, immutable";

export function addPageAssets(http: FastifyInstance): void {
  http.get(stylePath, (_request, reply) =>
    reply.header("cache-control", forever).type("text/css; charset=utf-8").send(style),
  );
  http.get(scriptPath, (_request, reply) =>
    reply.header("cache-control", forever).type("text/javascript; charset=utf-8").send(script),
  );
  // Other sites load this one, under a name that stays the same.
  http.get("/book/embed.js", (_request, reply) =>
    reply
      .header("cache-control", "public, max-age=3600")
      .header("cross-origin-resource-policy", "cross-origin")
      .type("text/javascript; charset=utf-8")
      .send(embed),
  );
}
