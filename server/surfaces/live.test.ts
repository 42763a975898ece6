import assert from "node:assert/strict";
import { after, mock, test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";

const frontdesk = await startHarness();
const address = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
const followers: AbortController[] = [];
after(() => {
  for (const follower of followers) follower.abort();
});

/** For a test that would wait for ever if what it asks for does not happen. */
const limit = { timeout: 20_000 };

type Seen = { id: string; type: string; record_id: string };

/** Follows a workspace as a browser would; `until` waits for so many events. */
async function follow(key: string, after?: string) {
  const abort = new AbortController();
  followers.push(abort);
  const response = await fetch(
    `${address}/api/v1/events/stream${after === undefined ? "" : `?after=${after}`}`,
    {
      headers: { authorization: `Bearer ${key}` },
      signal: abort.signal,
    },
  );
  const events: Seen[] = [];
  const comments: string[] = [];
  let changed = () => {};
  let ended = false;
  const reading = (async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const line = block.split("\n").find((one) => one.startsWith("data: "));
        if (line) events.push(JSON.parse(line.slice(6)) as Seen);
        comments.push(...block.split("\n").filter((one) => one.startsWith(":")));
      }
      changed();
    }
    ended = true;
    changed();
  })().catch(() => undefined);
  const until = async (count: number) => {
    while (events.length < count && !ended) await new Promise<void>((resolve) => (changed = resolve));
    return events;
  };
  const untilComment = async (comment: string) => {
    while (!comments.includes(comment) && !ended) await new Promise<void>((resolve) => (changed = resolve));
    assert.ok(comments.includes(comment), comment);
  };
  return { response, events, until, untilComment, reading, stop: () => abort.abort() };
}

async function createContact(workspace: TestWorkspace, name: string): Promise<string> {
  const answer = await workspace.call("POST", "/api/v1/contacts", { first_name: name });
  assert.equal(answer.status, 201);
  return answer.body.data.id as string;
}

test("a stream begins with what was missed and goes on with what comes", async () => {
  const workspace = await frontdesk.workspace();
  const first = await createContact(workspace, "Ann");
  const second = await createContact(workspace, "Ben");
  const all = await follow(workspace.key, "0");
  assert.equal(all.response.status, 200);
  assert.match(String(all.response.headers.get("content-type")), /text\/event-stream/);
  const [ann] = await all.until(2);
  const third = await createContact(workspace, "Cas");
  const seen = await all.until(3);
  assert.deepEqual(
    seen.map((event) => [event.type, event.record_id]),
    [first, second, third].map((id) => ["contact.created", id]),
  );
  const rest = await follow(workspace.key, ann?.id);
  assert.deepEqual(
    (await rest.until(2)).map((event) => event.record_id),
    [second, third],
  );
});

test("without a place a stream tells only what comes, and nothing of another workspace", async () => {
  const [one, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await createContact(one, "Before");
  const stream = await follow(one.key);
  await createContact(other, "Elsewhere");
  const mine = await createContact(one, "After");
  await stream.until(1);
  await createContact(other, "Elsewhere again");
  const last = await createContact(one, "Last");
  assert.deepEqual(
    (await stream.until(2)).map((event) => event.record_id),
    [mine, last],
  );
});

test("no event is lost while many write at once", async () => {
  const workspace = await frontdesk.workspace();
  const stream = await follow(workspace.key, "0");
  const ids = await Promise.all(
    Array.from({ length: 60 }, (_, n) => createContact(workspace, `Person ${n}`)),
  );
  const seen = await stream.until(60);
  assert.deepEqual(seen.map((event) => event.record_id).sort(), ids.sort());
});

test("an event that was recorded early and committed late is not stepped over", async (context) => {
  if (frontdesk.app.database.engine.name === "embedded") return context.skip("one connection, no overtaking");
  const workspace = await frontdesk.workspace();
  const stream = await follow(workspace.key, "0");
  const { database, clock } = frontdesk.app;
  const insert = (id: string) => ({
    id,
    type: "contact.created",
    noun: "contact",
    record_id: id,
    payload: "{}",
    request_id: "test",
    occurred_at: clock.now(),
  });
  const [early, late] = ["0195a1b2-7c3d-7e4f-8a9b-000000000001", "0195a1b2-7c3d-7e4f-8a9b-000000000002"];
  let overtakenIsIn = () => {};
  const overtaken = new Promise<void>((resolve) => (overtakenIsIn = resolve));
  let overtakerHasXid = () => {};
  const started = new Promise<void>((resolve) => (overtakerHasXid = resolve));
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  // The overtaker has the lower transaction id and the higher position, and commits first.
  const overtaker = database.transaction(workspace.id, async (db) => {
    await db.raw(sql`select pg_current_xact_id()`);
    overtakerHasXid();
    await overtaken;
    await db.insert("events", insert(late) as never).execute();
  });
  await started;
  const slow = database.transaction(workspace.id, async (db) => {
    await db.insert("events", insert(early) as never).execute();
    overtakenIsIn();
    await released;
  });
  await overtaker;
  frontdesk.app.bell.ring(workspace.id);
  assert.equal((await stream.until(1))[0]?.id, late);
  const meanwhile = await createContact(workspace, "Meanwhile");
  assert.equal((await stream.until(2))[1]?.record_id, meanwhile, "a slow transaction holds nothing up");
  release();
  await slow;
  assert.deepEqual(
    (await stream.until(3)).map((event) => event.record_id),
    [late, meanwhile, early],
  );
});

test("a key hears only of what it may read, and needs to be valid; a key in the address is none", async () => {
  const workspace = await frontdesk.workspace();
  const phoneOnly = await follow(await workspace.keyWith(["phone:read"]), "0");
  const contactsOnly = await follow(await workspace.keyWith(["contacts:read"]), "0");
  await createContact(workspace, "Ann");
  await contactsOnly.until(1);
  assert.equal(phoneOnly.events.length, 0);
  assert.equal((await follow("fd_live_wrong")).response.status, 401);
  const inAddress = await frontdesk.call("GET", `/api/v1/events/stream?key=${workspace.key}`);
  assert.equal(inAddress.status, 401);
  const stranger = await frontdesk.workspace();
  const foreign = await follow(workspace.key, "0");
  const [event] = await foreign.until(1);
  const answer = await stranger.call("GET", `/api/v1/events/stream?after=${event?.id}`);
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.details.fields[0].field, "after");
});

test("a key that is revoked hears nothing more, not even before the next heartbeat", async () => {
  const workspace = await frontdesk.workspace();
  const { credentials } = frontdesk.app;
  const scopes = ["contacts:read"];
  const wanted = {
    workspaceId: workspace.id,
    kind: "workspace",
    name: "k",
    scopes,
    approvalLevel: "full",
  } as const;
  const key = await credentials.issue(wanted);
  const stream = await follow(key.secret, "0");
  const first = await createContact(workspace, "Heard");
  await stream.until(1);
  await credentials.revoke(workspace.id, key.id);
  await createContact(workspace, "Unheard");
  await stream.reading;
  assert.deepEqual(
    stream.events.map((event) => event.record_id),
    [first],
  );
});

test("a stream tells what the key may read, by today's scopes, field by field", async () => {
  const workspace = await frontdesk.workspace();
  const product = (await workspace.call("POST", "/api/v1/products", { name: "Tap", price: 5 })).body.data;
  const deal = (await workspace.call("POST", "/api/v1/opportunities", { name: "Bath" })).body.data;
  const lines = `/api/v1/opportunities/${deal.id}/products`;
  const line = (await workspace.call("POST", lines, { product_id: product.id })).body.data;
  await createContact(workspace, "Hidden");
  await workspace.call("PATCH", `${lines}/${line.id}`, { payment_status: "paid", quantity: 2 });
  const poor = await follow(await workspace.keyWith(["opportunities:read"]), "0");
  const told = JSON.stringify(await poor.until(3));
  assert.match(told, /opportunity_product\.updated/);
  assert.doesNotMatch(told, /payment_status|"contact\.created"/);
});

test("a key hears nothing of a company it may not read", async () => {
  const workspace = await frontdesk.workspace();
  const contactsOnly = await follow(await workspace.keyWith(["contacts:read"]), "0");
  const all = await follow(workspace.key, "0");
  assert.equal((await workspace.call("PATCH", "/api/v1/company", { name: "Renamed" })).status, 200);
  await createContact(workspace, "Ann");
  const types = (seen: Seen[]) => seen.map((event) => event.type);
  assert.deepEqual(types(await all.until(2)), ["workspace.updated", "contact.created"]);
  assert.deepEqual(types(await contactsOnly.until(1)), ["contact.created"]);
});

test("a quiet stream says that it lives, and ends with its key though nothing happens", limit, async () => {
  const workspace = await frontdesk.workspace();
  const { credentials } = frontdesk.app;
  const scopes = ["contacts:read"];
  const wanted = { workspaceId: workspace.id, kind: "workspace", name: "k", scopes } as const;
  const key = await credentials.issue({ ...wanted, approvalLevel: "full" });
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const stream = await follow(key.secret);
    mock.timers.tick(15_000);
    await stream.untilComment(": still here");
    await credentials.revoke(workspace.id, key.id);
    mock.timers.tick(15_000);
    await stream.reading;
  } finally {
    mock.timers.reset();
  }
});

/** How often the events of a workspace are read while something is done. */
async function readsDuring(workspace: TestWorkspace, work: () => void): Promise<number> {
  const { database } = frontdesk.app;
  const reads = mock.method(database, "read");
  try {
    work();
    const calls = () => reads.mock.calls.filter((call) => call.arguments[0] === workspace.id);
    for (let seen = -1; seen < calls().length;) {
      seen = calls().length;
      await Promise.all(calls().map((call) => call.result));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return calls().length;
  } finally {
    reads.mock.restore();
  }
}

test("whoever follows a workspace from the same place is served by one read", async () => {
  const workspace = await frontdesk.workspace();
  const streams = await Promise.all(Array.from({ length: 10 }, () => follow(workspace.key)));
  await createContact(workspace, "Ann");
  for (const stream of streams) await stream.until(1);
  // The look of every half second may fall into it, and is one more.
  const reads = await readsDuring(workspace, () => frontdesk.app.bell.ring(workspace.id));
  assert.ok(reads === 1 || reads === 2, `${reads} reads`);
  const last = await createContact(workspace, "Ben");
  for (const stream of streams) assert.equal((await stream.until(2))[1]?.record_id, last);
});

test("nobody joins a read that began before they were woken", limit, async () => {
  const workspace = await frontdesk.workspace();
  await createContact(workspace, "Ann");
  const { database } = frontdesk.app;
  const ann = await database.read(workspace.id, (db) => db.from("events").select("id").executeTakeFirst());
  const first = await follow(workspace.key, ann?.id);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const read = database.read.bind(database);
  let isHeld = false;
  const held = mock.method(database, "read", async (...call: Parameters<typeof read>) => {
    const found = await read(...call);
    if (!isHeld && call[0] === workspace.id) {
      isHeld = true;
      await released;
    }
    return found;
  });
  try {
    // What is read now has nothing new in it, and takes its time.
    await readHeld(() => isHeld, workspace);
    const ben = await createContact(workspace, "Ben");
    const second = await follow(workspace.key, ann?.id);
    assert.equal((await second.until(1))[0]?.record_id, ben);
    assert.equal(first.events.length, 0);
    release();
    assert.equal((await first.until(1))[0]?.record_id, ben);
  } finally {
    release();
    held.mock.restore();
  }
});

async function readHeld(isHeld: () => boolean, workspace: TestWorkspace): Promise<void> {
  while (!isHeld()) {
    frontdesk.app.bell.ring(workspace.id);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a credential may open twenty streams and a workspace a hundred; one that ends or fails makes room", async () => {
  const workspace = await frontdesk.workspace();
  const path = "/api/v1/events/stream";
  const keys = await Promise.all(Array.from({ length: 6 }, () => workspace.keyWith(["contacts:read"])));
  const [key = "", last = ""] = [keys[0], keys[5]];
  for (let count = 0; count < 25; count += 1) {
    const failed = await frontdesk.call("GET", `${path}?after=nothing`, { key });
    assert.equal(failed.status, 400, "a place that is none uses up nothing");
  }
  const many = await Promise.all(Array.from({ length: 25 }, () => follow(key)));
  const open = many.filter(({ response }) => response.status === 200);
  assert.equal(open.length, 20, "of those that come at once no more than may be open");
  const refused = await frontdesk.call("GET", path, { key });
  assert.deepEqual([refused.status, refused.body.error.code], [429, "RATE_LIMITED"]);
  assert.match(refused.body.error.fix, /at most 20 streams of this credential/);
  for (const other of keys.slice(1, 5)) {
    const opened = await Promise.all(Array.from({ length: 20 }, () => follow(other)));
    assert.ok(opened.every(({ response }) => response.status === 200));
    open.push(...opened);
  }
  const full = await frontdesk.call("GET", path, { key: last });
  assert.equal(full.status, 429);
  assert.match(full.body.error.fix, /at most 100 streams of this workspace/);
  const stranger = await frontdesk.workspace();
  assert.equal((await follow(stranger.key)).response.status, 200, "another workspace has its own");
  open[0]?.stop();
  // The server hears of it a moment later.
  let again = await follow(last);
  for (let tries = 0; again.response.status === 429 && tries < 500; tries += 1) again = await follow(last);
  assert.equal(again.response.status, 200);
  for (const stream of open) stream.stop();
});

test("closing the server ends its streams", async () => {
  const workspace = await frontdesk.workspace();
  const stream = await follow(workspace.key);
  await frontdesk.http.close();
  await stream.reading;
});
