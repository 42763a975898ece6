import type { Ctx } from "../../../kernel/context.ts";
import { isTerminal } from "../../receptionist/leads/lead.ts";
import { latestLeadOf } from "../../receptionist/leads/leads.store.ts";

/** Whether the latest lead of a contact is over (won or lost), which stops automation. */
export async function latestLeadIsTerminal(ctx: Ctx, contactId: string): Promise<boolean> {
  const lead = await latestLeadOf(ctx, contactId);
  return lead !== undefined && isTerminal(lead.status);
}
