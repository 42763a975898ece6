/**
 * Whoever sends from the owner's number says so, and senders can be forged. A text of the owner's therefore begins with a number that stood in
 * what the owner was told about the customer: it says whom the text is for, and only the owner's own phone has seen it.
 */
import { randomInt } from "node:crypto";
import type { Ctx } from "../../../kernel/context.ts";
import { openDialogue, updateDialogue } from "./dialogue.store.ts";

/** The number that a text of the owner's to this conversation begins with; no other conversation of the workspace has the same. */
export async function ownerCode(ctx: Ctx, conversationId: string): Promise<string> {
  const { owner_code: known } = await openDialogue(ctx, conversationId);
  if (known) return known;
  const rows = await withCode(ctx).select("owner_code").execute();
  const taken = new Set(rows.map(({ owner_code: code }) => code));
  let code = newCode();
  while (taken.has(code) && taken.size < mostCodes) code = newCode();
  await updateDialogue(ctx, conversationId, { owner_code: code });
  return code;
}

/** Makes all numbers of the workspace void: whoever guesses has to guess anew each time. */
export async function forgetOwnerCodes(ctx: Ctx): Promise<void> {
  await ctx.db
    .update("receptionist_dialogues")
    .set({ owner_code: null, updated_at: ctx.now })
    .where("owner_code", "is not", null)
    .execute();
}

const withCode = (ctx: Ctx) => ctx.db.from("receptionist_dialogues").where("owner_code", "is not", null);

/** "To answer, start with 4711": how the owner answers this customer from their phone. */
export async function answerWith(ctx: Ctx, { id }: { id: string }): Promise<string> {
  return `To answer, start with ${await ownerCode(ctx, id)}`;
}

const mostCodes = 4500;
const newCode = (): string => String(randomInt(1000, 10_000));
