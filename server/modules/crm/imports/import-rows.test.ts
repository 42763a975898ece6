import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { defineFields, download } from "../exports/exported.ts";
import { contactsOf, done, mapped, sent } from "./imported.ts";

const frontdesk = await startHarness();

test("all that is wrong with a row is told at once, whichever check finds it", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, {
    contact: [
      { id: "shirt", label: "Shirt", type: "dropdown", options: ["S", "M"] },
      { id: "shoe", label: "Shoe", type: "number" },
    ],
  });
  const { id } = await sent(
    workspace,
    `First name,Last name,E-mail,Phone,Born,Shirt,Shoe\n,${"x".repeat(201)},a..b@x.example,12,2999-01-01,XXL,wide\nAnn,,ann@x.example,,1980-01-01,S,38\n`,
  );
  const tried = await done(frontdesk, workspace, id as string, "dry-run");
  assert.deepEqual([tried.dry_run.would_create, tried.dry_run.failed], [1, 1]);
  const { body } = await workspace.call("GET", `/api/v1/imports/${id}/errors`);
  assert.deepEqual(
    body.data.map((one: Json) => `${one.row_number} ${one.column}`).toSorted(),
    ["Born", "E-mail", "First name", "Last name", "Phone", "Shirt", "Shoe"].map((column) => `2 ${column}`),
  );
});

test("a row with the id of a record means that record, whatever else rows are told apart by", async () => {
  const other = await frontdesk.workspace();
  const strange = await other.call("POST", "/api/v1/contacts", { first_name: "Elsewhere" });
  for (const on_duplicate of ["skip", "update", "create"]) {
    const workspace = await frontdesk.workspace();
    const made = await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann" });
    const { id } = made.body.data;
    const rows = `${id},Anna,Perth\n${id.toUpperCase()},Anna,Leeds\n${strange.body.data.id},Ben,Perth\n`;
    const one = await sent(workspace, `Id,First name,City\n${rows}`);
    await mapped(workspace, one.id as string, { options: { dedupe: "none", on_duplicate } });
    const { dry_run } = await done(frontdesk, workspace, one.id as string, "dry-run");
    const { progress } = await done(frontdesk, workspace, one.id as string, "run");
    const counts = on_duplicate === "skip" ? [1, 0, 2] : [1, 2, 0];
    assert.deepEqual([progress.created, progress.updated, progress.skipped], counts, on_duplicate);
    assert.deepEqual([dry_run.would_create, dry_run.would_update, dry_run.would_skip], counts);
    assert.deepEqual(
      (await contactsOf(workspace)).map((contact) => `${contact.first_name} ${contact.city ?? ""}`.trim()),
      on_duplicate === "skip" ? ["Ann", "Ben Perth"] : ["Anna Leeds", "Ben Perth"],
    );
  }
});

test("deals exported and imported again, as both are without further words, have no twins", async () => {
  const workspace = await frontdesk.workspace();
  for (const name of ["Roof", "Roof"]) {
    assert.equal((await workspace.call("POST", "/api/v1/opportunities", { name })).status, 201);
  }
  const file = await download(frontdesk, workspace.key, "GET", "/crm/export?type=deals&format=csv");
  const one = await sent(workspace, file.bytes, "opportunities");
  const { progress } = await done(frontdesk, workspace, one.id as string, "run");
  assert.deepEqual(progress, { rows_done: 2, created: 0, updated: 0, skipped: 2, failed: 0 });
});
