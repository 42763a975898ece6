import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { findLead } from "../../receptionist/leads/leads.store.ts";

/** A booking may only be connected to a lead of its own workspace. */
export async function checkLead(ctx: Ctx, leadId: string): Promise<void> {
  if (!(await findLead(ctx, leadId))) throw missing("lead", leadId);
}
