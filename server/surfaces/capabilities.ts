import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../kernel/app.ts";
import { capabilitiesJson, capabilitiesPage } from "../modules/calendar/capability/capabilities-page.ts";
import { recentRuns } from "../modules/calendar/capability/conformance.store.ts";
import { publishedKeys } from "../modules/calendar/capability/manifest-keys.ts";
import {
  agentManifest,
  manifestKeysPath,
  manifestPath,
  offeredCapabilities,
} from "../modules/calendar/capability/manifest.ts";
import { noProvider, publicProvider, publicProviders } from "../modules/calendar/capability/provider.ts";
import { signManifest } from "../modules/calendar/capability/sign-manifest.ts";
import { capability } from "./capability.ts";

const shownRuns = 60;
const manifestSeconds = 300;
// Whoever meets an unknown kid fetches the keys again anyway.
const keysSeconds = 60 * 60;

type ProviderRequest = FastifyRequest<{ Params: { provider_id: string } }>;

/**
 * The signed manifest agents look for, of the installation and of each business, the keys that signed it, and the public
 * page of capabilities and conformance results (HTML, or JSON if asked).
 */
export function addCapabilities(http: FastifyInstance, app: App): void {
  http.get(manifestPath, async (request, reply) => {
    const manifest = await signManifest(app, agentManifest(app, await publicProviders(app)));
    return sendToAnybody(request, reply, manifest, manifestSeconds);
  });
  for (const place of ["/providers", "/b"]) {
    http.get(`${place}/:provider_id${manifestPath}`, async (request: ProviderRequest, reply) => {
      const { provider_id: providerId } = request.params;
      const provider = await publicProvider(app, providerId);
      if (!provider) return reply.code(404).send(capability.failure(noProvider(providerId)));
      const manifest = await signManifest(app, agentManifest(app, [], provider));
      return sendToAnybody(request, reply, manifest, manifestSeconds);
    });
  }
  http.get(manifestKeysPath, async (request, reply) =>
    sendToAnybody(request, reply, await publishedKeys(app), keysSeconds),
  );
  http.get("/capabilities", async (request, reply) => {
    const view = {
      offered: offeredCapabilities(app),
      providers: await publicProviders(app),
      runs: await recentRuns(app, shownRuns),
      signedWith: (await publishedKeys(app)).keys.map((key) => key.kid ?? ""),
    };
    if (wantsJson(request)) return capabilitiesJson(view);
    return reply.type("text/html; charset=utf-8").send(capabilitiesPage(view));
  });
}

/** Public, the same for everybody, and read by pages of other sites too. */
function sendToAnybody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: object,
  seconds: number,
): FastifyReply {
  const text = JSON.stringify(body);
  const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
  void reply
    .header("etag", etag)
    .header("cache-control", `public, max-age=${seconds}`)
    .header("access-control-allow-origin", "*")
    .header("cross-origin-resource-policy", "cross-origin");
  const known = request.headers["if-none-match"]?.split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known?.includes(etag)) return reply.code(304).send();
  return reply.type("application/json").send(text);
}

function wantsJson(request: FastifyRequest): boolean {
  const { accept = "" } = request.headers;
  return (
    (request.query as { format?: string }).format === "json" ||
    (accept.includes("json") && !accept.includes("html"))
  );
}
