import assert from "node:assert/strict";
import { test } from "node:test";
import { inside } from "../modules/messaging/testing.ts";
import { modules } from "../modules/index.ts";
import { engineName, startHarness } from "../testing/harness.ts";
import { noteLabel, noted, probe } from "../testing/probe.ts";

const frontdesk = await startHarness({ modules: [...modules, probe], work: false });

test(
  "the one process of an embedded database takes back at once what the last one left running, as an attempt that failed",
  { skip: engineName !== "embedded" },
  async () => {
    const { app } = frontdesk;
    const { id } = await frontdesk.workspace();
    await inside(frontdesk, id, (ctx) => Promise.resolve(ctx.enqueue(noteLabel, { label: "cut off" })));
    const stateOf = async () => {
      const { rows } = await app.database.owner(
        "select state::text as state from pgboss.job where name = 'note-label'",
      );
      return rows.map((row) => row["state"]);
    };
    await app.database.owner(
      "update pgboss.job set state = 'active', started_on = now(), heartbeat_on = now() where name = 'note-label'",
    );
    assert.deepEqual(await stateOf(), ["active"]);
    await app.jobs.work(app);
    assert.deepEqual(await stateOf(), ["retry"]);
    await frontdesk.advance(60);
    assert.deepEqual(
      noted.map(({ label, attempt }) => [label, attempt]),
      [["cut off", 2]],
    );
  },
);
