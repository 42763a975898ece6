import type { Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import type { Memo } from "./memo.ts";

export interface ReceptionistDialoguesTable {
  workspace_id: string;
  conversation_id: string;
  lead_id: string | null;
  memo: Json<Partial<Memo>>;
  answered_position: number | null;
  owner_window_ends_at: Timestamp | null;
  owner_code: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    receptionist_dialogues: ReceptionistDialoguesTable;
  }
}

export type Dialogue = Selectable<ReceptionistDialoguesTable>;

export function findDialogue(ctx: Ctx, conversationId: string): Promise<Dialogue | undefined> {
  return ctx.db
    .from("receptionist_dialogues")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .executeTakeFirst();
}

/** The conversation a lead is talked about in, the latest first. */
export function dialogueOfLead(ctx: Ctx, leadId: string): Promise<Dialogue | undefined> {
  return ctx.db
    .from("receptionist_dialogues")
    .selectAll()
    .where("lead_id", "=", leadId)
    .orderBy("updated_at", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The receptionist's side of a conversation, made on first use, locked until the transaction ends. */
export async function openDialogue(ctx: Ctx, conversationId: string): Promise<Dialogue> {
  await ctx.db
    .insert("receptionist_dialogues", {
      conversation_id: conversationId,
      lead_id: null,
      memo: "{}",
      answered_position: null,
      owner_window_ends_at: null,
      owner_code: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "conversation_id"]).doNothing())
    .execute();
  return ctx.db
    .from("receptionist_dialogues")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export async function updateDialogue(
  ctx: Ctx,
  conversationId: string,
  values: Partial<Omit<Dialogue, "workspace_id" | "conversation_id" | "memo">> & { memo?: string },
): Promise<void> {
  await ctx.db
    .update("receptionist_dialogues")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("conversation_id", "=", conversationId)
    .execute();
}
