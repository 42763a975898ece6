import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import { notFound } from "../kernel/errors.ts";
import { surfaceAt } from "./http.ts";

type Known = { method: string; path: string; segments: string[] };

/**
 * What no route answers: the console's page for a person's browser, otherwise a 404 in the surface's own
 * error shape, with the route that was probably meant.
 */
export function addNotFound(http: FastifyInstance, app: App, webConsole: { exists(): boolean }): void {
  const known = routesOf(app);
  http.setNotFoundHandler((request, reply) => {
    const [path = "/"] = request.url.split("?");
    const surface = surfaceAt(app, path);
    const wantsPage = request.headers.accept?.includes("text/html") ?? false;
    if (!surface && request.method === "GET" && wantsPage && webConsole.exists()) {
      return reply.header("cache-control", "no-cache").sendFile("index.html");
    }
    const near = nearest(known, request.method, path);
    const error = notFound(`There is no ${request.method} ${path}.`, {
      fix: near ? `Did you mean ${near}?` : "See /docs for what there is.",
    });
    const body = surface
      ? surface.failure(error)
      : { error: { code: error.code, message: error.message, fix: error.fix, status: 404 } };
    return reply
      .code(404)
      .header("cache-control", "no-store")
      .type("application/json")
      .send(JSON.stringify(body));
  });
}

/** What a worker answers to everything but questions about itself. */
export function addNotServed(http: FastifyInstance): void {
  http.setNotFoundHandler((request) => {
    const [path = "/"] = request.url.split("?");
    throw notFound(`There is no ${request.method} ${path} here: this process works in the background.`, {
      fix: "Ask a process whose FRONTDESK_ROLE is api or all. A worker answers /healthz, /readyz and /metrics.",
    });
  });
}

function routesOf(app: App): Known[] {
  return app.registry.operations.flatMap((one) =>
    [one.route, ...(one.aliases ?? [])].flatMap((route) => {
      const [method, path] = route?.split(" ") ?? [];
      if (!method || !path) return [];
      const full = `${one.surface.bases[0]}${path}`;
      return [{ method, path: full, segments: full.split("/").slice(1) }];
    }),
  );
}

/** The route whose path is fewest letters away; nothing when even that one is far off. */
function nearest(known: Known[], method: string, path: string): string | undefined {
  const segments = path.slice(0, 300).split("/").slice(1);
  let best: { route: Known; distance: number } | undefined;
  for (const route of known) {
    const distance = distanceTo(route, segments) + (route.method === method ? 0 : 0.5);
    if (!best || distance < best.distance) best = { route, distance };
  }
  return best && best.distance <= 4 ? `${best.route.method} ${best.route.path}` : undefined;
}

function distanceTo(route: Known, segments: string[]): number {
  let total = Math.abs(route.segments.length - segments.length) * 3;
  for (let index = 0; index < Math.min(route.segments.length, segments.length); index += 1) {
    const expected = route.segments[index] ?? "";
    if (!expected.startsWith(":")) total += editDistance(expected, segments[index] ?? "");
    if (total > 5) break;
  }
  return total;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 5) return 6;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
