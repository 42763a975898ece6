/** Whoever set something up is asked again each time: what they may not do any more, it does no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actorToday, isMakerThere } from "./makers.ts";
import { inside } from "./modules/messaging/testing.ts";
import { joined } from "./modules/workspace/members/test-people.ts";
import { startHarness } from "./testing/harness.ts";

const frontdesk = await startHarness();
const { credentials, clock } = frontdesk.app;

test("a key is there until it is revoked or has expired", async () => {
  const workspace = await frontdesk.workspace();
  const issue = (expiresAt?: Date) =>
    credentials.issue({
      workspaceId: workspace.id,
      kind: "workspace",
      name: "k",
      scopes: ["contacts:read"],
      approvalLevel: "full",
      ...(expiresAt ? { expiresAt } : {}),
    });
  const isThere = (id: string) =>
    inside(frontdesk, workspace.id, (ctx) => isMakerThere(ctx, { set_up_by_kind: "api_key", set_up_by: id }));
  const [lasting, short, revoked] = [
    await issue(),
    await issue(new Date(clock.now().getTime() + 60_000)),
    await issue(),
  ];
  await credentials.revoke(workspace.id, revoked.id);
  const all = async () => [await isThere(lasting.id), await isThere(short.id), await isThere(revoked.id)];
  assert.deepEqual(await all(), [true, true, false]);
  await frontdesk.advance(60);
  assert.deepEqual(await all(), [true, false, false]);
});

test("a member is there, with today's role, while they are active", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await joined(frontdesk, workspace, "client_viewer");
  const today = () => inside(frontdesk, workspace.id, (ctx) => actorToday(ctx, { kind: "user", id }));
  assert.equal((await today())?.approvalLevel, "read-only");
  await inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.update("members").set({ role: "client_editor" }).where("id", "=", id).execute(),
  );
  assert.equal((await today())?.approvalLevel, "full");
  for (const status of ["invited", "removed"] as const) {
    await inside(frontdesk, workspace.id, (ctx) =>
      ctx.db
        .update("members")
        .set({ status } as never)
        .where("id", "=", id)
        .execute(),
    );
    assert.equal(await today(), undefined, status);
  }
});

test("what nobody is known to have set up, and what the program did, goes on", async () => {
  const workspace = await frontdesk.workspace();
  await inside(frontdesk, workspace.id, async (ctx) => {
    assert.equal(await isMakerThere(ctx, { set_up_by_kind: null, set_up_by: null }), true);
    assert.equal(await isMakerThere(ctx, { set_up_by_kind: "system", set_up_by: "demo" }), true);
  });
});
