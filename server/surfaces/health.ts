import type { FastifyInstance, FastifyRequest } from "fastify";
import { sql } from "kysely";
import type { App } from "../kernel/app.ts";
import { notFound, unauthorized } from "../kernel/errors.ts";
import { bearerIn, isFromHere, isSecret } from "./callers.ts";

/** /healthz: the process is up. /readyz: it can reach its database. /metrics: Prometheus, for the operator alone. */
export function addHealth(http: FastifyInstance, app: App): void {
  http.get("/healthz", () => ({ ok: true }));
  http.get("/readyz", async (_request, reply) => {
    try {
      await app.database.system("installation", (kysely) => sql`select 1`.execute(kysely));
      return { ok: true, role: app.config.role, database: app.database.engine.name };
    } catch {
      return reply.code(503).send({ ok: false, error: "the database cannot be reached" });
    }
  });
  http.get("/metrics", async (request, reply) => {
    mustBeOperator(app, request);
    const now = app.clock.now();
    const [outlook, dead] = await Promise.all([app.jobs.outlook(now), app.jobs.deadLetterCount()]);
    const waitedMs = outlook.oldestDueAt ? now.getTime() - outlook.oldestDueAt.getTime() : 0;
    const { busy: due, retrying } = outlook;
    app.metrics.jobsWaiting({ due, retrying, dead, oldestDueSeconds: Math.max(0, waitedMs / 1000) });
    return reply.type(app.metrics.contentType).send(await app.metrics.render());
  });
}

/** Checks that whoever asks for the metrics holds their token or, where there is none, is on this machine; throws the 401 or the 404. */
function mustBeOperator(app: App, request: FastifyRequest): void {
  const { metricsToken } = app.config;
  if (metricsToken === undefined) {
    if (isFromHere(request)) return;
    throw notFound("There is no GET /metrics.", {
      fix: "Metrics are shown on this machine only, unless FRONTDESK_METRICS_TOKEN is set: then to whoever sends that.",
    });
  }
  if (isSecret(bearerIn(request.headers.authorization), metricsToken)) return;
  throw unauthorized("The metrics need their token.", {
    fix: "Send Authorization: Bearer <FRONTDESK_METRICS_TOKEN>.",
    headers: { "www-authenticate": "Bearer" },
  });
}
