import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { freshDatabaseUrl } from "../server/testing/harness.ts";
import { root } from "../server/testing/root.ts";
import { startNode } from "../server/testing/nodes.ts";

const database = await freshDatabaseUrl();
const node = await startNode({ FRONTDESK_DEMO: "1", ...(database ? { DATABASE_URL: database.url } : {}) });
after(async () => {
  await node.stop();
  await database?.drop();
});

test("the tour in the README works line by line as printed", async () => {
  const readme = await readFile(`${root}README.md`, "utf8");
  const tour = readme.slice(readme.indexOf("## A five-minute tour"), readme.indexOf("## Working on it"));
  const lines = [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
    (block[1] ?? "").trim().split("\n"),
  );
  assert.ok(lines.length > 10);
  const script = lines
    .map((line) =>
      line.replaceAll("http://127.0.0.1:8080", node.url).replaceAll("./data/", `${node.dataFolder}/`),
    )
    .map((line) => `${line}; status=$?; echo; echo "--- $status"`)
    .join("\n");
  const run = spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8", timeout: 120_000 });
  const answers = run.stdout.split(/^--- /m);
  const failed = answers.slice(1).filter((answer) => !answer.startsWith("0"));
  assert.deepEqual(failed, [], run.stderr);
  assert.doesNotMatch(run.stdout, /"error":/);
  assert.match(run.stdout, /Sorry we missed your call/);
  assert.match(run.stdout, /you are booked for Leak repair/);
  assert.match(run.stdout, /a reminder of your Leak repair/);
});
