/**
 * Two workspaces behind PgBouncer in transaction mode, reading and writing at the same time over fewer sessions than there are
 * connections: nobody sees the other's records, misses their own, or is answered with an error. POOLER_READS (default 240)
 * and POOLER_SEED say how many and which.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { compose } from "../../compose.ts";
import type { Running } from "../../compose.ts";
import { systemActor } from "../../kernel/actor.ts";
import { postgresEngine } from "../../kernel/engine-postgres.ts";
import { modules } from "../../modules/index.ts";
import { engineName, startHarness, startOfTime } from "../harness.ts";
import type { Harness, Json, TestWorkspace } from "../harness.ts";
import { noPgbouncer, startPgbouncer } from "../pgbouncer.ts";
import { noteLabel, noted, probe } from "../probe.ts";
import { linearFrom } from "../random.ts";

const skip = engineName === "embedded" ? "needs PostgreSQL" : noPgbouncer;
const reads = Number(process.env["POOLER_READS"] ?? 240);
const seed = Number(process.env["POOLER_SEED"] ?? 20_260_302);
const atOnce = 8;
const people = 12;

type Tenant = { workspace: TestWorkspace; mark: string; ids: string[] };
/** What is asked, and how many of the tenant's own records the answer must hold. */
type Question = { path(tenant: Tenant, roll: number): string; count?(body: Json): number; holds: number };

const rowsOf = (body: Json): number => body.data.length;
const questions: readonly Question[] = [
  { path: () => "/contacts?limit=50", count: rowsOf, holds: people },
  { path: ({ mark }) => `/contacts?search=${mark}&limit=50`, count: rowsOf, holds: people },
  { path: () => "/contacts/duplicates", count: rowsOf, holds: 1 },
  { path: ({ ids }, roll) => `/contacts/${ids[Math.floor(roll * ids.length)]}`, holds: 1 },
  { path: () => "/company", holds: 1 },
  { path: ({ mark }) => `/customers?search=${mark}`, count: rowsOf, holds: 1 },
];

// Out here, so that its database is there until the node behind the pooler has closed.
const harness = skip ? undefined : await startHarness({ work: false, modules: [...modules, probe] });

test("behind a pooler that lends out a session for each transaction", { skip }, async (t) => {
  const frontdesk = harness!;
  const direct = frontdesk.databaseUrl ?? "";
  const pooler = await startPgbouncer(direct, 3);
  const node = await nodeBehind(pooler.url, direct, frontdesk);
  t.after(async () => {
    await node.close();
    await pooler.close();
  });
  const tenants = [await fill(frontdesk, "alphaville"), await fill(frontdesk, "betatown")] as const;

  await t.test("it is recognised, and the server's own address asked for", async () => {
    const { log } = frontdesk.app;
    await assert.rejects(
      postgresEngine({ url: pooler.url, poolSize: 2, log }),
      /set DATABASE_DIRECT_URL to the server itself/,
    );
    await assert.rejects(
      postgresEngine({ url: pooler.url, directUrl: pooler.url, poolSize: 2, log }),
      /DATABASE_DIRECT_URL leads through a pooler/,
    );
    assert.equal(node.app.database.engine.ownSessions, false);
    assert.equal(frontdesk.app.database.engine.ownSessions, true);
  });

  await t.test(
    `${reads} mixed reads, writes between them: none foreign, none wrongly empty, none failed`,
    async (one) => {
      one.diagnostic(`seed ${seed}`);
      const roll = linearFrom(seed);
      const wrong: string[] = [];
      let left = reads;
      const reader = async () => {
        while (left > 0) {
          left -= 1;
          const tenant = tenants[roll() < 0.5 ? 0 : 1];
          const question = questions[Math.floor(roll() * questions.length)] as Question;
          const problem = await ask(node, tenant, question, roll());
          if (problem !== undefined) wrong.push(problem);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, reader));
      assert.deepEqual(wrong.slice(0, 20), []);
    },
  );

  await t.test("jobs are done, and a revoked key is forgotten at once", async () => {
    const workspaceId = tenants[0].workspace.id;
    await node.app.jobs.work(node.app);
    const actor = systemActor(workspaceId, "test");
    await node.app.inWorkspace(
      { workspaceId, actor, operation: "test", surface: "test", requestId: "pooled" },
      async (ctx) => ctx.enqueue(noteLabel, { label: "pooled" }),
    );
    await node.travel?.settle();
    assert.deepEqual(
      noted.map(({ label }) => label),
      ["pooled"],
    );
    const { credentials } = frontdesk.app;
    const scopes = ["contacts:read"];
    const wanted = { workspaceId, kind: "workspace", name: "short", scopes, approvalLevel: "full" } as const;
    const { id, secret } = await credentials.issue(wanted);
    assert.equal((await call(node, secret, "GET", "/contacts")).status, 200);
    await credentials.revoke(workspaceId, id);
    for (let turn = 0; (await call(node, secret, "GET", "/contacts")).status !== 401; turn += 1) {
      assert.ok(turn < 500, "the node goes on believing the key");
      await nextTurn();
    }
  });
});

/** A second node on the same database, which reaches it through the pooler. */
async function nodeBehind(url: string, directUrl: string, { app }: Harness): Promise<Running> {
  const engine = await postgresEngine({ url, directUrl, poolSize: 8, log: app.log });
  const { config, log } = app;
  const movableClock = { frozenAt: startOfTime, offsetMs: 0 };
  const node = await compose({ config, engine, log, movableClock, modules: [...modules, probe] });
  await node.http.ready();
  return node;
}

/** Contacts that all carry the tenant's mark, two of them with one address. */
async function fill(frontdesk: Harness, mark: string): Promise<Tenant> {
  const workspace = await frontdesk.workspace({ name: `${mark} Ltd` });
  const ids: string[] = [];
  for (let n = 0; n < people; n += 1) {
    const email = `person${n === 1 ? 0 : n}@${mark}.example`;
    const made = await workspace.call("POST", "/api/v1/contacts", {
      first_name: `Person${n}x${n}`,
      last_name: mark,
      email,
    });
    assert.equal(made.status, 201, made.text);
    ids.push(made.body.data.id);
  }
  const company = await workspace.call("POST", "/api/v1/customers", { name: `${mark} Works` });
  assert.equal(company.status, 201, company.text);
  return { workspace, mark, ids };
}

/** Asks as the tenant; returns what is wrong with the answer, if anything is. A tenth of the time it writes first. */
async function ask(
  node: Running,
  tenant: Tenant,
  question: Question,
  roll: number,
): Promise<string | undefined> {
  const { workspace, mark, ids } = tenant;
  if (roll < 0.1) {
    const path = `/contacts/${ids[Math.floor(roll * 10 * ids.length)]}`;
    const written = await call(node, workspace.key, "PATCH", path, { notes: `${mark} ${roll}` });
    if (written.status !== 200)
      return `PATCH ${path} as ${mark}: ${written.status} ${written.text.slice(0, 200)}`;
  }
  const path = question.path(tenant, roll);
  const { status, text } = await call(node, workspace.key, "GET", path);
  const told = `GET ${path} as ${mark}: ${status} ${text.slice(0, 300)}`;
  if (status !== 200 || !text.includes(mark)) return told;
  if (text.includes(mark === "alphaville" ? "betatown" : "alphaville")) return `foreign: ${told}`;
  if (question.count && question.count(JSON.parse(text)) !== question.holds) return `wrong number: ${told}`;
  return undefined;
}

async function call(
  { http }: Running,
  key: string,
  method: "GET" | "PATCH",
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const headers = { host: "frontdesk.test", authorization: `Bearer ${key}` };
  const url = `/api/v1${path}`;
  const answer = await http.inject({ method, url, headers, ...(body ? { payload: body } : {}) });
  return { status: answer.statusCode, text: answer.body };
}
