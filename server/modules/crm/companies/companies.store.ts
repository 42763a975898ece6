import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import type { Company, CompanyValues } from "./company.ts";

export type NewCompany = CompanyValues & { name: string };

export function findCompany(ctx: Ctx, id: string): Promise<Company | undefined> {
  return ctx.db.from("companies").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockCompany(ctx: Ctx, id: string): Promise<Company | undefined> {
  return ctx.db.from("companies").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** Inserts in one statement, with the audit entries and events; answers the rows in the order of `values`. */
export async function insertCompanies(
  ctx: Ctx,
  values: readonly NewCompany[],
  quiet: Quiet = {},
): Promise<Company[]> {
  if (values.length === 0) return [];
  const ids = values.map(() => newId(ctx.now));
  const rows = await ctx.db
    .insert(
      "companies",
      values.map((company, index) => ({
        ...company,
        id: ids[index],
        public_id: sql`next_public_id(${ctx.workspaceId}, 'company', 'A')`,
        created_at: ctx.now,
        updated_at: ctx.now,
      })) as never,
    )
    .returningAll()
    .execute();
  rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  for (const row of rows) recordCreated(ctx, "company", row, quiet);
  return rows;
}

export async function insertCompany(ctx: Ctx, values: NewCompany, quiet: Quiet = {}): Promise<Company> {
  const [row] = await insertCompanies(ctx, [values], quiet);
  return row as Company;
}

/** Changes columns of a company, with the audit entry and the event. */
export async function updateCompany(
  ctx: Ctx,
  before: Company,
  values: CompanyValues,
  quiet: Quiet = {},
): Promise<Company> {
  const after = await ctx.db
    .update("companies")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "company", before, after, quiet);
  return after;
}

/** Links a contact to a company as its employer; answers whether the link is new. */
export async function employ(ctx: Ctx, contactId: string, companyId: string): Promise<boolean> {
  const made = await ctx.db
    .insert("contact_employers", { contact_id: contactId, company_id: companyId, created_at: ctx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning("contact_id")
    .executeTakeFirst();
  return made !== undefined;
}

/** Takes the link away; answers whether there was one. */
export async function dismiss(ctx: Ctx, contactId: string, companyId: string): Promise<boolean> {
  const gone = await ctx.db
    .remove("contact_employers")
    .where("contact_id", "=", contactId)
    .where("company_id", "=", companyId)
    .returning("contact_id")
    .executeTakeFirst();
  return gone !== undefined;
}
