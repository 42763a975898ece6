import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockContactsAt, optIn, optOut, reachesOf } from "../../messaging/opt-outs/opt-outs.ts";
import { partyReader } from "../party-reader.ts";
import { ContactRecord, contactFields, contactValues, presentContact } from "./contact.ts";
import type { Contact } from "./contact.ts";
import { findContact, lockContact, updateContact as writeContact } from "./contacts.store.ts";

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
    const wishes = { sms: sms_unsubscribed, email: email_unsubscribed };
    await lockSharers(ctx, id, wishes);
    const before = await lockContact(ctx, id);
    if (!before) throw missing("contact", id);
    const values = await partyReader(ctx, "contact", contactValues)(fields, before);
    await applyWishes(ctx, { ...before, ...values } as Contact, wishes);
    if (email_unsubscribed !== undefined) values.email_unsubscribed = email_unsubscribed;
    if (sms_unsubscribed !== undefined && sms_unsubscribed !== before.sms_unsubscribed) {
      values.sms_unsubscribed = sms_unsubscribed;
      values.sms_unsubscribed_at = sms_unsubscribed ? ctx.now : null;
    }
    return presentContact(await writeContact(ctx, before, values));
  },
});

type Wishes = Record<"sms" | "email", boolean | undefined>;

/** Two people with one number may be changed at the same moment: whoever may touch both locks them in one order. */
async function lockSharers(ctx: Ctx, id: string, wishes: Wishes): Promise<void> {
  if (wishes.sms === undefined && wishes.email === undefined) return;
  const seen = await findContact(ctx, id);
  if (seen) await lockContactsAt(ctx, [...reachesOf(seen, "sms"), ...reachesOf(seen, "email")]);
}

/** Writes down for the contact's numbers and address what was said about the contact. */
async function applyWishes(ctx: Ctx, contact: Contact, wishes: Wishes): Promise<void> {
  for (const channel of ["sms", "email"] as const) {
    const wish = wishes[channel];
    if (wish === undefined) continue;
    const note = { except: [contact.id] };
    await (wish ? optOut : optIn)(ctx, reachesOf(contact, channel), "person", note);
  }
}
