import { Type } from "typebox";
import { bulkCreated, bulkRecords, checkedRecords } from "../../../kernel/bulk.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { partyReader } from "../party-reader.ts";
import { ContactRecord, newContactValues, presentContact } from "./contact.ts";
import type { ContactFields } from "./contact.ts";
import { insertContacts } from "./contacts.store.ts";
import { newContactInput } from "./create-contact.ts";

const Single = Type.Object(newContactInput, { additionalProperties: false });

export const bulkCreateContacts = operation({
  name: "bulk_create_contacts",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts/bulk-create",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Create up to 100 contacts; those that do not fit are told one by one.",
  description:
    "Made for imports: records that are right are created even when others are not. skip_automations holds for all of them.",
  input: Type.Object(
    {
      records: bulkRecords("contacts"),
      skip_automations: Type.Optional(Type.Boolean({ default: false })),
    },
    { additionalProperties: false },
  ),
  output: bulkCreated(ContactRecord),
  example: { input: { records: [{ first_name: "Paul" }, { first_name: "Ann", source: "import" }] } },
  async run(ctx, { records, skip_automations }) {
    const read = partyReader(ctx, "contact", newContactValues);
    const { prepared, errors } = await checkedRecords(records, Single, (record) =>
      read(record as ContactFields & { first_name: string }),
    );
    const rows = await insertContacts(ctx, prepared, { skip_automations });
    return { created: rows.map(presentContact), errors };
  },
});
