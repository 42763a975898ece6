/** The web console, when it has been built: one page and its assets, beside the API on the same address. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";

const dist = join(import.meta.dirname, "../../console/dist");

/** Headers that keep a page from doing what ours never does. Plain HTTP on a local network has to keep working. */
export async function addSecurityHeaders(http: FastifyInstance, app: App): Promise<void> {
  const isHttps = app.config.publicUrl?.startsWith("https://") ?? false;
  await http.register(helmet, {
    strictTransportSecurity: isHttps ? { maxAge: 15_552_000 } : false,
    originAgentCluster: isHttps,
    crossOriginOpenerPolicy: isHttps ? { policy: "same-origin" } : false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // The component library writes style attributes and style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
  });
}

/** Serves the console's build from the moment there is one; until then / leads to the reference. */
export async function addConsole(http: FastifyInstance, folder = dist): Promise<{ exists(): boolean }> {
  const exists = () => existsSync(join(folder, "index.html"));
  await http.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  http.get("/", (_request, reply) =>
    exists() ? reply.header("cache-control", "no-cache").sendFile("index.html") : reply.redirect("/docs"),
  );
  // Their names carry a hash of what is in them.
  http.get<{ Params: { "*": string } }>("/assets/*", (request, reply) =>
    reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .sendFile(`assets/${request.params["*"]}`),
  );
  return { exists };
}
