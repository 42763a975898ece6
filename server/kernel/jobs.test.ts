import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { modules } from "../modules/index.ts";
import { engineName, startHarness } from "../testing/harness.ts";
import { gate, noteLabel, noted, probe } from "../testing/probe.ts";
import type { Ctx } from "./context.ts";
import { Jobs } from "./jobs.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const workspace = await frontdesk.workspace();
const { app } = frontdesk;

const within = <T>(work: (ctx: Ctx) => Promise<T> | T, workspaceId = workspace.id) =>
  app.inWorkspace(
    {
      workspaceId,
      actor: { kind: "system", id: "t", name: "t", workspaceId, scopes: undefined, approvalLevel: "full" },
      operation: "test",
      surface: "test",
      requestId: "corr-1",
    },
    async (ctx) => work(ctx),
  );
const labels = () => noted.map((note) => note.label);
const inSeconds = (seconds: number) => new Date(app.clock.now().getTime() + seconds * 1000);

beforeEach(() => {
  noted.length = 0;
  delete gate.wait;
  delete gate.entered;
});

test("a job runs once its transaction has committed", async () => {
  await within((ctx) => ctx.enqueue(noteLabel, { label: "committed" }));
  await frontdesk.settle();
  assert.deepEqual(labels(), ["committed"]);
});

test("a job of a transaction that was rolled back never runs", async () => {
  await assert.rejects(
    within((ctx) => {
      ctx.enqueue(noteLabel, { label: "never" });
      throw new Error("changed its mind");
    }),
  );
  await frontdesk.advance(3600);
  assert.deepEqual(labels(), []);
  const { rows } = await app.database.owner(
    "select count(*)::int as count from pgboss.job where data->'payload'->>'label' = 'never'",
  );
  assert.equal(rows[0]?.["count"], 0);
});

test("a failing job is tried again, later each time, and then rests with the dead letters until it is redriven", async () => {
  await within((ctx) => ctx.enqueue(noteLabel, { label: "stubborn", failures: 4 }));
  await frontdesk.settle();
  assert.equal(noted.length, 1);
  await frontdesk.advance(4);
  assert.equal(noted.length, 1, "not before its delay");
  const { busy, retrying } = await app.jobs.outlook(app.clock.now());
  assert.deepEqual({ busy, retrying }, { busy: 0, retrying: 1 });
  await frontdesk.advance(3600);
  assert.deepEqual(
    noted.map((note) => note.attempt),
    [1, 2, 3, 4],
  );
  assert.deepEqual(
    noted.map((note) => note.lastAttempt),
    [false, false, false, true],
  );
  const waits = noted.slice(1).map((note, index) => Number(note.at) - Number(noted[index]?.at));
  assert.ok((waits[2] ?? 0) > (waits[0] ?? 0), `backs off: ${waits.join(", ")}`);
  assert.equal(await app.jobs.deadLetterCount(), 1);
  assert.equal((await app.jobs.outlook(app.clock.now())).retrying, 0);
  await frontdesk.advance(86_400);
  assert.equal(noted.length, 4, "dead letters stay where they are");
  noted.length = 0;
  assert.equal(await app.jobs.redrive(), 1);
  await frontdesk.settle();
  assert.deepEqual(
    noted.map((note) => [note.label, note.attempt]),
    [["stubborn", 1]],
  );
  assert.equal(await app.jobs.deadLetterCount(), 0);
  await frontdesk.advance(7200);
});

test("one job waits per key and workspace; once it ran, the key is free", async () => {
  const other = await frontdesk.workspace();
  for (let round = 0; round < 3; round += 1) {
    await within((ctx) =>
      ctx.enqueue(noteLabel, { label: `k${round}` }, { key: "k", startAt: inSeconds(60) }),
    );
  }
  await within((ctx) => ctx.enqueue(noteLabel, { label: "elsewhere" }, { key: "k" }), other.id);
  await within((ctx) => ctx.enqueue(noteLabel, { label: "keyless" }));
  await within((ctx) => ctx.enqueue(noteLabel, { label: "keyless" }));
  await frontdesk.advance(61);
  assert.deepEqual(labels().toSorted(), ["elsewhere", "k0", "keyless", "keyless"]);
  await within((ctx) => ctx.enqueue(noteLabel, { label: "again" }, { key: "k" }));
  await frontdesk.settle();
  assert.equal(labels().at(-1), "again");
});

test("delayed jobs fire in order, each at its own instant, however far the clock jumps", async () => {
  const start = app.clock.now().getTime();
  for (const minutes of [90, 5, 43_200, 1440, 30]) {
    await within((ctx) =>
      ctx.enqueue(noteLabel, { label: String(minutes) }, { startAt: inSeconds(minutes * 60) }),
    );
  }
  await frontdesk.advance(4 * 60);
  assert.deepEqual(labels(), []);
  await frontdesk.advance(40 * 86_400);
  assert.deepEqual(labels(), ["5", "30", "90", "1440", "43200"]);
  assert.deepEqual(
    noted.map((note) => (note.at.getTime() - start) / 60_000),
    [5, 30, 90, 1440, 43_200],
  );
});

test("jobs carry the correlation id of the call that asked for them", async () => {
  const headers = { "x-corr-id": "corr-from-outside" };
  const answer = await workspace.call("POST", "/api/v1/probe", { name: "follow" }, headers);
  assert.equal(answer.headers["x-corr-id"], "corr-from-outside");
  const { rows } = await app.database.owner(
    "select data->>'requestId' as id from pgboss.job where data->'payload'->>'label' = 'follow'",
  );
  assert.deepEqual(rows, [{ id: "corr-from-outside" }]);
  await frontdesk.settle();
});

test("the application role may add jobs and cannot read what others carry", async () => {
  for (const statement of ["data", "output", "*"]) {
    await assert.rejects(
      app.database.owner(`set role frontdesk_app; select ${statement} from pgboss.job; set role none`),
      /permission denied/,
    );
    await app.database.owner("set role none");
  }
  await assert.rejects(
    app.database.owner("set role frontdesk_app; delete from pgboss.job; set role none"),
    /permission denied/,
  );
  await app.database.owner("set role none");
});

test("a job whose worker was cut off is taken up again", async () => {
  await within((ctx) => ctx.enqueue(noteLabel, { label: "cut off" }, { startAt: inSeconds(86_400) }));
  // As a crash leaves it: running, by nobody, its last sign of life long ago.
  await app.database.owner(
    `update pgboss.job set state = 'active', started_on = pgboss.job_now(), heartbeat_on = pgboss.job_now(),
            start_after = pgboss.job_now() where data->'payload'->>'label' = 'cut off'`,
  );
  if (engineName === "embedded") {
    // One process owns the database, so the next one to open it knows that nobody else is at work.
    await app.jobs.takeBackOrphans();
  } else {
    await app.database.owner(
      "update pgboss.job set heartbeat_on = pgboss.job_now() - interval '2 minutes' where data->'payload'->>'label' = 'cut off'",
    );
    await superviseNow();
  }
  await frontdesk.advance(120);
  assert.deepEqual(labels(), ["cut off"]);
  assert.equal(noted[0]?.attempt, 2, "what was cut off was an attempt");
});

// The queue looks round once in five seconds at most, by the clock that stands still here.
async function superviseNow(): Promise<void> {
  await app.database.owner("update pgboss.queue set monitor_on = null, monitor_claim_on = null");
  await app.jobs.supervise();
}

test("a job that ends its process every time rests with the dead letters; the one beside it is done", async () => {
  const before = await app.jobs.deadLetterCount();
  const state = async (label: string) => {
    const { rows } = await app.database.owner(
      "select state::text as state, retry_count from pgboss.job where name = 'note-label' and data->'payload'->>'label' = $1",
      [label],
    );
    return rows[0];
  };
  await within((ctx) => ctx.enqueue(noteLabel, { label: "poison" }, { startAt: inSeconds(86_400) }));
  // Each start of a process finds it running, as the death of the one before left it.
  const die = async (label: string) => {
    await app.database.owner(
      `update pgboss.job set state = 'active', heartbeat_on = pgboss.job_now() - interval '2 minutes',
              retry_count = retry_count + case when started_on is null then 0 else 1 end, started_on = pgboss.job_now()
        where name = 'note-label' and data->'payload'->>'label' = $1`,
      [label],
    );
    if (engineName === "embedded") await app.jobs.takeBackOrphans();
    else await superviseNow();
    const { rows } = await app.database.owner(
      `update pgboss.job set start_after = pgboss.job_now() + interval '1 day'
        where name = 'note-label' and state = 'retry' and data->'payload'->>'label' = 'poison' returning state::text as state`,
    );
    return rows.length === 1;
  };
  await within((ctx) => ctx.enqueue(noteLabel, { label: "beside" }, { startAt: inSeconds(86_400) }));
  assert.equal(await die("beside"), false);
  for (const death of [1, 2, 3])
    assert.equal(await die("poison"), true, `death ${death} leaves it an attempt`);
  assert.equal(await die("poison"), false, "the fourth was its last");
  assert.equal((await state("poison"))?.["state"], "failed");
  assert.equal(await app.jobs.deadLetterCount(), before + 1);
  await frontdesk.advance(2 * 86_400);
  assert.deepEqual(labels(), ["beside"], "and it is not run again");
});

test("whoever opens the embedded database to work takes back what was running; on a server others may be at it", async () => {
  await within((ctx) => ctx.enqueue(noteLabel, { label: "left" }, { startAt: inSeconds(86_400) }));
  const left = "where name = 'note-label' and data->'payload'->>'label' = 'left'";
  await app.database.owner(
    `update pgboss.job set state = 'active', started_on = pgboss.job_now(), heartbeat_on = pgboss.job_now() ${left}`,
  );
  const { database, log, registry } = app;
  const next = new Jobs({ database, log, definitions: registry.jobs, movableClock: true, pollSeconds: 20 });
  await next.start();
  await next.work(app);
  await next.stop();
  const { rows } = await database.owner(`select state::text as state from pgboss.job ${left}`);
  assert.deepEqual(rows, [{ state: engineName === "embedded" ? "retry" : "active" }]);
  await database.owner(`delete from pgboss.job ${left}`);
});

test("a workspace with much waiting keeps no other waiting for long", async () => {
  const other = await frontdesk.workspace();
  let open = () => {};
  gate.wait = new Promise((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (gate.entered = resolve));
  await within((ctx) => {
    for (let n = 0; n < 300; n += 1) ctx.enqueue(noteLabel, { label: "hog" });
  });
  await entered;
  await within((ctx) => ctx.enqueue(noteLabel, { label: "guest" }), other.id);
  open();
  delete gate.wait;
  await frontdesk.settle();
  assert.equal(noted.length, 301);
  const place = labels().indexOf("guest");
  assert.ok(place < 60, `it came 301st and was done as number ${place + 1}`);
});

test("stopping lets the running job finish and leaves the rest waiting", async () => {
  let open = () => {};
  gate.wait = new Promise((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (gate.entered = resolve));
  await within((ctx) => ctx.enqueue(noteLabel, { label: "running" }));
  await entered;
  let stopped = false;
  const stopping = app.jobs.stop().then(() => (stopped = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(stopped, false);
  await within((ctx) => ctx.enqueue(noteLabel, { label: "too late" }));
  open();
  await stopping;
  const { rows } = await app.database.owner(
    "select data->'payload'->>'label' as label, state::text as state from pgboss.job where data->'payload'->>'label' in ('running', 'too late') order by 1",
  );
  assert.deepEqual(rows, [
    { label: "running", state: "completed" },
    { label: "too late", state: "created" },
  ]);
});

test(
  "nodes that start at once do not trip over each other",
  { skip: engineName === "embedded" && "one process has the embedded database" },
  async () => {
    const { database, log, registry } = app;
    for (let round = 0; round < 4; round += 1) {
      const nodes = Array.from(
        { length: 4 },
        () => new Jobs({ database, log, definitions: registry.jobs, movableClock: true, pollSeconds: 20 }),
      );
      const started = await Promise.allSettled(nodes.map((jobs) => jobs.start()));
      await Promise.all(nodes.map((jobs) => jobs.stop()));
      assert.deepEqual(
        started.filter(({ status }) => status === "rejected"),
        [],
      );
    }
  },
);
