import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sql } from "kysely";
import { newId } from "../../../kernel/ids.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import { invite, joined, users } from "./test-people.ts";

const frontdesk = await startHarness();

async function listed(workspace: TestWorkspace, query = ""): Promise<Json[]> {
  const answer = await workspace.call("GET", `${users}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

/** The person's own profile, as another product of theirs would have filled it. */
async function fillProfile(email: string): Promise<void> {
  await frontdesk.app.database.system("simulator", (kysely) =>
    kysely
      .updateTable("users")
      .set({
        phone: "+447700900111",
        job_title: "Owner",
        department: "Board",
        avatar_url: "https://a.test/a",
      })
      .where("email", "=", email)
      .execute(),
  );
}

test("workspace.list_company_users#0 the team is listed, the workspace's words over the person's own", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  await fillProfile(email);
  const mine = (rows: Json[]) => rows.find((row) => row.id === id);
  const own = mine(await listed(workspace));
  assert.deepEqual(
    [own.role, own.status, own.full_name, own.email, own.phone, own.job_title, own.department],
    ["client_editor", "active", "Jo Smith", email, "+447700900111", "Owner", "Board"],
  );
  await workspace.call("PATCH", `${users}/${id}/workspace-user-profile`, {
    phone: "020 7946 0123",
    job_title: "Plumber",
  });
  const overlaid = mine(await listed(workspace));
  assert.deepEqual(
    [overlaid.phone, overlaid.job_title, overlaid.department],
    ["+442079460123", "Plumber", "Board"],
    "what the workspace does not say stays the person's",
  );
  const [admin] = await listed(workspace);
  assert.deepEqual(
    [admin.id, admin.role, admin.full_name],
    [workspace.adminId, "client_admin", "Olive Owner"],
  );
});

test("the list tells who is invited, and pages", async () => {
  const workspace = await frontdesk.workspace();
  const invited = await invite(workspace, "new@example.com", "client_viewer");
  assert.deepEqual(
    (await listed(workspace, "?status=invited")).map((row) => row.id),
    [invited],
  );
  assert.deepEqual(
    (await listed(workspace, "?status=active")).map((row) => row.id),
    [workspace.adminId],
  );
  const first = await workspace.call("GET", `${users}?limit=1`);
  assert.equal(first.body.pagination.has_more, true);
  const next = await workspace.call("GET", `${users}?limit=1&cursor=${first.body.pagination.next_cursor}`);
  assert.deepEqual(
    [...first.body.data, ...next.body.data].map((row) => row.id),
    [workspace.adminId, invited],
  );
});

test("workspace.get_company_user#0 one member, overlaid like the list", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  await fillProfile(email);
  await workspace.call("PATCH", `${users}/${id}/workspace-user-profile`, { department: "Emergencies" });
  const { data } = (await workspace.call("GET", `${users}/${id}`)).body;
  assert.deepEqual([data.phone, data.job_title, data.department], ["+447700900111", "Owner", "Emergencies"]);
  const row = (await listed(workspace)).find((one) => one.id === id);
  assert.deepEqual(data, row);
});

test("workspace.get_personal_user_profile#0 the person's own profile, whatever the workspace says", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  await fillProfile(email);
  await workspace.call("PATCH", `${users}/${id}/workspace-user-profile`, { job_title: "Plumber" });
  const answer = await workspace.call("GET", `${users}/${id}/personal-user-profile`);
  assert.deepEqual(answer.body.data, {
    full_name: "Jo Smith",
    email,
    phone: "+447700900111",
    avatar_url: "https://a.test/a",
    status: "active",
    job_title: "Owner",
    department: "Board",
    created_at: frontdesk.app.clock.now().toISOString(),
  });
  const invited = await invite(workspace, "later@example.com");
  const unknown = (await workspace.call("GET", `${users}/${invited}/personal-user-profile`)).body.data;
  assert.deepEqual(
    [unknown.status, unknown.email, unknown.job_title],
    ["invited", "later@example.com", null],
  );
});

test("workspace.get_personal_user_profile#1 somebody of another workspace is as absent as nobody", async () => {
  const [workspace, stranger] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const { id } = await joined(frontdesk, stranger, "client_editor");
  for (const other of [id, randomUUID()]) {
    for (const part of ["", "/personal-user-profile", "/workspace-user-profile", "/workspace-user-roles"]) {
      const answer = await workspace.call("GET", `${users}/${other}${part}`);
      assert.equal(answer.status, 404, part);
      assert.equal(answer.body.error.code, "NOT_FOUND");
    }
  }
  // Not even straight from the database does a workspace see people who are not its own, or their passwords.
  const seen = await frontdesk.app.database.read(workspace.id, (db) =>
    db.raw(sql`select * from people_behind(${db.workspaceId}, array[${id}]::uuid[])`),
  );
  assert.deepEqual(seen, []);
  for (const table of ["users", "user_passwords", "sign_in_attempts"]) {
    const reading = frontdesk.app.database.read(workspace.id, (db) =>
      db.raw(sql`select *, ${db.workspaceId} from ${sql.table(table)}`),
    );
    await assert.rejects(reading, /permission denied/);
  }
});

test("workspace.get_workspace_user_profile#0 null where the workspace says nothing", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  await fillProfile(email);
  const path = `${users}/${id}/workspace-user-profile`;
  assert.deepEqual((await workspace.call("GET", path)).body.data, {
    phone: null,
    job_title: null,
    department: null,
  });
});

test("workspace.update_workspace_user_profile#0 phone, title and department are the workspace's own, one by one", async () => {
  const [workspace, elsewhere] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const { id } = await joined(frontdesk, workspace, "client_editor");
  const path = `${users}/${id}/workspace-user-profile`;
  const written = { phone: "+447700900222", job_title: "Plumber", department: "North" };
  assert.deepEqual((await workspace.call("PATCH", path, written)).body.data, written);
  await workspace.call("PATCH", path, { department: null });
  assert.deepEqual((await workspace.call("GET", path)).body.data, { ...written, department: null });
  await workspace.call("PATCH", path, { job_title: "  " });
  assert.equal((await workspace.call("GET", path)).body.data.job_title, null);
  const wrong = await workspace.call("PATCH", path, { phone: "12" });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.error.details.fields[0].field, "phone");
  assert.equal((await elsewhere.call("PATCH", path, written)).status, 404);
  const log = await workspace.call("GET", `/api/v1/data/crm-logs?entity_id=${id}&field=department`);
  assert.deepEqual([log.body.data[0].old_value, log.body.data[0].new_value], ["North", null]);
});

test("two changes of one profile at once are both kept", async () => {
  const workspace = await frontdesk.workspace();
  const path = `${users}/${workspace.adminId}/workspace-user-profile`;
  const answers = await Promise.all([
    workspace.call("PATCH", path, { job_title: "Owner" }),
    workspace.call("PATCH", path, { department: "Board" }),
    workspace.call("PATCH", path, { phone: "+447700900333" }),
  ]);
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
  assert.deepEqual((await workspace.call("GET", path)).body.data, {
    phone: "+447700900333",
    job_title: "Owner",
    department: "Board",
  });
});

test("workspace.list_workspace_user_connections#0 what a member shares, with its five facts", async () => {
  const workspace = await frontdesk.workspace();
  const path = `${users}/${workspace.adminId}/workspace-user-connections`;
  assert.deepEqual((await workspace.call("GET", path)).body.data, []);
  const connection = {
    platform_type: "gmail",
    platform_account_name: "olive@gmail.example",
    status: "active",
    calendar_synced: true,
  };
  const aliases = [{ email: "hello@pipes.example", displayName: "Pipes", isDefault: true }];
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db
      .insert("user_connections", {
        id: newId(frontdesk.app.clock.now()),
        member_id: workspace.adminId,
        ...connection,
        gmail_aliases: JSON.stringify(aliases),
        created_at: frontdesk.app.clock.now(),
      })
      .execute(),
  );
  assert.deepEqual((await workspace.call("GET", path)).body.data, [
    { ...connection, gmail_aliases: aliases },
  ]);
});

async function pipelineOf(workspace: TestWorkspace): Promise<string> {
  const now = frontdesk.app.clock.now();
  const id = newId(now);
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.insert("pipelines", { id, name: "Jobs", created_at: now, updated_at: now } as never).execute(),
  );
  return id;
}

test("workspace.get_workspace_user_preferences#0 workspace.get_workspace_user_preferences#1 the pipeline the CRM opens with, or null", async () => {
  const workspace = await frontdesk.workspace();
  const path = `${users}/${workspace.adminId}/workspace-user-preferences`;
  assert.deepEqual((await workspace.call("GET", path)).body.data, { default_pipeline_id: null });
  const pipeline = await pipelineOf(workspace);
  await workspace.call("PATCH", path, { default_pipeline_id: pipeline });
  assert.deepEqual((await workspace.call("GET", path)).body.data, { default_pipeline_id: pipeline });
  // A pipeline that is gone is nobody's default any more.
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.remove("pipelines").where("id", "=", pipeline).execute(),
  );
  assert.deepEqual((await workspace.call("GET", path)).body.data, { default_pipeline_id: null });
});

test("workspace.update_workspace_user_preferences#0 a pipeline of this workspace, or null to clear", async () => {
  const [workspace, stranger] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const path = `${users}/${workspace.adminId}/workspace-user-preferences`;
  const pipeline = await pipelineOf(workspace);
  const set = (default_pipeline_id: unknown) => workspace.call("PATCH", path, { default_pipeline_id });
  assert.equal((await set(pipeline)).body.data.default_pipeline_id, pipeline);
  assert.equal((await workspace.call("PATCH", path, {})).body.data.default_pipeline_id, pipeline);
  for (const wrong of [await pipelineOf(stranger), randomUUID()]) {
    const answer = await set(wrong);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, "default_pipeline_id");
  }
  assert.equal((await set(null)).body.data.default_pipeline_id, null);
  assert.equal((await workspace.call("GET", path)).body.data.default_pipeline_id, null);
});
