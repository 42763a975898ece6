import { Type } from "typebox";
import { bulkIds } from "../../../kernel/bulk.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BulkDeleted, bulkDelete } from "../bulk-delete.ts";

export const bulkDeleteContacts = operation({
  name: "bulk_delete_contacts",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts/bulk-delete",
  scopes: ["contacts:delete"],
  effect: "destructive",
  noun: "contact",
  summary: "Delete up to 100 contacts for good.",
  input: Type.Object({ ids: bulkIds("contacts") }, { additionalProperties: false }),
  output: BulkDeleted,
  example: { input: { ids: ["0190f3a0-1111-7000-8000-000000000001"] } },
  run: (ctx, { ids }) => bulkDelete(ctx, "contacts", ids),
});
