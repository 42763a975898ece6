import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { Attachment } from "../../../providers/local-sink.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { EmailLog, StoredAttachment } from "./email-log.ts";

export type NewEmail = {
  /** What it is about, as the log shows it: invitation, report_digest, work_status, birthday. */
  emailType: string;
  to: string;
  toName?: string | undefined;
  /** Shown as the sender; the company's name by default. */
  fromName?: string | undefined;
  subject: string;
  text: string;
  html?: string | undefined;
  attachments?: readonly Attachment[];
  senderUserId?: string | null | undefined;
  contactId?: string | null | undefined;
  companyId?: string | null | undefined;
  opportunityId?: string | null | undefined;
};

/** Writes the mail to the log and enqueues its sending, both in this transaction. Answers the log entry's id. */
export async function queueEmail(ctx: Ctx, email: NewEmail): Promise<string> {
  const id = newId(ctx.now);
  await ctx.db
    .insert("email_logs", {
      id,
      email_type: email.emailType,
      status: "queued",
      recipient_email: email.to,
      recipient_name: email.toName ?? null,
      sender_name: email.fromName ?? (await workspaceOf(ctx)).name,
      sender_user_id: email.senderUserId ?? null,
      subject: email.subject.replaceAll(/\s+/g, " ").trim(),
      text_body: email.text,
      html_body: email.html ?? null,
      attachments: JSON.stringify((email.attachments ?? []).map(stored)),
      contact_id: email.contactId ?? null,
      company_id: email.companyId ?? null,
      opportunity_id: email.opportunityId ?? null,
      provider: ctx.app.ports.email.name,
      provider_id: null,
      error: null,
      created_at: ctx.now,
    })
    .execute();
  ctx.enqueue(sendEmailJob, { id });
  return id;
}

export const sendEmailJob = job<{ id: string }>({
  name: "send-email",
  retryLimit: 10,
  retryDelaySeconds: 15,
  run: send,
});

// The provider drops a second send under the same key, so a repeat after a crash makes no second mail.
async function send(run: JobCtx, { id }: { id: string }): Promise<void> {
  const email = await run.transaction((ctx) => find(ctx, id));
  if (!email || email.status === "sent" || email.status === "failed") return;
  try {
    const { providerId } = await run.app.ports.email.sendEmail({
      key: `email:${id}`,
      workspaceId: run.workspaceId,
      to: email.recipient_email,
      subject: email.subject,
      text: email.text_body,
      ...(email.sender_name === null ? {} : { fromName: email.sender_name }),
      ...(email.html_body === null ? {} : { html: email.html_body }),
      attachments: email.attachments.map(restored),
    });
    await settle(run, id, { status: "sent", provider_id: providerId, error: null });
  } catch (error) {
    const never = error instanceof ProviderError && !error.retryable;
    if (never || run.lastAttempt) {
      await settle(run, id, { status: "failed", provider_id: null, error: (error as Error).message });
    }
    if (!never) throw error;
  }
}

function find(ctx: Ctx, id: string): Promise<EmailLog | undefined> {
  return ctx.db.from("email_logs").selectAll().where("id", "=", id).executeTakeFirst();
}

async function settle(
  run: JobCtx,
  id: string,
  outcome: { status: "sent" | "failed"; provider_id: string | null; error: string | null },
): Promise<void> {
  await run.transaction(async (ctx) => {
    const sentAt = outcome.status === "sent" ? ctx.now : null;
    await ctx.db
      .update("email_logs")
      .set({ ...outcome, sent_at: sentAt } as never)
      .where("id", "=", id)
      .execute();
  });
}

function stored({ filename, contentType, content, cid }: Attachment): StoredAttachment {
  const base64 = Buffer.from(content).toString("base64");
  return { filename, contentType, content: base64, ...(cid === undefined ? {} : { cid }) };
}

function restored({ content, ...about }: StoredAttachment): Attachment {
  return { ...about, content: new Uint8Array(Buffer.from(content, "base64")) };
}
