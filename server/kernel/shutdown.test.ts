import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { startHarness } from "../testing/harness.ts";
import { gate, probe } from "../testing/probe.ts";

const frontdesk = await startHarness({ modules: [...modules, probe], work: false });

test("closing lets the request in progress finish first", { timeout: 20_000 }, async () => {
  const workspace = await frontdesk.workspace();
  let open = () => {};
  gate.wait = new Promise((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (gate.entered = resolve));
  await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const { port } = frontdesk.http.addresses()[0] as { port: number };
  const running = fetch(`http://127.0.0.1:${port}/api/v1/probe`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${workspace.key}`,
      "content-type": "application/json",
      connection: "close",
    },
    body: JSON.stringify({ name: "Last", hold: true }),
  });
  await entered;
  let closed = false;
  const closing = frontdesk.http.close().then(() => (closed = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(closed, false);
  open();
  delete gate.wait;
  delete gate.entered;
  assert.equal((await running).status, 200);
  await closing;
});
