import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ContactRecord, presentContact } from "../contacts/contact.ts";
import { contactColumns, presentContacts } from "../contacts/contacts.crud.ts";
import { findContact } from "../contacts/contacts.store.ts";
import { assignUsers, unassignUser } from "./assigned-users.store.ts";
import { findOpportunity, lockOpportunity } from "./opportunities.store.ts";
import { AssignedUserRecord } from "./opportunity-record.ts";

const uuid = () => Type.String({ format: "uuid" });
const newest = { column: "created_at", direction: "desc", kind: "timestamp" } as const;

const common = { surface: workspaceApi, section: "Opportunities", noun: "opportunity" } as const;
const writes = { ...common, scopes: ["opportunities:write"], effect: "write" } as const;
const removes = { ...writes, effect: "destructive", shape: "empty", output: Type.Null() } as const;

const listInput = Type.Object({ id: uuid(), ...pagingInput() }, { additionalProperties: false });
const contactInput = Type.Object({ id: uuid(), contactId: uuid() }, { additionalProperties: false });
const userInput = Type.Object({ id: uuid(), userId: uuid() }, { additionalProperties: false });

export const listOpportunityContacts = operation({
  ...common,
  name: "list_opportunity_contacts",
  route: "GET /opportunities/:id/contacts",
  aliases: ["GET /deals/:id/contacts"],
  scopes: ["opportunities:read", "contacts:read"],
  effect: "read",
  shape: "list",
  summary: "List the people of an opportunity besides its primary contact.",
  input: listInput,
  output: pageOf(ContactRecord),
  async run(ctx, { id, ...paging }) {
    const opportunity = await findOpportunity(ctx, id);
    if (!opportunity) throw missing("opportunity", id);
    const linked = ctx.db.from("opportunity_contacts").select("contact_id").where("opportunity_id", "=", id);
    let query = ctx.db.from("contacts").select(contactColumns).where("contacts.id", "in", linked);
    if (opportunity.contact_id) query = query.where("contacts.id", "<>", opportunity.contact_id);
    const page = await keysetPage(query as never, "contacts", newest, paging as never);
    return { ...page, rows: (await presentContacts(ctx, page.rows as never, {})) as never[] };
  },
});

export const addOpportunityContact = operation({
  ...writes,
  name: "add_opportunity_contact",
  route: "POST /opportunities/:id/contacts/:contactId",
  aliases: ["POST /deals/:id/contacts/:contactId"],
  summary:
    "Add a person to an opportunity; its primary contact stays. Adding somebody twice changes nothing.",
  input: contactInput,
  output: ContactRecord,
  async run(ctx, { id, contactId }) {
    const opportunity = await lockOpportunity(ctx, id);
    const contact = await findContact(ctx, contactId);
    if (!contact) throw missing("contact", contactId);
    if (opportunity.contact_id === contact.id) {
      throw invalidField("contactId", "is the primary contact already", "Add somebody else.");
    }
    const link = { opportunity_id: id, contact_id: contactId };
    const added = await ctx.db
      .insert("opportunity_contacts", { ...link, created_at: ctx.now })
      .onConflict((conflict) => conflict.doNothing())
      .returning("contact_id")
      .executeTakeFirst();
    if (added) tellLink(ctx, id, { contact_added: contactId });
    return presentContact(contact);
  },
});

export const removeOpportunityContact = operation({
  ...removes,
  name: "remove_opportunity_contact",
  route: "DELETE /opportunities/:id/contacts/:contactId",
  aliases: ["DELETE /deals/:id/contacts/:contactId"],
  summary: "Take a person off an opportunity; the contact itself stays.",
  input: contactInput,
  async run(ctx, { id, contactId }) {
    await lockOpportunity(ctx, id);
    const gone = await ctx.db
      .remove("opportunity_contacts")
      .where("opportunity_id", "=", id)
      .where("contact_id", "=", contactId)
      .returning("contact_id")
      .executeTakeFirst();
    if (!gone) throw missing("contact", contactId);
    tellLink(ctx, id, { contact_removed: contactId });
    return null;
  },
});

export const listOpportunityUsers = operation({
  ...common,
  name: "list_opportunity_users",
  route: "GET /opportunities/:id/users",
  aliases: ["GET /deals/:id/users"],
  scopes: ["opportunities:read"],
  effect: "read",
  shape: "list",
  summary: "List the users an opportunity is assigned to.",
  input: listInput,
  output: pageOf(AssignedUserRecord),
  async run(ctx, { id, ...paging }) {
    if (!(await findOpportunity(ctx, id))) throw missing("opportunity", id);
    const assigned = ctx.db.from("opportunity_users").where("opportunity_id", "=", id);
    const query = ctx.db
      .from("members")
      .select(["id", "name", "email", "phone", "role", "created_at"])
      .where("members.id", "in", assigned.select("user_id"));
    const page = await keysetPage(query, "members", { ...newest, direction: "asc" }, paging as never);
    const inCharge = await assigned.select("user_id").where("is_primary", "=", true).executeTakeFirst();
    const rows = page.rows.map(({ created_at: _c, ...user }) => ({
      ...user,
      is_primary: user.id === inCharge?.user_id,
    }));
    return { ...page, rows };
  },
});

export const assignOpportunityUser = operation({
  ...writes,
  name: "assign_opportunity_user",
  route: "POST /opportunities/:id/users/:userId",
  aliases: ["POST /deals/:id/users/:userId"],
  summary: "Assign a user to an opportunity; the first one is in charge. Assigning twice changes nothing.",
  input: userInput,
  output: AssignedUserRecord,
  async run(ctx, { id, userId }) {
    await lockOpportunity(ctx, id);
    const user = await ctx.db
      .from("members")
      .select(["id", "name", "email", "phone", "role"])
      .where("id", "=", userId)
      .executeTakeFirst();
    if (!user) throw missing("user", userId);
    const others = await ctx.db
      .from("opportunity_users")
      .select(["user_id", "is_primary"])
      .where("opportunity_id", "=", id)
      .execute();
    const had = others.find((one) => one.user_id === user.id);
    const isPrimary = had?.is_primary ?? !others.some((one) => one.is_primary);
    const added = await assignUsers(ctx, [{ opportunity_id: id, user_id: user.id, is_primary: isPrimary }]);
    if (added.length > 0) tellLink(ctx, id, { user_assigned: user.id });
    return { ...user, is_primary: isPrimary };
  },
});

export const unassignOpportunityUser = operation({
  ...removes,
  name: "unassign_opportunity_user",
  route: "DELETE /opportunities/:id/users/:userId",
  aliases: ["DELETE /deals/:id/users/:userId"],
  summary: "Take an opportunity off a user's hands.",
  input: userInput,
  async run(ctx, { id, userId }) {
    await lockOpportunity(ctx, id);
    if (!(await unassignUser(ctx, id, userId))) throw missing("user", userId);
    tellLink(ctx, id, { user_unassigned: userId });
    return null;
  },
});

/** Tells that a person came to an opportunity or left it: on its record, and as a change of it. */
export function tellLink(ctx: Ctx, id: string, link: Record<string, string>): void {
  const [field = "", to] = Object.entries(link)[0] ?? [];
  ctx.changed({ noun: "opportunity", id, before: {}, after: { [field]: to }, action: "updated" });
  ctx.emit({
    type: "opportunity.updated",
    noun: "opportunity",
    recordId: id,
    payload: { id, _changed_fields: [field.startsWith("user") ? "assigned_users" : "contacts"], ...link },
  });
}
