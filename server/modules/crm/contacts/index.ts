import { module } from "../../../kernel/operation.ts";
import { contactsCrud } from "./contacts.crud.ts";
import { createContact } from "./create-contact.ts";
import { searchContacts } from "./search-contacts.ts";
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
  ],
});
