import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { dismiss, employ, findCompany } from "../companies/companies.store.ts";
import { findContact } from "./contacts.store.ts";

/** A contact's link to a company. What else the company is needs companies:read. */
const EmployerLink = Type.Object({
  id: Type.String({ format: "uuid", description: "The company." }),
  public_id: Type.String(),
  name: Type.String(),
  contact_id: Type.String({ format: "uuid" }),
  customer_id: Type.String({ format: "uuid", description: "The company, by its older name." }),
  linked_at: Type.String({ format: "date-time" }),
});

const id = () => Type.String({ format: "uuid" });

const common = { surface: workspaceApi, section: "Contacts", noun: "contact" } as const;

export const listContactEmployers = operation({
  ...common,
  name: "list_contact_employers",
  route: "GET /contacts/:id/employers",
  scopes: ["contacts:read"],
  effect: "read",
  summary: "List the companies a contact works for.",
  shape: "list",
  input: Type.Object({ id: id(), ...pagingInput() }, { additionalProperties: false }),
  output: pageOf(EmployerLink),
  async run(ctx, input) {
    if (!(await findContact(ctx, input.id))) throw missing("contact", input.id);
    const query = ctx.db
      .from("companies")
      .innerJoin("contact_employers as link", (join) =>
        join
          .onRef("link.workspace_id", "=", "companies.workspace_id")
          .onRef("link.company_id", "=", "companies.id"),
      )
      .where("link.contact_id", "=", input.id)
      .select([
        "companies.id",
        "companies.public_id",
        "companies.name",
        "companies.created_at",
        "link.contact_id",
        "link.created_at as linked_at",
      ]);
    const sort = { column: "created_at", direction: "desc", kind: "timestamp" } as const;
    const page = await keysetPage(query as never, "companies", sort, input);
    return { ...page, rows: page.rows.map(presentLink) as never };
  },
});

function presentLink({ created_at: _c, ...link }: { id: string; created_at?: Date }) {
  return { ...link, customer_id: link.id };
}

const linkInput = Type.Object({ id: id(), customerId: id() }, { additionalProperties: false });

export const linkContactEmployer = operation({
  ...common,
  name: "link_contact_employer",
  route: "POST /contacts/:id/employers/:customerId",
  scopes: ["contacts:write"],
  effect: "write",
  status: 201,
  summary: "Link a contact to a company it works for; linking twice changes nothing.",
  input: linkInput,
  output: Type.Object({ contact_id: id(), customer_id: id() }),
  async run(ctx, { id: contactId, customerId }) {
    await bothEnds(ctx, contactId, customerId);
    if (await employ(ctx, contactId, customerId)) tellEmployer(ctx, contactId, customerId, "linked");
    return { contact_id: contactId, customer_id: customerId };
  },
});

export const unlinkContactEmployer = operation({
  ...common,
  name: "unlink_contact_employer",
  route: "DELETE /contacts/:id/employers/:customerId",
  scopes: ["contacts:write"],
  effect: "destructive",
  summary: "Remove the link between a contact and a company; both stay.",
  shape: "empty",
  input: linkInput,
  output: Type.Null(),
  async run(ctx, { id: contactId, customerId }) {
    await bothEnds(ctx, contactId, customerId);
    if (await dismiss(ctx, contactId, customerId)) tellEmployer(ctx, contactId, customerId, "unlinked");
    return null;
  },
});

async function bothEnds(ctx: Ctx, contactId: string, companyId: string): Promise<void> {
  if (!(await findContact(ctx, contactId))) throw missing("contact", contactId);
  if (!(await findCompany(ctx, companyId))) throw missing("company", companyId);
}

/** Tells on the contact that a link came or went. */
export function tellEmployer(
  ctx: Ctx,
  contactId: string,
  companyId: string,
  what: "linked" | "unlinked",
): void {
  const link = { employer: companyId };
  const change = what === "linked" ? { before: {}, after: link } : { before: link, after: {} };
  ctx.changed({ noun: "contact", id: contactId, ...change, action: `employer_${what}` });
  ctx.emit({
    type: `contact.employer_${what}`,
    noun: "contact",
    recordId: contactId,
    payload: { id: contactId, customer_id: companyId },
  });
}
