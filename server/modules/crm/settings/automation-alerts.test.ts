import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { module, operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { systemActor } from "../../../kernel/actor.ts";
import { insertNumber } from "../../phone/numbers/numbers.store.ts";
import { modules } from "../../index.ts";
import { notifyAutomationError } from "./automation-alerts.ts";

/** An automation that fails as it is told to. */
const failAutomation = operation({
  name: "fail_automation",
  surface: workspaceApi,
  section: "Probe",
  route: "POST /probe/failure",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Fails.",
  input: Type.Object({ signature: Type.String(), message: Type.String() }),
  output: Type.Object({ alerted: Type.Boolean() }),
  run: async (ctx, failure) => ({ alerted: await notifyAutomationError(ctx, failure) }),
});

const probe = module({ name: "alert-probe", operations: [failAutomation] });
const frontdesk = await startHarness({ modules: [...modules, probe] });

async function alerted(workspace: TestWorkspace, emails: string[], phones: string[] = []): Promise<void> {
  const answer = await workspace.call("PATCH", "/api/v1/company/crm-settings", {
    automation_error_notify_emails: emails,
    automation_error_notify_phones: phones,
  });
  assert.equal(answer.status, 200, answer.text);
}

async function fail(workspace: TestWorkspace, signature: string, message = "It broke."): Promise<boolean> {
  const answer = await workspace.call("POST", "/api/v1/probe/failure", { signature, message });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.alerted as boolean;
}

const mails = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("email_logs")
      .select(["recipient_email", "text_body", "status"])
      .where("email_type", "=", "automation_error")
      .orderBy("id")
      .execute(),
  );

const texts = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("sms_messages").select(["to_e164", "body"]).orderBy("id").execute(),
  );

function addNumber(workspace: TestWorkspace): Promise<unknown> {
  const about = { operation: "test", surface: "test", requestId: "test" };
  const actor = systemActor(workspace.id);
  return frontdesk.app.inWorkspace({ workspaceId: workspace.id, actor, ...about }, (ctx) =>
    insertNumber(ctx, { e164: "+442079460001", status: "ACTIVE" }),
  );
}

test("workspace.update_crm_settings#3 the same failure is told once an hour, another at once", async () => {
  const workspace = await frontdesk.workspace();
  await alerted(workspace, ["a@example.com", "b@example.com"]);
  assert.equal(await fail(workspace, "step 1: timeout"), true);
  assert.equal(await fail(workspace, "step 1: timeout"), false);
  assert.equal(await fail(workspace, "step 2: timeout"), true);
  await frontdesk.advance(3599);
  assert.equal(await fail(workspace, "step 1: timeout"), false, "a second short of the hour");
  await frontdesk.advance(1);
  assert.equal(await fail(workspace, "step 1: timeout", "Still broken."), true);
  await frontdesk.settle();
  const sent = await mails(workspace);
  assert.deepEqual(
    sent.map((mail) => mail.recipient_email),
    ["a@example.com", "b@example.com", "a@example.com", "b@example.com", "a@example.com", "b@example.com"],
  );
  assert.match(sent.at(-1)?.text_body ?? "", /Still broken\./);
  assert.ok(sent.every((mail) => mail.status === "sent"));
});

test("workspace.update_crm_settings#3 of many failures at once one is told, and each workspace for itself", async () => {
  const [one, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await alerted(one, ["a@example.com"]);
  await alerted(other, ["b@example.com"]);
  const told = await Promise.all(Array.from({ length: 8 }, () => fail(one, "the same")));
  assert.equal(told.filter(Boolean).length, 1);
  assert.equal((await mails(one)).length, 1);
  assert.equal(await fail(other, "the same"), true);
});

test("workspace.update_crm_settings#3 numbers are texted; with nobody named nothing is sent and nothing is used up", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal(await fail(workspace, "quiet"), false);
  await addNumber(workspace);
  await alerted(workspace, [], ["+447700900123"]);
  assert.equal(await fail(workspace, "quiet", "The form could not be sent."), true);
  assert.equal(await fail(workspace, "quiet"), false);
  const [text, ...more] = await texts(workspace);
  assert.deepEqual(more, []);
  assert.equal(text?.to_e164, "+447700900123");
  assert.match(text?.body ?? "", /The form could not be sent\./);
});
