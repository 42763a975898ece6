import { sql } from "kysely";
import type { Ctx } from "../../kernel/context.ts";
import { invalidField } from "../../kernel/errors.ts";

/** What the fields of the API that hold another record's id refer to. */
const referred = {
  contact_id: { table: "contacts", noun: "contact", where: "GET /contacts" },
  deal_id: { table: "opportunities", noun: "opportunity", where: "GET /opportunities" },
  customer_id: { table: "companies", noun: "company", where: "GET /companies" },
  supplier_id: { table: "companies", noun: "company", where: "GET /companies" },
  product_id: { table: "products", noun: "product", where: "GET /products" },
  supplier_product_id: {
    table: "supplier_products",
    noun: "supplier product",
    where: "GET /supplier-catalog",
  },
  deal_product_id: {
    table: "opportunity_products",
    noun: "opportunity product",
    where: "GET /opportunities/:id/products",
  },
  assigned_to: { table: "members", noun: "member of the company", where: "GET /company/users" },
} as const;

export type ReferenceField = keyof typeof referred;

/**
 * Refuses ids of records that are not there (another workspace's look the same), with a 400 naming the field. Those found
 * cannot be deleted until the transaction ends. Absent and null references are fine.
 */
export async function checkReferences(
  ctx: Ctx,
  references: Partial<Record<ReferenceField, string | null | undefined>>,
): Promise<void> {
  const sent = Object.entries(references).filter(([, id]) => id) as [ReferenceField, string][];
  await Promise.all(sent.map(([field, id]) => checkReference(ctx, field, id)));
}

async function checkReference(ctx: Ctx, field: ReferenceField, id: string): Promise<void> {
  const { table, noun, where } = referred[field];
  // Who has left keeps the row.
  const only = table === "members" ? sql`and status <> 'removed'` : sql``;
  const [found] = await ctx.db.raw(sql<{ id: string }>`
    select id from ${sql.table(table)} where workspace_id = ${ctx.workspaceId} and id = ${id} ${only}
       for key share`);
  if (!found) throw invalidField(field, `there is no ${noun} ${id}`, `${where} lists those there are.`);
}
