import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../server/testing/harness.ts";
import { Frontdesk, FrontdeskError, HeldForApproval, each } from "./client.ts";

const harness = await startHarness();
const baseUrl = await harness.http.listen({ host: "127.0.0.1", port: 0 });

test("a record is created, read, changed, listed and deleted", async () => {
  const { key } = await harness.workspace();
  const desk = new Frontdesk({ baseUrl, apiKey: key });
  const contact = await desk.createContact({ first_name: "Paul", email: "paul@example.com" });
  assert.equal(contact.first_name, "Paul");
  const id = String(contact.id);
  await desk.updateContact({ id, last_name: "Jones" });
  const read = await desk.getContact({ id, fields: ["display_name"] });
  assert.equal(read.display_name, "Paul Jones");
  const page = await desk.listContacts({ limit: 10 });
  assert.equal(page.data.length, 1);
  assert.equal(page.pagination.has_more, false);
  assert.equal(await desk.deleteContact({ id }), undefined);
  await assert.rejects(desk.getContact({ id }), (error: FrontdeskError) => {
    assert.equal(error.code, "NOT_FOUND");
    assert.equal(error.status, 404);
    assert.ok(error.fix);
    assert.ok(error.corrId);
    return true;
  });
});

test("each walks through every page", async () => {
  const { key } = await harness.workspace();
  const desk = new Frontdesk({ baseUrl, apiKey: () => key });
  for (const name of ["Ann", "Ben", "Cas"]) await desk.createContact({ first_name: name });
  const names: unknown[] = [];
  for await (const contact of each((page) => desk.listContacts(page), { limit: 1 }))
    names.push(contact.first_name);
  assert.deepEqual(names.sort(), ["Ann", "Ben", "Cas"]);
});

test("an error tells its code, its fix and its details", async () => {
  const { key } = await harness.workspace();
  const desk = new Frontdesk({ baseUrl, apiKey: key });
  await assert.rejects(
    desk.createContact({ first_name: "Paul", email: "nowhere" }),
    (error: FrontdeskError) => {
      assert.ok(error instanceof FrontdeskError);
      assert.equal(error.code, "VALIDATION_ERROR");
      assert.deepEqual((error.details?.["fields"] as { field: string }[] | undefined)?.[0]?.field, "email");
      return true;
    },
  );
});

test("a write of a key with approval is held", async () => {
  const workspace = await harness.workspace();
  const desk = new Frontdesk({
    baseUrl,
    apiKey: await workspace.keyWith(["contacts:write"], "with-approval"),
  });
  await assert.rejects(desk.createContact({ first_name: "Paul" }), (error: HeldForApproval) => {
    assert.ok(error instanceof HeldForApproval);
    assert.match(error.approvalId, /^[0-9a-f-]{36}$/);
    return true;
  });
});

test("a write whose answer is lost is tried again and done once", async () => {
  const { key } = await harness.workspace();
  let attempts = 0;
  const flaky: typeof fetch = async (url, init) => {
    attempts += 1;
    const response = await fetch(url, init);
    if (attempts === 1) throw new TypeError("the connection was lost");
    return response;
  };
  const desk = new Frontdesk({ baseUrl, apiKey: key, fetch: flaky });
  await desk.createContact({ first_name: "Paul" });
  assert.equal(attempts, 2);
  assert.equal((await desk.listContacts()).data.length, 1);
});

test("429 waits as long as the server asks; 400 is not tried again; retries end", async () => {
  const asked: string[] = [];
  const answers = [429, 503, 200, 400, 503, 503];
  const scripted: typeof fetch = (url) => {
    asked.push(String(url));
    const status = answers[asked.length - 1] ?? 500;
    const body = status === 200 ? { data: { id: "1" } } : { error: { code: `E${status}`, message: "no" } };
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "retry-after": "0" } }));
  };
  const desk = new Frontdesk({ baseUrl: "http://nowhere.test/", apiKey: "k", fetch: scripted, retries: 2 });
  assert.equal((await desk.getContact({ id: "a/b" })).id, "1");
  assert.equal(asked[0], "http://nowhere.test/api/v1/contacts/a%2Fb");
  await assert.rejects(desk.getContact({ id: "1" }), { code: "E400" });
  const impatient = new Frontdesk({ baseUrl: "http://nowhere.test", fetch: scripted, retries: 1 });
  await assert.rejects(impatient.getContact({ id: "1" }), { code: "E503" });
  assert.equal(asked.length, 6);
});

test("a call can be given up", async () => {
  const desk = new Frontdesk({ baseUrl, apiKey: "k" });
  const stop = AbortSignal.abort(new Error("enough"));
  await assert.rejects(desk.listContacts({}, { signal: stop }), /enough/);
});
