import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import type { App } from "../kernel/app.ts";

/** /healthz: the process is up. /readyz: it can reach its database. /metrics: Prometheus. */
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
  http.get("/metrics", async (_request, reply) => {
    const [{ busy }, dead] = await Promise.all([
      app.jobs.outlook(app.clock.now()),
      app.jobs.deadLetterCount(),
    ]);
    app.metrics.jobsWaiting(busy, dead);
    return reply.type(app.metrics.contentType).send(await app.metrics.render());
  });
}
