import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { partyReader } from "../party-reader.ts";
import { ContactRecord, contactFields, contactValues, presentContact } from "./contact.ts";
import { lockContact, updateContact as writeContact } from "./contacts.store.ts";

export const updateContact = operation({
  name: "update_contact",
  surface: workspaceApi,
  section: "Contacts",
  route: "PATCH /contacts/:id",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  preloaded: true,
  summary: "Change fields of a contact; what is not sent stays.",
  description:
    "metadata is replaced as a whole: read it first and merge. Every change leaves an audit entry.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      first_name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ...contactFields,
      email_unsubscribed: Type.Optional(
        Type.Boolean({ description: "true opts out of e-mail, false back in." }),
      ),
      sms_unsubscribed: Type.Optional(
        Type.Boolean({ description: "true opts out of texts, false back in." }),
      ),
    },
    { additionalProperties: false },
  ),
  output: ContactRecord,
  async run(ctx, { id, email_unsubscribed, sms_unsubscribed, ...fields }) {
    const before = await lockContact(ctx, id);
    if (!before) throw missing("contact", id);
    const values = await partyReader(ctx, "contact", contactValues)(fields, before);
    if (email_unsubscribed !== undefined) values.email_unsubscribed = email_unsubscribed;
    if (sms_unsubscribed !== undefined && sms_unsubscribed !== before.sms_unsubscribed) {
      values.sms_unsubscribed = sms_unsubscribed;
      values.sms_unsubscribed_at = sms_unsubscribed ? ctx.now : null;
    }
    return presentContact(await writeContact(ctx, before, values));
  },
});
