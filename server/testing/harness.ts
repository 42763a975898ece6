/**
 * A whole Frontdesk per test file, on the engine under test: the embedded one by default, PostgreSQL when
 * FRONTDESK_TEST_DATABASE_URL names a server. Each harness has a database of its own (cloned from a migrated template), a
 * frozen clock, and workspaces the tests mint for themselves.
 */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";
import pg from "pg";
import { compose } from "../compose.ts";
import type { Running } from "../compose.ts";
import { readConfig } from "../kernel/config.ts";
import { Database } from "../kernel/database.ts";
import type { Engine } from "../kernel/database.ts";
import { embeddedEngine } from "../kernel/engine-embedded.ts";
import { postgresEngine } from "../kernel/engine-postgres.ts";
import { Jobs } from "../kernel/jobs.ts";
import { createLog } from "../kernel/log.ts";
import { migrate, readMigrations } from "../kernel/migrate.ts";
import type { Module } from "../kernel/operation.ts";
import { Registry } from "../kernel/registry.ts";
import { modules } from "../modules/index.ts";
import { everyScope, knownScopes } from "../scopes.ts";
import { createWorkspace } from "../workspaces.ts";
import { root } from "./root.ts";

const serverUrl = process.env["FRONTDESK_TEST_DATABASE_URL"];
const quiet = createLog(process.env["TEST_LOG"] ?? "silent");

export const engineName = serverUrl ? "postgres" : "embedded";

/** The instant the clock is frozen at when a harness starts: a Monday morning in London. */
export const startOfTime = new Date("2026-03-02T09:00:00Z");

export type Answer = {
  status: number;
  body: Json;
  headers: Record<string, string | undefined>;
  text: string;
};
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export type TestWorkspace = {
  id: string;
  slug: string;
  adminId: string;
  key: string;
  /** Calls as this workspace's key with every scope. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  keyWith(scopes: readonly string[], approvalLevel?: "full" | "with-approval" | "read-only"): Promise<string>;
  privateToken(scopes: readonly string[]): Promise<string>;
};

export type Harness = Running & {
  databaseUrl: string | undefined;
  workspace(options?: { name?: string; timeZone?: string; country?: string }): Promise<TestWorkspace>;
  call(
    method: string,
    path: string,
    options?: {
      key?: string;
      body?: unknown;
      headers?: Record<string, string>;
      form?: Record<string, string>;
      /** The address it comes from; this machine's own otherwise. */
      from?: string;
    },
  ): Promise<Answer>;
  /** Moves the clock forward and waits until everything that fell due has been done. */
  advance(seconds: number): Promise<void>;
  settle(): Promise<void>;
};

export type HarnessOptions = {
  modules?: readonly Module[];
  environment?: Record<string, string>;
  /** Workers run (jobs are done); true by default. */
  work?: boolean;
  now?: Date;
};

/** Starts a Frontdesk for this test file and closes it when the file is done. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const database = await freshEngine();
  const config = readConfig({
    NODE_ENV: "test",
    FRONTDESK_DEMO: "0",
    PUBLIC_URL: "http://frontdesk.test",
    // Nobody listens there: what a test does not stand in for is not asked.
    GOOGLE_API_BASE_URL: "http://127.0.0.1:9",
    // Notifications wake the workers; a program for each file, each asking every second, would be what the machine does most.
    FRONTDESK_POLL_SECONDS: "20",
    FRONTDESK_RATE_PER_SECOND: "100000",
    FRONTDESK_RATE_BURST: "100000",
    ...options.environment,
  });
  const running = await compose({
    config,
    engine: database.engine,
    log: quiet,
    movableClock: { frozenAt: options.now ?? startOfTime, offsetMs: 0 },
    ...(options.modules ? { modules: options.modules } : {}),
  });
  if (options.work !== false) await running.app.jobs.work(running.app);
  await running.http.ready();
  after(async () => {
    await running.close();
    await database.drop();
  });
  const call = callOf(running);
  return {
    ...running,
    databaseUrl: database.url,
    call,
    workspace: (wanted = {}) => mintWorkspace(running, call, wanted),
    advance: async (seconds) => {
      const { travel } = running;
      assert.ok(travel);
      await travel.moveTo(new Date(travel.clock.now().getTime() + seconds * 1000));
    },
    settle: () => running.travel?.settle() ?? Promise.resolve(),
  };
}

function callOf({ http }: Running): Harness["call"] {
  return async (method, path, { key, body, headers = {}, form, from } = {}) => {
    const response = await http.inject({
      method: method as "GET",
      url: path,
      ...(from ? { remoteAddress: from } : {}),
      headers: {
        host: "frontdesk.test",
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        ...(body !== undefined ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(form ? { payload: new URLSearchParams(form).toString() } : {}),
      ...(body !== undefined ? { payload: typeof body === "string" ? body : JSON.stringify(body) } : {}),
    });
    const text = response.body;
    const isJson = String(response.headers["content-type"] ?? "").includes("json");
    return {
      status: response.statusCode,
      text,
      body: isJson && text ? (JSON.parse(text) as Json) : undefined,
      headers: response.headers as Record<string, string>,
    };
  };
}

async function mintWorkspace(
  { app }: Running,
  call: Harness["call"],
  wanted: { name?: string; timeZone?: string; country?: string },
): Promise<TestWorkspace> {
  const created = await createWorkspace(
    app,
    {
      name: wanted.name ?? `Workspace ${randomUUID().slice(0, 8)}`,
      timeZone: wanted.timeZone ?? "Europe/London",
      country: wanted.country ?? "GB",
    },
    { name: "Olive Owner", email: "olive@example.test" },
  );
  const issue = async (
    kind: "workspace" | "private",
    scopes: readonly string[],
    approvalLevel: "full" | "with-approval" | "read-only",
  ) =>
    (await app.credentials.issue({ workspaceId: created.id, kind, name: "test", scopes, approvalLevel }))
      .secret;
  const key = await issue("workspace", everyScope, "full");
  return {
    ...created,
    key,
    call: (method, path, body, headers) => call(method, path, { key, body, ...(headers ? { headers } : {}) }),
    keyWith: (scopes, approvalLevel = "full") => issue("workspace", scopes, approvalLevel),
    privateToken: (scopes) => issue("private", scopes, "full"),
  };
}

type FreshEngine = { engine: Engine; url: string | undefined; drop(): Promise<void> };

/** An engine on a new, migrated database. */
export async function freshEngine(wanted: "embedded" | "any" = "any"): Promise<FreshEngine> {
  const migrations = await readMigrations(join(root, "migrations"));
  const digest = createHash("sha256");
  for (const { checksum } of migrations) digest.update(checksum);
  const version = digest.digest("hex").slice(0, 16);
  return serverUrl && wanted === "any" ? freshDatabase(serverUrl, version) : freshEmbedded(version);
}

async function freshEmbedded(version: string): Promise<FreshEngine> {
  const folder = join(root, ".cache");
  const file = join(folder, `embedded-template-${version}.tar`);
  let archive = await readFile(file).catch(() => undefined);
  if (!archive) {
    const engine = await embeddedEngine({});
    await prepare(engine);
    archive = Buffer.from(await (await engine.dump()).arrayBuffer());
    await engine.close();
    await mkdir(folder, { recursive: true });
    const partial = `${file}.${randomUUID()}`;
    await writeFile(partial, archive);
    await rename(partial, file);
  }
  const engine = await embeddedEngine({ load: new Blob([new Uint8Array(archive)]) });
  return { engine, url: undefined, drop: async () => {} };
}

async function freshDatabase(server: string, version: string): Promise<FreshEngine> {
  const template = `frontdesk_template_${version}`;
  const prefix = process.env["FRONTDESK_TEST_DATABASE_PREFIX"] ?? "frontdesk_test_";
  const name = `${prefix}${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    // One test process makes the template while the others wait.
    await admin.query("select pg_advisory_lock(771001)");
    const found = await admin.query("select from pg_database where datname = $1", [template]);
    if (found.rowCount === 0) await makeTemplate(admin, server, template);
    await admin.query(`create database ${name} template ${template}`);
  } finally {
    await admin.query("select pg_advisory_unlock(771001)");
    await admin.end();
  }
  const url = urlOf(server, name);
  const engine = await postgresEngine({ url, poolSize: 8, log: quiet });
  return {
    engine,
    url,
    drop: async () => {
      const again = new pg.Client({ connectionString: server });
      await again.connect();
      await again.query(`drop database if exists ${name} with (force)`);
      await again.end();
    },
  };
}

/** A new, empty database for a node in its own process; undefined when the embedded engine is under test. */
export async function freshDatabaseUrl(): Promise<{ url: string; drop(): Promise<void> } | undefined> {
  if (!serverUrl) return undefined;
  const { engine, url, drop } = await freshEngine();
  await engine.close();
  return url ? { url, drop } : undefined;
}

async function makeTemplate(admin: pg.Client, server: string, template: string): Promise<void> {
  const half = `${template}_making`;
  await admin.query(`drop database if exists ${half} with (force)`);
  await admin.query(`create database ${half}`);
  const engine = await postgresEngine({ url: urlOf(server, half), poolSize: 2, log: quiet });
  await prepare(engine);
  await engine.close();
  await admin.query(`alter database ${half} rename to ${template}`);
}

// With the queues in place: to make them takes longer than everything else a start does.
async function prepare(engine: Engine): Promise<void> {
  await migrate(engine, await readMigrations(join(root, "migrations")));
  const database = new Database(engine);
  const definitions = new Registry(modules, knownScopes).jobs;
  const jobs = new Jobs({ database, log: quiet, definitions, movableClock: true, pollSeconds: 1 });
  await jobs.start();
  await jobs.stop();
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}
