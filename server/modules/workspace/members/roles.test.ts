import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { scopesOfRole } from "../../../scopes.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { lockMemberAndAdministrators } from "./members.store.ts";
import { browse, cookieOf, invite, joined, linkTo, ours, password, signIn, users } from "./test-people.ts";

const frontdesk = await startHarness();

const rolePath = (id: string) => `${users}/${id}/workspace-user-roles`;

async function active(workspace: TestWorkspace): Promise<string[]> {
  const { data } = (await workspace.call("GET", `${users}?status=active`)).body;
  return data
    .filter((row: { role: string }) => row.role === "client_admin")
    .map((row: { id: string }) => row.id);
}

test("workspace.get_workspace_user_role#0 the role, and since when", async () => {
  const workspace = await frontdesk.workspace();
  const id = await invite(workspace, "slow@example.com", "client_viewer");
  await frontdesk.advance(3600);
  const link = await linkTo(frontdesk, workspace, "slow@example.com");
  await frontdesk.call("POST", link, { form: { full_name: "Slow Sam", password }, headers: ours });
  const answer = await workspace.call("GET", rolePath(id));
  assert.deepEqual(answer.body.data, {
    role: "client_viewer",
    created_at: frontdesk.app.clock.now().toISOString(),
  });
});

test("workspace.update_workspace_user_role#0 admin may all, editor work, viewer look; a change counts at once", async () => {
  const workspace = await frontdesk.workspace();
  const { id, cookie } = await joined(frontdesk, workspace, "client_viewer");
  const asThem = (method: string, path: string, body?: unknown) =>
    browse(frontdesk, cookie, method, path, body);
  const become = async (role: string) => {
    const answer = await workspace.call("PATCH", rolePath(id), { role });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.data.role, role);
  };
  const may = async () => [
    (await asThem("GET", "/api/v1/contacts")).status,
    (await asThem("POST", "/api/v1/contacts", { first_name: "Ann" })).status,
    (await asThem("PATCH", "/api/v1/company", { industry: "Gas" })).status,
  ];
  assert.deepEqual(await may(), [200, 403, 403]);
  await become("client_editor");
  assert.deepEqual(await may(), [200, 201, 403]);
  await become("client_admin");
  assert.deepEqual(await may(), [200, 201, 200]);
  await become("client_viewer");
  assert.deepEqual(await may(), [200, 403, 403]);
  const wrong = await workspace.call("PATCH", rolePath(id), { role: "owner" });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.error.message, 'role is "owner", which is not allowed.');
  assert.match(wrong.body.error.fix, /one of client_admin, client_editor, client_viewer/);
  const log = await workspace.call("GET", `/api/v1/data/crm-logs?entity_id=${id}&field=role&limit=1`);
  assert.deepEqual(
    [log.body.data[0].old_value, log.body.data[0].new_value],
    ["client_admin", "client_viewer"],
  );
});

test("the only active administrator can be neither removed nor demoted, an invited one does not count", async () => {
  const workspace = await frontdesk.workspace();
  await invite(workspace, "second@example.com", "client_admin");
  for (const attempt of [
    workspace.call("DELETE", `${users}/${workspace.adminId}`),
    workspace.call("PATCH", rolePath(workspace.adminId), { role: "client_editor" }),
  ]) {
    const answer = await attempt;
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.error.code, "LAST_ADMINISTRATOR");
    assert.match(answer.body.error.fix, /client_admin/);
  }
  const link = await linkTo(frontdesk, workspace, "second@example.com");
  await frontdesk.call("POST", link, { form: { full_name: "Sid", password }, headers: ours });
  assert.equal((await workspace.call("DELETE", `${users}/${workspace.adminId}`)).status, 204);
  assert.equal((await active(workspace)).length, 1);
});

test("two administrators who take each other's place at the same moment leave one", async () => {
  for (const act of ["remove", "demote", "both"]) {
    const workspace = await frontdesk.workspace();
    const second = await joined(frontdesk, workspace, "client_admin");
    const third = await joined(frontdesk, workspace, "client_admin", `third-${workspace.id}@example.com`);
    assert.equal((await workspace.call("DELETE", `${users}/${workspace.adminId}`)).status, 204);
    const removes = (cookie: string, id: string) => browse(frontdesk, cookie, "DELETE", `${users}/${id}`);
    const demotes = (cookie: string, id: string) =>
      browse(frontdesk, cookie, "PATCH", rolePath(id), { role: "client_viewer" });
    const [first, then] =
      act === "demote" ? [demotes, demotes] : [removes, act === "both" ? demotes : removes];
    const answers = await Promise.all([first(second.cookie, third.id), then(third.cookie, second.id)]);
    assert.equal((await active(workspace)).length, 1, `${act}: ${answers.map((one) => one.status).join()}`);
    const done = answers.filter((one) => one.status < 300);
    assert.equal(done.length, 1);
    // Whoever came second: refused, or already without the session or the role to ask.
    const other = answers.find((one) => one.status >= 300);
    assert.ok([401, 403, 409].includes(other?.status ?? 0), other?.text);
  }
});

test("workspace.remove_company_user#0 access ends at once: session, keys, link; their work stays readable", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email, cookie } = await joined(frontdesk, workspace, "client_editor");
  const made = await browse(frontdesk, cookie, "POST", "/api/v1/contacts", { first_name: "Ann" });
  const key = await frontdesk.app.credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "theirs",
    scopes: ["contacts:read"],
    approvalLevel: "full",
    createdBy: id,
  });
  const withKey = () => frontdesk.call("GET", "/api/v1/contacts", { key: key.secret });
  assert.equal((await withKey()).status, 200);
  const task = await workspace.call("POST", "/api/v1/tasks", { title: "Call back", assigned_to: id });
  const answer = await workspace.call("DELETE", `${users}/${id}`);
  assert.equal(answer.status, 204, answer.text);
  assert.equal((await browse(frontdesk, cookie, "GET", "/api/v1/contacts")).status, 401);
  assert.equal((await withKey()).status, 401);
  assert.equal((await signIn(frontdesk, email)).status, 403, "the account is there, the workspace is not");
  for (const path of ["", "/workspace-user-roles", "/personal-user-profile"]) {
    assert.equal((await workspace.call("GET", `${users}/${id}${path}`)).status, 404);
  }
  assert.equal((await workspace.call("DELETE", `${users}/${id}`)).status, 404);
  const { data } = (await workspace.call("GET", users)).body;
  assert.ok(!data.some((row: { id: string }) => row.id === id));
  const log = await workspace.call("GET", `/api/v1/data/crm-logs?entity_id=${made.body.data.id}&limit=1`);
  assert.deepEqual([log.body.data[0].changed_by, log.body.data[0].changed_by_name], [id, "Jo Smith"]);
  if (task.status === 201) {
    const read = await workspace.call("GET", `/api/v1/tasks/${task.body.data.id}`);
    assert.deepEqual([read.body.data.title, read.body.data.assigned_to], ["Call back", null]);
  }
});

test("an invited person who is removed cannot join any more, and can be invited anew", async () => {
  const workspace = await frontdesk.workspace();
  const id = await invite(workspace, "gone@example.com");
  const link = await linkTo(frontdesk, workspace, "gone@example.com");
  assert.equal((await workspace.call("DELETE", `${users}/${id}`)).status, 204);
  assert.equal((await frontdesk.call("GET", link)).status, 404);
  const again = await invite(workspace, "gone@example.com");
  assert.notEqual(again, id);
  const anew = await linkTo(frontdesk, workspace, "gone@example.com");
  const answer = await frontdesk.call("POST", anew, {
    form: { full_name: "Back Again", password },
    headers: ours,
  });
  assert.equal((await browse(frontdesk, cookieOf(answer), "GET", "/api/v1/contacts")).status, 200);
});

test("who has not joined yet, or is removed, takes no bookings", async () => {
  const workspace = await frontdesk.workspace();
  const id = await invite(workspace, "later@example.com");
  const assign = () =>
    workspace.call("POST", "/api/v1/scheduled-event-types", {
      name: "Leak repair",
      is_bookable: true,
      booking_assigned_user_ids: [id],
    });
  const early = await assign();
  assert.equal(early.status, 400, early.text);
  assert.equal(early.body.error.details.fields[0].field, "booking_assigned_user_ids");
  const link = await linkTo(frontdesk, workspace, "later@example.com");
  await frontdesk.call("POST", link, { form: { full_name: "Lena Later", password }, headers: ours });
  const assigned = await assign();
  assert.equal(assigned.status, 201, assigned.text);
  const open = async () => {
    const answer = await workspace.call("POST", "/api/v1/scheduling-bookings/available-slots", {
      event_type_id: assigned.body.data.id,
      date_from: "2026-03-03",
      date_to: "2026-03-03",
      timezone: "Europe/London",
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.availability.total_available_slots as number;
  };
  assert.ok((await open()) > 0);
  await workspace.call("DELETE", `${users}/${id}`);
  assert.equal((await assign()).status, 400);
  await frontdesk.settle();
  // Nobody is left who gives it, so no customer is offered it any more, through any door.
  const path = `/providers/${workspace.slug}/capabilities/booking.check_availability`;
  const asked = { service_id: assigned.body.data.id, date: "2026-03-03" };
  const offered = await frontdesk.call("POST", path, { body: asked });
  assert.deepEqual([offered.status, offered.body.slots ?? []], [404, []], offered.text);
  const type = (await workspace.call("GET", `/api/v1/scheduled-event-types/${asked.service_id}`)).body.data;
  assert.deepEqual([type.booking_assigned_user_ids, type.is_bookable], [[], false]);
});

test("workspace.remove_company_user#1 it takes users:delete; users:write is not enough", async () => {
  const workspace = await frontdesk.workspace();
  const id = await invite(workspace, "kept@example.com");
  const path = `${users}/${id}`;
  const writer = await workspace.keyWith(["users:read", "users:write"]);
  const refused = await frontdesk.call("DELETE", path, { key: writer });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /users:delete/);
  const remover = await workspace.keyWith(["users:delete"]);
  assert.equal((await frontdesk.call("DELETE", path, { key: remover })).status, 204);
});

test("nobody gives a role that may do more than they may: a key's scopes count, whatever users:write says", async () => {
  const workspace = await frontdesk.workspace();
  const { id: viewer } = await joined(frontdesk, workspace, "client_viewer");
  const narrow = await workspace.keyWith(["users:read", "users:write"]);
  const editors = await workspace.keyWith([...scopesOfRole("client_editor"), "users:write"]);
  const invites = async (key: string, role: string) => {
    const body = { email: `${role}-${key.slice(-8).toLowerCase()}@example.com`, role };
    return (await frontdesk.call("POST", `${users}/invite`, { key, body })).status;
  };
  for (const role of ["client_admin", "client_editor", "client_viewer"]) {
    assert.equal(await invites(narrow, role), 403, role);
  }
  assert.equal(await invites(editors, "client_admin"), 403);
  assert.equal(await invites(editors, "client_editor"), 201);
  assert.equal(await invites(editors, "client_viewer"), 201);
  const becomes = (key: string, role: string) =>
    frontdesk.call("PATCH", rolePath(viewer), { key, body: { role } });
  assert.equal((await becomes(narrow, "client_editor")).status, 403);
  assert.equal((await becomes(editors, "client_editor")).status, 200);
  const refused = await becomes(editors, "client_admin");
  assert.equal(refused.status, 403);
  assert.ok(refused.body.error.details.missing_scopes.includes("users:delete"));
  assert.ok(!refused.body.error.details.missing_scopes.includes("contacts:write"));
});

test("what ended with a member's access is on record: sessions, invitations, keys by name", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  await signIn(frontdesk, email);
  for (const name of ["till", "site"]) {
    await frontdesk.app.credentials.issue({
      workspaceId: workspace.id,
      kind: "workspace",
      name,
      scopes: ["contacts:read"],
      approvalLevel: "full",
      createdBy: id,
    });
  }
  await workspace.call("DELETE", `${users}/${id}`);
  const log = (await workspace.call("GET", `/api/v1/data/crm-logs?entity_id=${id}&limit=100`)).body.data;
  const ended = Object.fromEntries(
    log
      .filter((row: { action: string }) => row.action === "access_ended")
      .map((row: { field: string; old_value: unknown }) => [row.field, row.old_value]),
  );
  assert.deepEqual(
    { ...ended, keys: (ended["keys"] as string[]).toSorted() },
    { sessions: 2, keys: ["site", "till"] },
  );
  const keys = await workspace.call("GET", "/api/v1/data/crm-logs?entity_type=api_key&field=revoked_at");
  assert.equal(keys.body.data.length, 2);
});

test("whoever would remove the last administrator waits for who is just taking the role from the other", async () => {
  const workspace = await frontdesk.workspace();
  const { id: second } = await joined(frontdesk, workspace, "client_admin");
  let removal: Promise<{ status: number }> | undefined;
  await inside(frontdesk, workspace.id, async (ctx) => {
    await lockMemberAndAdministrators(ctx, second);
    await ctx.db.update("members").set({ role: "client_viewer" }).where("id", "=", second).execute();
    let over = false;
    removal = workspace.call("DELETE", `${users}/${workspace.adminId}`).finally(() => (over = true));
    // On one connection it cannot begin before this is done; on a server it stands at the lock.
    if (frontdesk.app.database.engine.name === "embedded") return;
    while (!over && !(await somebodyWaits())) await new Promise((resolve) => setImmediate(resolve));
  });
  assert.equal((await removal)?.status, 409);
  assert.deepEqual(await active(workspace), [workspace.adminId]);
});

async function somebodyWaits(): Promise<boolean> {
  const { rows } = await frontdesk.app.database.engine.pool.query(
    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1",
  );
  return rows.length > 0;
}

test("a member can leave by themselves, as long as an administrator stays", async () => {
  const workspace = await frontdesk.workspace();
  const { id, cookie } = await joined(frontdesk, workspace, "client_admin");
  assert.equal((await browse(frontdesk, cookie, "DELETE", `${users}/${id}`)).status, 204);
  assert.equal((await browse(frontdesk, cookie, "GET", "/api/v1/contacts")).status, 401);
});
