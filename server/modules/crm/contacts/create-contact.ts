import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { partyReader } from "../party-reader.ts";
import { ContactRecord, contactFields, newContactValues, presentContact } from "./contact.ts";
import { insertContact } from "./contacts.store.ts";

export const newContactInput = {
  first_name: Type.String({ minLength: 1, maxLength: 200, description: "Given name; trimmed." }),
  ...contactFields,
};

export const createContact = operation({
  name: "create_contact",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  preloaded: true,
  summary: "Create a contact.",
  description:
    "Only first_name is required. phone takes mobiles; fixed lines go in landline. skip_automations keeps historical imports from setting anything off.",
  input: Type.Object(
    { ...newContactInput, skip_automations: Type.Optional(Type.Boolean({ default: false })) },
    { additionalProperties: false },
  ),
  output: ContactRecord,
  example: { input: { first_name: "Paul", email: "paul@example.com", phone: "+61412345678", source: "api" } },
  async run(ctx, { skip_automations, ...fields }) {
    const values = await partyReader(ctx, "contact", newContactValues)(fields);
    return presentContact(await insertContact(ctx, values, { skip_automations }));
  },
});
