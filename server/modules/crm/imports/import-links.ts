/** Columns that name other records: found by what the cell says, for all rows of a batch at once. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import { parsePhone } from "../../../phones.ts";
import { insertCompanies } from "../companies/companies.store.ts";
import { idsByKey, targets } from "./import-target.ts";
import type { Target } from "./import-target.ts";
import type { Draft } from "./read-rows.ts";

export type MadeCompany = { id: string; row: number; stamp: Date };

const lower = (text: string | undefined) => text?.toLowerCase();

function said(drafts: readonly Draft[], link: string): string[] {
  const keys = drafts.map(({ links }) => lower(links[link])).filter((one) => one !== undefined);
  return [...new Set(keys)];
}

/** Companies by name, those that are not there made (unless nothing is to be written). */
export async function companiesOf(
  ctx: Ctx,
  drafts: readonly Draft[],
  { dry, quiet }: { dry: boolean; quiet: Quiet },
): Promise<{ ids: Map<string, string>; made: MadeCompany[] }> {
  const ids = await idsByKey(ctx, targets.companies, "name", said(drafts, "company"));
  const missing = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = lower(draft.links["company"]);
    if (key !== undefined && !ids.has(key) && !missing.has(key)) missing.set(key, draft);
  }
  if (dry || missing.size === 0) return { ids, made: [] };
  const firsts = [...missing.values()];
  const names = firsts.map(({ links }) => ({ name: (links["company"] ?? "").slice(0, 300) }));
  const rows = await insertCompanies(ctx, names, quiet);
  for (const [index, key] of [...missing.keys()].entries()) ids.set(key, rows[index]?.id ?? "");
  const made = rows.map(({ id, updated_at }, index) => ({
    id,
    row: firsts[index]?.row ?? 0,
    stamp: updated_at,
  }));
  return { ids, made };
}

/** Links contacts to the companies their rows name. */
export async function employ(
  ctx: Ctx,
  pairs: readonly { contactId: string; companyId: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await ctx.db
    .insert(
      "contact_employers",
      pairs.map(({ contactId, companyId }) => ({
        contact_id: contactId,
        company_id: companyId,
        created_at: ctx.now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Puts the ids of contact, company, pipeline and stage into the fields of opportunities. */
export async function linkOpportunities(
  ctx: Ctx,
  target: Target,
  drafts: readonly Draft[],
  companies: ReadonlyMap<string, string>,
): Promise<void> {
  if (target.noun !== "opportunity") return;
  const mails = await idsByKey(ctx, targets.contacts, "email", said(drafts, "contact_email"));
  const phones = await idsByKey(ctx, targets.contacts, "phone", said(drafts, "contact_phone"));
  const places = await placesOf(ctx, drafts);
  for (const { links, fields, faults, row } of drafts) {
    const fault = (message: string, value: string) => faults.push({ row, column: null, message, value });
    const { contact_email: mail, contact_phone: phone, company, pipeline, stage } = links;
    const contact = mails.get(lower(mail) ?? "") ?? phones.get(phone ?? "");
    if (contact) fields["contact_id"] = contact;
    else if (mail ?? phone)
      fault("no contact has this e-mail or phone: import contacts first", mail ?? phone ?? "");
    const companyId = companies.get(lower(company) ?? "");
    if (companyId) fields["customer_id"] = companyId;
    if (pipeline === undefined && stage === undefined) continue;
    const place = places.find(
      (one) =>
        (pipeline === undefined || one.pipeline === lower(pipeline)) &&
        (stage === undefined || one.stage === lower(stage)),
    );
    if (place) fields["stage_id"] = place.id;
    else fault("there is no such stage", [pipeline, stage].filter(Boolean).join(" / "));
  }
}

type StagePlace = { id: string; stage: string; pipeline: string };

async function placesOf(ctx: Ctx, drafts: readonly Draft[]): Promise<StagePlace[]> {
  if (!drafts.some(({ links }) => links["pipeline"] !== undefined || links["stage"] !== undefined)) return [];
  return ctx.db.raw(sql<StagePlace>`
    select s.id, lower(s.name) as stage, lower(p.name) as pipeline from pipeline_stages s
      join pipelines p on p.workspace_id = s.workspace_id and p.id = s.pipeline_id
     where s.workspace_id = ${ctx.workspaceId} order by p.position, p.created_at, s.position, s.id`);
}

/** What a row and a record are compared by, in the spelling records have it. */
export function keyOf({ fields, links }: Draft, by: string): string | undefined {
  if (by === "id") return lower(links["id"]);
  const value = fields[by];
  if (typeof value !== "string" || value === "") return undefined;
  return by === "phone" ? (parsePhone(value)?.e164 ?? value) : value.toLowerCase();
}
