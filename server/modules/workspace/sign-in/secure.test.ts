import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { setPassword } from "./people.store.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

const frontdesk = await startHarness({ environment: { PUBLIC_URL: "https://desk.example" } });

test("behind https the cookie is Secure, and the origin is the public address", async () => {
  const workspace = await frontdesk.workspace();
  const email = "ada@example.com";
  const hash = await hashPassword("correct horse battery");
  const { created } = await setPassword(frontdesk.app, { workspaceId: workspace.id, email, hash });
  assert.equal(created, true);
  const form = { email, password: "correct horse battery" };
  const headers = { origin: "https://desk.example" };
  const answer = await frontdesk.call("POST", "/sign-in", { form, headers });
  assert.equal(answer.status, 303, answer.text);
  assert.match(String(answer.headers["set-cookie"]), /; Secure$/);
});

test("a hash is salted, and opens for its own password only", async () => {
  const [first, second] = await Promise.all([hashPassword("one and only"), hashPassword("one and only")]);
  assert.notEqual(first, second);
  assert.equal(await verifyPassword("one and only", first), true);
  assert.equal(await verifyPassword("one and onlY", first), false);
  assert.equal(await verifyPassword("", undefined), false);
});
