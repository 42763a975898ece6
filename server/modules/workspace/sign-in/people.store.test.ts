import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { browse, cookieOf, invite, joined, password, signIn } from "../members/test-people.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { createPerson, membershipsOf, personByEmail, personById, setPassword } from "./people.store.ts";

const frontdesk = await startHarness();
const { app } = frontdesk;
const hash = await hashPassword(password);
const other = await hashPassword("quite another one");

const memberships = async (email: string) => membershipsOf(app, (await personByEmail(app, email))?.id ?? "");
const members = (workspaceId: string) =>
  app.database.read(workspaceId, (db) => db.from("members").selectAll().orderBy("created_at").execute());

test("a person is found by the address in whatever spelling, and by nobody else's", async () => {
  const id = await createPerson(app, { email: " New.Person@Example.com ", fullName: "New Person", hash });
  assert.ok(id);
  await createPerson(app, { email: "somebody@example.com", fullName: "Somebody", hash: other });
  for (const spelling of ["new.person@example.com", " NEW.person@example.COM "]) {
    const found = await personByEmail(app, spelling);
    assert.deepEqual(
      [found?.id, found?.full_name, found?.email],
      [id, "New Person", "new.person@example.com"],
    );
    assert.equal(await verifyPassword(password, found?.hash ?? undefined), true);
  }
  assert.equal((await personById(app, id))?.full_name, "New Person");
  assert.equal(await personByEmail(app, "nobody@example.com"), undefined);
  const again = { email: "NEW.person@example.com", fullName: "Thief", hash: other };
  assert.equal(await createPerson(app, again), undefined);
  assert.equal((await personByEmail(app, again.email))?.full_name, "New Person", "the first stays");
  assert.equal(await verifyPassword(password, (await personById(app, id))?.hash ?? undefined), true);
});

test("workspaces somebody works in come by name, and only those they are active in", async () => {
  const [b, a, c] = [
    await frontdesk.workspace({ name: "Beta" }),
    await frontdesk.workspace({ name: "Alpha" }),
    await frontdesk.workspace({ name: "Gamma" }),
  ];
  const email = "many@example.com";
  for (const { id } of [b, a]) await setPassword(app, { workspaceId: id, email, hash });
  await setPassword(app, { workspaceId: b.id, email: "else@example.com", hash });
  await invite(c, email);
  assert.deepEqual(
    (await memberships(email)).map(({ company, role, workspaceId }) => [company, role, workspaceId]),
    [
      ["Alpha", "client_admin", a.id],
      ["Beta", "client_admin", b.id],
    ],
  );
});

test("a password set by whoever holds the installation makes the member active, and ends the person's sessions", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const bystander = await joined(frontdesk, workspace, "client_viewer");
  const set = await setPassword(app, { workspaceId: workspace.id, email: email.toUpperCase(), hash: other });
  assert.deepEqual(set, { memberId: id, created: false });
  const contacts = async (one: string) => (await browse(frontdesk, one, "GET", "/api/v1/contacts")).status;
  assert.deepEqual([await contacts(cookie), await contacts(bystander.cookie)], [401, 200]);
  assert.equal((await signIn(frontdesk, email)).status, 401, "the old password");
  const entered = await signIn(frontdesk, email, "quite another one");
  assert.equal(await contacts(cookieOf(entered)), 200);
  const row = (await members(workspace.id)).find((one) => one.id === id);
  assert.deepEqual([row?.role, row?.status, row?.name], ["client_editor", "active", "Jo Smith"]);
  assert.equal((await signIn(frontdesk, bystander.email)).status, 303, "nobody else's password");
});

test("an invited member becomes active by it, under the name that is given or the one invited", async () => {
  const workspace = await frontdesk.workspace();
  const named = async (email: string, name?: string) => {
    const id = await invite(workspace, email, "client_viewer", "As Invited");
    const set = await setPassword(app, { workspaceId: workspace.id, email, hash, ...(name ? { name } : {}) });
    assert.deepEqual(set, { memberId: id, created: false });
    const row = (await members(workspace.id)).find((one) => one.id === id);
    assert.deepEqual([row?.status, row?.role], ["active", "client_viewer"]);
    assert.equal(row?.joined_at?.getTime(), app.clock.now().getTime());
    return (await personByEmail(app, email))?.full_name;
  };
  assert.equal(await named("one@invited.example"), "As Invited");
  assert.equal(await named("two@invited.example", "As Given"), "As Given");
});

test("where nobody has the address, or only somebody who was removed, a new administrator is made", async () => {
  const [workspace, elsewhere] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const email = "helper@example.com";
  const first = await setPassword(app, {
    workspaceId: workspace.id,
    email: ` ${email.toUpperCase()} `,
    hash,
  });
  assert.equal(first.created, true);
  const [, row] = await members(workspace.id);
  assert.deepEqual(
    [row?.id, row?.email, row?.name, row?.role, row?.status],
    [first.memberId, email, email, "client_admin", "active"],
  );
  assert.equal((await members(elsewhere.id)).length, 1);
  const there = await setPassword(app, { workspaceId: elsewhere.id, email, name: "Helper", hash });
  assert.equal(there.created, true, "a member of one workspace is none of another");
  assert.equal((await memberships(email)).length, 2);
  assert.equal((await workspace.call("DELETE", `/api/v1/company/users/${first.memberId}`)).status, 204);
  const again = await setPassword(app, { workspaceId: workspace.id, email, hash });
  assert.equal(again.created, true);
  assert.notEqual(again.memberId, first.memberId);
});
