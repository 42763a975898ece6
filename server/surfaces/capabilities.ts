import type { FastifyInstance, FastifyRequest } from "fastify";
import type { App } from "../kernel/app.ts";
import { capabilitiesJson, capabilitiesPage } from "../modules/calendar/capability/capabilities-page.ts";
import { recentRuns } from "../modules/calendar/capability/conformance.store.ts";
import { agentManifest, manifestPath, offeredCapabilities } from "../modules/calendar/capability/manifest.ts";
import { publicProviders } from "../modules/calendar/capability/provider.ts";

const shownRuns = 60;

/** The manifest agents look for, and the public page of capabilities and conformance results (HTML, or JSON if asked). */
export function addCapabilities(http: FastifyInstance, app: App): void {
  http.get(manifestPath, async (request) =>
    agentManifest(app, baseUrlSeen(app, request), await publicProviders(app)),
  );
  http.get("/capabilities", async (request, reply) => {
    const view = {
      offered: offeredCapabilities(app),
      providers: await publicProviders(app),
      runs: await recentRuns(app, shownRuns),
    };
    if (wantsJson(request)) return capabilitiesJson(view);
    return reply.type("text/html; charset=utf-8").send(capabilitiesPage(view));
  });
}

function baseUrlSeen(app: App, request: FastifyRequest): string {
  return app.config.publicUrl ?? `${request.protocol}://${request.host}`;
}

function wantsJson(request: FastifyRequest): boolean {
  const { accept = "" } = request.headers;
  return (
    (request.query as { format?: string }).format === "json" ||
    (accept.includes("json") && !accept.includes("html"))
  );
}
