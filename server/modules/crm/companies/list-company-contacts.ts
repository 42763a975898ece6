import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ContactRecord } from "../contacts/contact.ts";
import { contactColumns, employedBy, presentContacts, shaping } from "../contacts/contacts.crud.ts";
import { findCompany } from "./companies.store.ts";

export const listCompanyContacts = operation({
  name: "list_company_contacts",
  surface: workspaceApi,
  section: "Companies",
  route: "GET /companies/:id/contacts",
  aliases: ["GET /customers/:id/contacts"],
  scopes: ["companies:read", "contacts:read"],
  effect: "read",
  noun: "contact",
  summary: "List the people who work for a company.",
  shape: "list",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), ...pagingInput(), ...shaping },
    { additionalProperties: false },
  ),
  output: pageOf(ContactRecord),
  async run(ctx, input) {
    if (!(await findCompany(ctx, input.id))) throw missing("company", input.id);
    const query = employedBy(ctx.db.from("contacts").select(contactColumns), input.id);
    const sort = { column: "created_at", direction: "desc", kind: "timestamp" } as const;
    const page = await keysetPage(query as never, "contacts", sort, input);
    return { ...page, rows: await presentContacts(ctx, page.rows as never, input) };
  },
});
