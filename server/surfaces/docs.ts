import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import { docsPage } from "./docs-page.ts";
import { docsScript, docsStyle } from "./docs-style.ts";
import { openApiDocument } from "./openapi.ts";

/** The readable reference at /docs. The page is made once, on the first visit. */
export function addDocs(http: FastifyInstance, app: App): void {
  const pages = new Map<string, string>();
  http.get("/docs", (request, reply) => {
    const baseUrl = app.config.publicUrl ?? `${request.protocol}://${request.host}`;
    const page = pages.get(baseUrl) ?? docsPage(openApiDocument(app.registry.operations), baseUrl);
    if (pages.size < 10) pages.set(baseUrl, page);
    return reply.type("text/html; charset=utf-8").send(page);
  });
  http.get("/docs/style.css", (_request, reply) =>
    reply.type("text/css; charset=utf-8").header("cache-control", "public, max-age=300").send(docsStyle),
  );
  http.get("/docs/search.js", (_request, reply) =>
    reply
      .type("text/javascript; charset=utf-8")
      .header("cache-control", "public, max-age=300")
      .send(docsScript),
  );
}
