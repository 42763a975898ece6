/** How exports and imports come to be in the generated tests. */
import assert from "node:assert/strict";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

async function made({ workspace }: Place, path: string, body: Input): Promise<string> {
  const answer = await workspace.call("POST", `/api/v1${path}`, body);
  assert.ok(answer.status < 300, answer.text);
  return answer.body.data.id as string;
}

function template(place: Place): Promise<string> {
  const columns = [{ source: "root", field: "email" }];
  return made(place, "/exports/templates", { name: "Contacts", root_entity: "contact", columns });
}

// A view is its owner's alone: every key of the workspace becomes one of the same member.
async function view(place: Place): Promise<Input> {
  const { frontdesk, workspace } = place;
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.update("api_keys").set({ created_by: workspace.adminId }).execute(),
  );
  const template_id = await template(place);
  return { template_id, id: await made(place, `/exports/templates/${template_id}/views`, { name: "Mine" }) };
}

function sentFile(place: Place): Promise<string> {
  const content_base64 = Buffer.from("First name,E-mail\nPaul,paul@example.com\n").toString("base64");
  return made(place, "/imports", { entity: "contacts", content_base64 });
}

async function doneImport(place: Place): Promise<string> {
  const id = await sentFile(place);
  await made(place, `/imports/${id}/run`, {});
  await place.frontdesk.settle();
  return id;
}

export const exportRecords: Record<string, (place: Place) => Promise<string>> = {
  export_template: template,
  import: sentFile,
};

export const exportInputs: Record<string, (place: Place) => Promise<Input>> = {
  "workspace.update_export_view": async (place) => ({ ...(await view(place)), name: "Newest" }),
  "workspace.delete_export_view": view,
  "workspace.undo_import": async (place) => ({ id: await doneImport(place) }),
};

/** Scopes that follow from the record a call names, beside those the operation declares. */
export const exportScopes: Record<string, readonly string[]> = {
  "workspace.preview_export_template": ["contacts:read"],
  "workspace.run_export_template": ["contacts:read"],
};
