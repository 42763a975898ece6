/**
 * For every operation there is: who is kept out, and what is refused. Nothing here lists operations; a new one is
 * tested the day it is declared.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { TestContext } from "node:test";
import { secretsIn, withoutSecrets } from "../../kernel/guarded-fields.ts";
import { isReadScope } from "../../kernel/read-scope.ts";
import { nameOf } from "../../kernel/registry.ts";
import { startLoopbackGoogle } from "../../providers/calendar/loopback-google.ts";
import { knownScopes, privateScopes, workspaceScopeOf } from "../../scopes.ts";
import { startHarness } from "../harness.ts";
import type { Answer, Harness, TestWorkspace } from "../harness.ts";
import type { AnyOperation } from "../../kernel/operation.ts";
import { record } from "./fixtures.ts";
import type { Place } from "./fixtures.ts";
import { authOf, credential, malformed, recordParameters, send, validInput } from "./requests.ts";
import type { Input } from "./requests.ts";

const google = await startLoopbackGoogle();
after(() => google.close());
const frontdesk: Harness = await startHarness({
  environment: { GOOGLE_API_BASE_URL: google.baseUrl },
});
const operations = frontdesk.app.registry.operations.filter((one) => one.route);
const covered = new Set<string>();

for (const operation of operations) {
  test(`${nameOf(operation)} lets in only who may, and only what fits`, async (context) => {
    const place: Place = { frontdesk, workspace: await frontdesk.workspace() };
    await context.test("a call without a credential", () => withoutCredential(operation, place));
    await context.test("a key without a scope", () => withoutScope(operation, place));
    await context.test("scopes of other things, and of reading alone", () => wrongScopes(operation, place));
    await context.test("a key that was revoked", () => revokedKey(operation, place));
    await context.test("an approval by whoever may not do it", () => foreignApproval(operation, place));
    await context.test("an id of another workspace", () => foreignId(operation, place));
    await context.test("an input that does not fit", (inner) => misfit(operation, place, inner));
    await context.test("the same request twice", () => replay(operation, place));
    covered.add(nameOf(operation));
  });
}

test("every operation with a route was put to the test", (context) => {
  const share = ((100 * covered.size) / operations.length).toFixed(1);
  context.diagnostic(`authorization coverage: ${covered.size}/${operations.length} operations (${share} %)`);
  const left = operations.map(nameOf).filter((name) => !covered.has(name));
  assert.deepEqual(left, []);
});

test("a record nobody has said how to make fails its operation instead of being passed over", async () => {
  const place: Place = { frontdesk, workspace: await frontdesk.workspace() };
  await assert.rejects(record("unicorn", place), /does not say how a unicorn comes to be/);
});

async function withoutCredential(operation: AnyOperation, place: Place): Promise<void> {
  const input = await validInput(operation, place);
  const answer = await send(frontdesk, operation, input, { signed: false });
  const expected = { "provider-signature": 403, public: 200 } as Record<string, number>;
  assert.equal(answer.status, expected[authOf(operation)] ?? 401, answer.text);
  if (authOf(operation) === "public") return;
  if (operation.voice) assert.ok(answer.text.startsWith(operation.voice.failure), "spoken");
  else assert.ok("error" in (answer.body as object), "in the surface's error shape");
  const wrong = await send(frontdesk, operation, input, { signed: false, key: "fd_live_not-a-key" });
  assert.equal(wrong.status, answer.status);
}

async function withoutScope(operation: AnyOperation, place: Place): Promise<void> {
  const input = await validInput(operation, place);
  const needed = operation.neededScopes?.(input) ?? operation.scopes;
  if (needed.length === 0 && operation.scopes.length > 0) {
    const others = [...knownScopes].filter((one) => !operation.scopes.includes(one));
    const answer = await send(frontdesk, operation, input, {
      key: await credential(operation, place, others),
    });
    assert.equal(answer.status, 403, answer.text);
  }
  for (const scope of needed) {
    const every = authOf(operation) === "scoped-token" ? privateScopes : [...knownScopes];
    const key = await credential(
      operation,
      place,
      every.filter((one) => one !== scope),
    );
    const answer = await send(frontdesk, operation, await validInput(operation, place), { key });
    assert.equal(answer.status, 403, answer.text);
    assert.ok(answer.text.includes(scope), `the answer names ${scope}: ${answer.text}`);
  }
}

/** Neither every scope of every other thing opens an operation, nor, for a write, all that lets read. */
async function wrongScopes(operation: AnyOperation, place: Place): Promise<void> {
  if (operation.scopes.length === 0 || authOf(operation) === "scoped-token") return;
  const things = new Set(operation.scopes.map(thingOf));
  const others = [...knownScopes].filter((scope) => !things.has(thingOf(scope)));
  const reading = [...knownScopes].filter(isReadScope);
  const input = await validInput(operation, place);
  for (const scopes of operation.effect === "read" ? [others] : [others, reading]) {
    const key = await credential(operation, place, scopes);
    const answer = await send(frontdesk, operation, input, { key });
    assert.equal(answer.status, 403, answer.text);
  }
}

function thingOf(scope: string): string {
  return scope.split(/[:.]/)[0] ?? scope;
}

async function revokedKey(operation: AnyOperation, place: Place): Promise<void> {
  const { credentials } = frontdesk.app;
  const kind = authOf(operation) === "scoped-token" ? "private" : "workspace";
  if (!["workspace-key", "agent-token", "scoped-token"].includes(authOf(operation))) return;
  const scopes = [...knownScopes];
  const workspaceId = place.workspace.id;
  const issued = await credentials.issue({ workspaceId, kind, name: "gone", scopes, approvalLevel: "full" });
  await credentials.revoke(workspaceId, issued.id);
  const answer = await send(frontdesk, operation, await validInput(operation, place), { key: issued.secret });
  assert.equal(answer.status, 401, answer.text);
}

/** A held call is opened, seen and decided by nobody who lacks a scope it takes. */
async function foreignApproval(operation: AnyOperation, place: Place): Promise<void> {
  const { workspace } = place;
  const heldBack =
    operation.effect !== "read" && operation.holdable !== false && operation.tenancy !== "none";
  if (!heldBack || authOf(operation) === "public" || operation.upload) return;
  const { key, input } = await asker(operation, place);
  const held = await send(frontdesk, operation, input, { key });
  const { body } = await workspace.call("GET", "/api/v1/approvals?limit=1");
  const [row] = body.data;
  assert.equal(row?.operation, operation.name, held.text);
  assert.deepEqual(row.missing_scopes, [], "a key with every scope sees it");
  const needed = operation.neededScopes?.(input) ?? operation.scopes;
  for (const scope of needed.length > 0 ? needed : [operation.scopes]) {
    const lacking = [scope].flat().map(workspaceScopeOf);
    const poor = await workspace.keyWith(
      [...knownScopes].filter((one) => !lacking.includes(workspaceScopeOf(one))),
    );
    const shown = await frontdesk.call("GET", `/api/v1/approvals/${row.id}`, { key: poor });
    assert.deepEqual(shown.body.data.request_body, {}, shown.text);
    for (const verb of ["approve", "reject"]) {
      const answer = await frontdesk.call("POST", `/api/v1/approvals/${row.id}/${verb}`, { key: poor });
      assert.equal(answer.status, 403, answer.text);
    }
  }
}

/** A key whose writes are held, and an input it may send: some records are only theirs who made them. */
async function asker(operation: AnyOperation, { workspace }: Place): Promise<{ key: string; input: Input }> {
  const { credentials, database } = frontdesk.app;
  const workspaceId = workspace.id;
  const scopes = [...knownScopes];
  const issue = (kind: "workspace" | "private") =>
    credentials.issue({ workspaceId, kind, name: "held", scopes, approvalLevel: "full" });
  const maker = await issue("workspace");
  const call: TestWorkspace["call"] = (method, path, body, headers = {}) =>
    frontdesk.call(method, path, { key: maker.secret, body, headers });
  const input = await validInput(operation, {
    frontdesk,
    workspace: { ...workspace, key: maker.secret, call },
  });
  const { id } = authOf(operation) === "scoped-token" ? await issue("private") : maker;
  await database.system("authenticate", (kysely) =>
    kysely.updateTable("api_keys").set({ approval_level: "with-approval" }).where("id", "=", id).execute(),
  );
  return { key: (await credentials.rotate(workspaceId, id))?.secret ?? "", input };
}

/** A record of another workspace is exactly as absent as one that never was. */
async function foreignId(operation: AnyOperation, place: Place): Promise<void> {
  if (["public", "provider-signature"].includes(authOf(operation))) return;
  const stranger: Place = { frontdesk, workspace: await frontdesk.workspace() };
  for (const name of recordParameters(operation)) {
    const theirs = String((await validInput(operation, stranger))[name]);
    const never = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
    const key = await credential(operation, place);
    const input = await validInput(operation, place);
    const foreign = await send(frontdesk, operation, { ...input, [name]: theirs }, { key });
    const absent = await send(frontdesk, operation, { ...input, [name]: never }, { key });
    refused(operation, foreign, 404);
    refused(operation, absent, 404);
    assert.equal(foreign.text.replaceAll(theirs, "ID"), absent.text.replaceAll(never, "ID"));
  }
}

/** By its status, or by the words a voice agent is told it in. */
function refused(operation: AnyOperation, answer: Answer, status: number, about = operation.name): void {
  const { voice } = operation;
  assert.equal(answer.status, voice?.status ?? status, `${about}: ${answer.text}`);
  if (voice) assert.ok(answer.text.startsWith(voice.failure), answer.text);
}

async function misfit(operation: AnyOperation, place: Place, context: TestContext): Promise<void> {
  const key = await credential(operation, place);
  const cases = malformed(operation, await validInput(operation, place));
  assert.ok(cases.length > 0, "the schema refuses something");
  for (const { field, input } of cases) {
    const answer = await send(frontdesk, operation, input, { key });
    refused(operation, answer, 400, field);
    assert.ok(answer.text.includes(field), `the answer names ${field}: ${answer.text}`);
  }
  context.diagnostic(`${cases.length} malformed inputs`);
}

async function replay(operation: AnyOperation, place: Place): Promise<void> {
  const key = await credential(operation, place);
  const input = await validInput(operation, place);
  if (operation.effect === "read" || operation.tenancy === "none") {
    const answer = await send(frontdesk, operation, input, { key });
    assert.ok(answer.status < 300, answer.text);
    return;
  }
  const first = await send(frontdesk, operation, input, { key, idempotencyKey: "once" });
  assert.ok(first.status < 300, first.text);
  assert.equal(first.headers["idempotent-replayed"], undefined);
  const again = await send(frontdesk, operation, input, { key, idempotencyKey: "once" });
  assert.equal(again.status, first.status, again.text);
  assert.equal(again.headers["idempotent-replayed"], "true");
  const answered = first.body as { data?: unknown } | undefined;
  const secrets = secretsIn(operation.output, answered?.data ?? answered);
  assert.deepEqual(withoutMeter(again), withoutSecrets(withoutMeter(first), secrets));
  if (secrets.length > 0) await keptNowhere(place, secrets);
}

/** A secret that is shown once stands in nothing that is kept of the call. */
async function keptNowhere({ workspace }: Place, secrets: readonly string[]): Promise<void> {
  for (const table of ["idempotency_keys", "audit_entries", "events", "approvals"] as const) {
    const rows = await frontdesk.app.database.read(workspace.id, (db) =>
      db.from(table).selectAll().execute(),
    );
    const text = JSON.stringify(rows);
    assert.ok(!secrets.some((secret) => text.includes(secret)), table);
  }
}

// The credits left are those of this moment, not of the first answer.
function withoutMeter(answer: Answer): unknown {
  const { meta: _meta, ...rest } = (answer.body ?? {}) as Record<string, unknown>;
  return rest;
}
