import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { start } from "../main.ts";
import { freshDatabaseUrl, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";

const frontdesk = await startHarness({ work: false });
const here = { host: "127.0.0.1:8080" };
const metricsOf = ({ call }: Harness, headers: Record<string, string>) =>
  call("GET", "/metrics", { headers });
const gauge = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);

test("metrics are shown to this machine, and to nobody who comes through a proxy or under another name", async () => {
  assert.equal((await metricsOf(frontdesk, here)).status, 200);
  const strangers = [{}, { ...here, "x-forwarded-for": "127.0.0.1" }, { ...here, via: "1.1 proxy" }];
  for (const headers of strangers) {
    const answer = await metricsOf(frontdesk, headers);
    assert.equal(answer.status, 404, JSON.stringify(headers));
    assert.equal(answer.body.error.code, "NOT_FOUND");
    assert.match(answer.body.error.fix, /FRONTDESK_METRICS_TOKEN/);
  }
  const { key } = await frontdesk.workspace();
  assert.equal((await frontdesk.call("GET", "/metrics", { key })).status, 404, "a key is no operator's");
});

test("where the metrics have a token everybody needs it, from here too", async () => {
  const token = "metrics-0123456789";
  const guarded = await startHarness({
    modules: [],
    work: false,
    environment: { FRONTDESK_METRICS_TOKEN: token },
  });
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  for (const headers of [here, bearer(`${token}9`), bearer(token.slice(1)), { authorization: token }]) {
    const answer = await metricsOf(guarded, headers);
    assert.equal(answer.status, 401, JSON.stringify(headers));
    assert.equal(answer.headers["www-authenticate"], "Bearer");
  }
  const told = await metricsOf(guarded, { ...bearer(token), "x-forwarded-for": "192.0.2.1" });
  assert.equal(told.status, 200);
  assert.match(told.text, /frontdesk_dead_letters 0/);
});

test("a worker says how it is and serves nothing else", async () => {
  const worker = await startHarness({
    work: false,
    environment: { FRONTDESK_ROLE: "worker", DATABASE_URL: "postgres://127.0.0.1/elsewhere" },
  });
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    assert.equal((await worker.call("GET", path, { headers: here })).status, 200, path);
  }
  assert.equal((await worker.call("GET", "/readyz")).body.role, "worker");
  assert.equal((await metricsOf(worker, {})).status, 404, "its metrics are guarded too");
  const { key, slug } = await worker.workspace();
  const routes = worker.app.registry.operations.flatMap(({ route, surface }) =>
    route ? [route.replace(" ", ` ${surface.bases[0]}`)] : [],
  );
  const beside = [
    "GET /",
    "GET /docs",
    `GET /book/${slug}`,
    "GET /sign-in",
    "POST /mcp",
    "GET /openapi.json",
  ];
  assert.ok(routes.length > 100);
  for (const route of [...routes, ...beside, "GET /api/v1/events/stream", "GET /simulator/session"]) {
    const [method = "", path = ""] = route.split(" ");
    const answer = await worker.call(method, path, { key, ...(method === "GET" ? {} : { body: {} }) });
    assert.equal(answer.status, 404, route);
    assert.match(answer.text, /this process works in the background/, route);
  }
});

test("a worker opens no demo, and whoever serves does", async (context) => {
  const database = await freshDatabaseUrl();
  if (!database) return context.skip("the embedded database has one process for everything");
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-worker-"));
  const environment = { DATABASE_URL: database.url, FRONTDESK_DATA: folder, PORT: "0", LOG_LEVEL: "silent" };
  context.after(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const worker = await start({ ...environment, FRONTDESK_ROLE: "worker" });
  const serving = await start({ ...environment, FRONTDESK_ROLE: "api" });
  try {
    assert.equal(worker.demo, undefined);
    assert.equal((await fetch(`${worker.url}/readyz`)).status, 200);
    assert.equal((await fetch(`${worker.url}/metrics`)).status, 200);
    assert.ok(serving.demo?.api_key);
  } finally {
    await serving.close();
    await worker.close();
  }
});

test("the metrics say how long the oldest job that is due has waited", async () => {
  const { app } = frontdesk;
  const { id } = await frontdesk.workspace();
  const [job] = app.registry.jobs;
  assert.ok(job);
  const age = async () => gauge((await metricsOf(frontdesk, here)).text, "frontdesk_oldest_due_job_seconds");
  const enqueue = (seconds: number) =>
    app.database.transaction(id, (db) =>
      app.jobs.enqueueIn(db, id, "test", [
        { job, payload: {}, options: { startAt: new Date(app.clock.now().getTime() + seconds * 1000) } },
      ]),
    );
  await enqueue(3600);
  assert.equal(await age(), 0, "what falls due later does not wait yet");
  await enqueue(-30);
  await enqueue(-90);
  assert.equal(await age(), 90);
});
