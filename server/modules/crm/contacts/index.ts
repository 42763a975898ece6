import { module } from "../../../kernel/operation.ts";
import { bulkCreateContacts } from "./bulk-create-contacts.ts";
import { bulkDeleteContacts } from "./bulk-delete-contacts.ts";
import { listContactActivities, listContactOpportunities } from "./contact-lists.ts";
import { contactsCrud } from "./contacts.crud.ts";
import { createContact } from "./create-contact.ts";
import {
  linkContactEmployer,
  listContactEmployers,
  unlinkContactEmployer,
  tellEmployer,
} from "./employers.ts";
import { searchContacts } from "./search-contacts.ts";
import { unsubscribeVoiceCaller } from "./unsubscribe-voice-caller.ts";
import { updateContact } from "./update-contact.ts";

export const contacts = module({
  name: "contacts",
  operations: [
    contactsCrud.list,
    createContact,
    contactsCrud.get,
    updateContact,
    contactsCrud.remove,
    searchContacts,
    listContactOpportunities,
    listContactActivities,
    listContactEmployers,
    linkContactEmployer,
    unlinkContactEmployer,
    bulkCreateContacts,
    unsubscribeVoiceCaller,
    bulkDeleteContacts,
  ],
  rows: [
    contactsCrud.rows,
    {
      table: "contact_employers",
      noun: "contact_employer",
      is: "part",
      gone: {
        company_id: (ctx, row: { contact_id: string; company_id: string }) =>
          tellEmployer(ctx, row.contact_id, row.company_id, "unlinked"),
      },
    },
  ],
});
