import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { scopesOfRole } from "../../../scopes.ts";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import {
  activeAdministrators,
  lockMember,
  lockMemberAndAdministrators,
  mailableAdministrators,
  mustCoverRole,
  mustFindMember,
  mustLeaveAdministrator,
  settingsOfMember,
  storeMemberSettings,
} from "./members.store.ts";

const frontdesk = await startHarness({ work: false });

/** Runs in a new workspace, which has one administrator, Olive, and lets more members be made. */
async function team(
  work: (
    ctx: Ctx,
    member: (name: string, values?: object) => Promise<string>,
    olive: string,
  ) => Promise<void>,
) {
  const { id, adminId } = await frontdesk.workspace();
  await inside(frontdesk, id, (ctx) => {
    const member = async (name: string, values: object = {}) => {
      const row = { name, email: null, phone: null, role: "client_admin", status: "active", ...values };
      const memberId = newId(ctx.now);
      await ctx.db.insert("members", { id: memberId, created_at: ctx.now, ...row } as never).execute();
      return memberId;
    };
    return work(ctx, member, adminId);
  });
}

const refused = (code: string) => (error: unknown) => error instanceof OperationError && error.code === code;

test("the administrators are the active ones, in the order of their names; mailed are those with an address", () =>
  team(async (ctx, member) => {
    await member("Zoe", { email: "zoe@example.com" });
    await member("Ann");
    await member("Ed", { role: "client_editor" });
    await member("Ina", { status: "invited" });
    await member("Rex", { status: "removed" });
    const names = (await activeAdministrators(ctx)).map(({ name }) => name);
    assert.deepEqual(names, ["Ann", "Olive Owner", "Zoe"]);
    assert.deepEqual(await mailableAdministrators(ctx), [
      { name: "Olive Owner", email: "olive@example.test" },
      { name: "Zoe", email: "zoe@example.com" },
    ]);
  }));

test("an invited member is found, a removed one is as absent as one who never was", () =>
  team(async (ctx, member, olive) => {
    const [invited, gone] = [
      await member("Ina", { status: "invited" }),
      await member("Rex", { status: "removed" }),
    ];
    const never = newId(ctx.now);
    for (const id of [olive, invited]) {
      assert.equal((await mustFindMember(ctx, id)).id, id);
      assert.equal((await lockMember(ctx, id))?.id, id);
      assert.equal((await lockMemberAndAdministrators(ctx, id.toUpperCase())).id, id);
    }
    for (const id of [gone, never]) {
      await assert.rejects(mustFindMember(ctx, id), refused("NOT_FOUND"));
      await assert.rejects(lockMemberAndAdministrators(ctx, id), refused("NOT_FOUND"));
      assert.equal(await lockMember(ctx, id), undefined);
    }
  }));

test("an active administrator has to be left; whoever is none, or not active, may go", () =>
  team(async (ctx, member, olive) => {
    const [editor, invited] = [
      await member("Ed", { role: "client_editor" }),
      await member("Ina", { status: "invited" }),
    ];
    await member("Rex", { status: "removed" });
    const leaves = async (id: string) => mustLeaveAdministrator(ctx, await mustFindMember(ctx, id));
    await leaves(editor);
    await leaves(invited);
    await assert.rejects(leaves(olive), refused("LAST_ADMINISTRATOR"));
    await member("Ann");
    await leaves(olive);
  }));

test("nobody gives a role that may do more than they may", () => {
  const having = (scopes: Iterable<string> | undefined) =>
    ({ actor: { scopes: scopes && new Set(scopes) } }) as unknown as Ctx;
  const editor = [...scopesOfRole("client_editor")];
  mustCoverRole(having(undefined), "client_admin");
  mustCoverRole(having(editor), "client_editor");
  mustCoverRole(having(editor), "client_viewer");
  assert.throws(() => mustCoverRole(having(editor), "client_admin"), refused("INSUFFICIENT_SCOPE"));
  assert.throws(
    () => mustCoverRole(having(editor.slice(1)), "client_editor"),
    (error) => error instanceof OperationError && `${error.details?.["missing_scopes"]}` === editor[0],
  );
});

test("what the workspace says of a member is that member's alone, and what is not sent stays", () =>
  team(async (ctx, member, olive) => {
    const other = await member("Ann");
    const nothing = { phone: null, job_title: null, department: null, default_pipeline_id: null };
    const first = await storeMemberSettings(ctx, olive, { phone: "+1", job_title: "Boss" });
    assert.deepEqual(first, { before: nothing, after: { ...nothing, phone: "+1", job_title: "Boss" } });
    await storeMemberSettings(ctx, other, { department: "Desk" });
    const second = await storeMemberSettings(ctx, olive, { phone: null });
    assert.deepEqual(second.before, first.after);
    assert.deepEqual(await settingsOfMember(ctx, olive), { ...nothing, job_title: "Boss" });
    assert.deepEqual(await settingsOfMember(ctx, other), { ...nothing, department: "Desk" });
  }));
