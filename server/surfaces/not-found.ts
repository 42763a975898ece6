import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import { OperationError, notFound } from "../kernel/errors.ts";
import { editDistance } from "../kernel/near-misses.ts";
import { surfaceAt } from "./http.ts";

type Known = { method: string; path: string; segments: string[] };

/** What a path may be called with; `literal` tells paths spelled out from those that fit a parameter. */
export type Route = { method: string; fits(path: string): boolean; literal: boolean };

/** Returns a list that takes up every route which is added from now on, whoever adds it. */
export function rememberRoutes(http: FastifyInstance): Route[] {
  const routes: Route[] = [];
  http.addHook("onRoute", ({ method: given, url }) => {
    if (url.includes("*")) return;
    const wanted = url.split("/");
    const fits = (path: string) => {
      const segments = path.replace(/\/$/, "").split("/");
      return (
        segments.length === wanted.length && wanted.every((one, index) => isFor(one, segments[index] ?? ""))
      );
    };
    for (const method of [given].flat()) {
      routes.push({ method, fits, literal: !url.includes(":") });
    }
  });
  return routes;
}

// A parameter may have something before and after it: /:token.ics.
function isFor(wanted: string, segment: string): boolean {
  const at = wanted.indexOf(":");
  if (at < 0) return wanted === segment;
  const rest = wanted.slice(at + 1).replace(/^\w+/, "");
  return (
    segment.length > at + rest.length && segment.startsWith(wanted.slice(0, at)) && segment.endsWith(rest)
  );
}

/**
 * What no route answers: the console's page for a person's browser, otherwise an error in the surface's own shape. A path that is
 * there for other methods answers a 405 that names them, any other a 404 with the route that was probably meant.
 */
export function addNotFound(
  http: FastifyInstance,
  app: App,
  { routes, webConsole }: { routes: readonly Route[]; webConsole: { exists(): boolean } },
): void {
  const known = routesOf(app);
  http.setNotFoundHandler((request, reply) => {
    const [path = "/"] = request.url.split("?");
    const surface = surfaceAt(app, path);
    const wantsPage = request.headers.accept?.includes("text/html") ?? false;
    if (!surface && request.method === "GET" && wantsPage && webConsole.exists()) {
      return reply.header("cache-control", "no-cache").sendFile("index.html");
    }
    const there = routes.filter((route) => route.fits(path));
    const [same = [], others = []] = [true, false].map((isSame) =>
      known.filter(({ method }) => (method === request.method) === isSame),
    );
    // /contacts/bulk-creat fits /contacts/:id, and is meant as something else.
    const slip = there.some(({ literal }) => literal) ? undefined : nearest(same, path, 2);
    const error =
      there.length > 0 && !slip
        ? wrongMethod(request.method, path, new Set(there.map(({ method }) => method)))
        : notFound(`There is no ${request.method} ${path}.`, {
            fix: slip ?? nearest([...same, ...others], path, 4) ?? "See /docs for what there is.",
          });
    const { code, status, message, fix } = error;
    const body = surface ? surface.failure(error) : { error: { code, message, fix, status } };
    return reply
      .code(status)
      .headers(error.headers ?? {})
      .header("cache-control", "no-store")
      .type("application/json")
      .send(JSON.stringify(body));
  });
}

function wrongMethod(method: string, path: string, methods: ReadonlySet<string>): OperationError {
  const allowed = [...methods].toSorted();
  return new OperationError("METHOD_NOT_ALLOWED", 405, `${path} cannot be called with ${method}.`, {
    fix: `Call it with ${allowed
      .filter((one) => one !== "HEAD")
      .join(", ")
      .replace(/, (\w+)$/, " or $1")}.`,
    headers: { allow: allowed.join(", ") },
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

/** Asks whether the route was meant whose path is fewest letters away; nothing when even that one is further off than `most`. */
function nearest(known: readonly Known[], path: string, most: number): string | undefined {
  const segments = path.slice(0, 300).split("/").slice(1);
  let best: { route: Known; distance: number } | undefined;
  for (const route of known) {
    const distance = distanceTo(route, segments);
    if (!best || distance < best.distance) best = { route, distance };
  }
  return best && best.distance <= most ? `Did you mean ${best.route.method} ${best.route.path}?` : undefined;
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
