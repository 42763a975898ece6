/** Records for tests whose own operations are not what is tested: written straight into their tables. */
import { sql } from "kysely";
import { newId } from "../../kernel/ids.ts";
import type { Harness, TestWorkspace } from "../../testing/harness.ts";

type Place = { frontdesk: Harness; workspace: TestWorkspace };

/** A company; answers its id. */
export async function addCompany({ frontdesk, workspace }: Place, name = "Pipes & Co"): Promise<string> {
  const id = newId(frontdesk.app.clock.now());
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into companies (workspace_id, id, public_id, name, created_at, updated_at)
      values (${workspace.id}, ${id}, next_public_id(${workspace.id}, 'company', 'A'), ${name}, ${now}, ${now})`),
  );
  return id;
}

/** An opportunity; answers its id. */
export async function addDeal({ frontdesk, workspace }: Place, name = "New bathroom"): Promise<string> {
  const id = newId(frontdesk.app.clock.now());
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into opportunities (workspace_id, id, public_id, name, created_at, updated_at)
      values (${workspace.id}, ${id}, next_public_id(${workspace.id}, 'opportunity', 'D'), ${name}, ${now}, ${now})`),
  );
  return id;
}

/** A product line of an opportunity; answers its id. */
export async function addDealProduct(
  { frontdesk, workspace }: Place,
  line: { dealId: string; productId?: string; name?: string },
): Promise<string> {
  const id = newId(frontdesk.app.clock.now());
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into opportunity_products
        (workspace_id, id, opportunity_id, product_id, name, unit_price_minor, currency, created_at, updated_at)
      values (${workspace.id}, ${id}, ${line.dealId}, ${line.productId ?? null}, ${line.name ?? "Tiling"},
        10000, 'AUD', ${now}, ${now})`),
  );
  return id;
}
