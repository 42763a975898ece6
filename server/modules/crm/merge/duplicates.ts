import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { displayName } from "../contacts/contact.ts";
import { groupsOf } from "./duplicate-groups.ts";
import type { Found } from "./duplicate-groups.ts";

const text = () => Type.Union([Type.String(), Type.Null()]);

const Reason = Type.Object({
  reason: Type.Enum(["email", "phone", "name"]),
  shared: Type.String({ description: "The address, the number or the names." }),
  ids: Type.Array(Type.String({ format: "uuid" })),
  members: Type.Integer({ description: "How many share it; at most 20 are named." }),
});

const Member = Type.Object({
  id: Type.String({ format: "uuid" }),
  public_id: Type.String(),
  name: Type.String(),
  email: text(),
  phone: text(),
  created_at: Type.String({ format: "date-time" }),
});

const Groups = Type.Array(
  Type.Object({
    reasons: Type.Array(Reason),
    records: Type.Array(Member, { description: "The oldest first." }),
  }),
);

const input = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: 25, description: "Groups to answer, 1-100." }),
    ),
  },
  { additionalProperties: false },
);

const description =
  "Groups of records that share an e-mail address or a number, or whose names differ by a slip; those with most reasons first. Not a page of a list: merge what belongs together and ask again.";

export const listDuplicateContacts = operation({
  name: "list_duplicate_contacts",
  surface: workspaceApi,
  section: "Contacts",
  route: "GET /contacts/duplicates",
  scopes: ["contacts:read"],
  effect: "read",
  noun: "contact",
  summary: "Find contacts that may be the same person.",
  description,
  input,
  output: Groups,
  run: async (ctx, { limit = 25 }) => {
    const found = await ctx.db.raw(
      sql<Found>`select * from duplicate_contacts(${ctx.workspaceId}, ${limit})`,
    );
    const rows = await ctx.db
      .from("contacts")
      .select(["id", "public_id", "first_name", "last_name", "email", "phone", "created_at"])
      .where("id", "in", idsIn(found))
      .execute();
    return presented(
      groupsOf(found, limit),
      rows.map(({ first_name, last_name, ...row }) => ({
        ...row,
        name: displayName({ first_name, last_name }),
      })),
    );
  },
});

export const listDuplicateCompanies = operation({
  name: "list_duplicate_companies",
  surface: workspaceApi,
  section: "Companies",
  route: "GET /companies/duplicates",
  aliases: ["GET /customers/duplicates"],
  scopes: ["companies:read"],
  effect: "read",
  noun: "company",
  summary: "Find companies that may be the same one.",
  description,
  input,
  output: Groups,
  run: async (ctx, { limit = 25 }) => {
    const found = await ctx.db.raw(
      sql<Found>`select * from duplicate_companies(${ctx.workspaceId}, ${limit})`,
    );
    return presented(groupsOf(found, limit), await companiesAmong(ctx, idsIn(found)));
  },
});

function companiesAmong(ctx: Ctx, ids: string[]) {
  return ctx.db
    .from("companies")
    .select(["id", "public_id", "name", "email", "phone", "created_at"])
    .where("id", "in", ids)
    .execute();
}

// A list that is never empty keeps the statement's form.
function idsIn(found: readonly Found[]): string[] {
  return ["00000000-0000-0000-0000-000000000000", ...found.flatMap(({ ids }) => ids)];
}

type Listed = { id: string; created_at: Date };

function presented(groups: { reasons: Found[]; ids: string[] }[], rows: Listed[]): never {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const oldestFirst = (a: Listed, b: Listed) =>
    a.created_at.getTime() - b.created_at.getTime() || (a.id < b.id ? -1 : 1);
  return groups.map(({ reasons, ids }) => ({
    reasons: reasons.map((one) => ({ ...one, members: Number(one.members) })),
    records: ids.flatMap((id) => byId.get(id) ?? []).sort(oldestFirst),
  })) as never;
}
