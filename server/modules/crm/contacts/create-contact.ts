import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ContactRecord, contactFields, contactValues, presentContact } from "./contact.ts";
import { insertContact } from "./contacts.store.ts";
import { countryForNumbers } from "../../workspace/settings/country.ts";

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
    {
      first_name: Type.String({ minLength: 1, maxLength: 200, description: "Given name; trimmed." }),
      ...contactFields,
      skip_automations: Type.Optional(Type.Boolean({ default: false })),
    },
    { additionalProperties: false },
  ),
  output: ContactRecord,
  example: { input: { first_name: "Paul", email: "paul@example.com", phone: "+61412345678", source: "api" } },
  async run(ctx, { skip_automations: quietly, ...fields }) {
    const values = contactValues(fields, await countryForNumbers(ctx, fields.phone, fields.landline));
    const contact = await insertContact(ctx, {
      country: "Australia",
      ...values,
      first_name: values.first_name ?? fields.first_name,
    });
    if (!quietly) {
      ctx.emit({
        type: "contact.created",
        noun: "contact",
        recordId: contact.id,
        payload: { id: contact.id },
      });
    }
    return presentContact(contact);
  },
});
