import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { mask } from "../../../kernel/guarded-fields.ts";
import { newId } from "../../../kernel/ids.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { sealJson, unsealJson } from "../../../kernel/seal.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { Attachment } from "../../../providers/local-sink.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { emailKinds } from "./email-kinds.ts";
import type { PlainKind, SecretKind } from "./email-kinds.ts";
import type { EmailLog, StoredAttachment } from "./email-log.ts";

type Mail = {
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

/** `secrets`: each piece of the mail that would let whoever reads it act, as it stands there. */
export type NewEmail = Mail &
  ({ emailType: PlainKind } | { emailType: SecretKind; secrets: readonly [string, ...string[]] });

type Content = Pick<EmailLog, "subject" | "text_body" | "html_body" | "attachments">;

/** Writes the mail to the log and enqueues its sending, both in this transaction. Answers the log entry's id. */
export async function queueEmail(ctx: Ctx, email: NewEmail): Promise<string> {
  const id = newId(ctx.now);
  const content = contentOf(email);
  await ctx.db
    .insert("email_logs", {
      id,
      email_type: email.emailType,
      status: "queued",
      recipient_email: email.to,
      recipient_name: email.toName ?? null,
      sender_name: email.fromName ?? (await workspaceOf(ctx)).name,
      sender_user_id: email.senderUserId ?? null,
      ...("secrets" in email ? withheld(ctx, id, content, email.secrets) : inTheOpen(content)),
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
    const content = openContent(run.app, email);
    const { providerId } = await run.app.ports.email.sendEmail({
      key: `email:${id}`,
      workspaceId: run.workspaceId,
      to: email.recipient_email,
      subject: content.subject,
      text: content.text_body,
      ...(email.sender_name === null ? {} : { fromName: email.sender_name }),
      ...(content.html_body === null ? {} : { html: content.html_body }),
      attachments: content.attachments.map(restored),
    });
    await settle(run, email, { status: "sent", provider_id: providerId, error: null });
  } catch (error) {
    const never = error instanceof ProviderError && !error.retryable;
    if (never || run.lastAttempt) {
      await settle(run, email, { status: "failed", provider_id: null, error: (error as Error).message });
    }
    if (!never) throw error;
  }
}

function find(ctx: Ctx, id: string): Promise<EmailLog | undefined> {
  return ctx.db.from("email_logs").selectAll().where("id", "=", id).executeTakeFirst();
}

async function settle(
  run: JobCtx,
  email: EmailLog,
  outcome: { status: "sent" | "failed"; provider_id: string | null; error: string | null },
): Promise<void> {
  await run.transaction(async (ctx) => {
    const sentAt = outcome.status === "sent" ? ctx.now : null;
    await ctx.db
      .update("email_logs")
      .set({ ...outcome, ...over(email), sent_at: sentAt } as never)
      .where("id", "=", email.id)
      .execute();
  });
}

function contentOf(email: NewEmail): Content {
  return {
    subject: email.subject.replaceAll(/\s+/g, " ").trim(),
    text_body: email.text,
    html_body: email.html ?? null,
    attachments: (email.attachments ?? []).map(stored),
  };
}

function inTheOpen({ attachments, ...content }: Content) {
  return { ...content, attachments: JSON.stringify(attachments), sealed_content: null };
}

/** Whole under seal; in the open with every secret blotted out and without its files, which nobody can blot. */
function withheld(ctx: Ctx, id: string, content: Content, secrets: readonly string[]) {
  for (const secret of secrets) {
    if (secret === "" || !content.text_body.includes(secret)) {
      throw new Error("a secret that the mail is said to carry does not stand in it");
    }
  }
  const blotted = (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, mask), text);
  const place = placeOf({ workspace_id: ctx.workspaceId, id });
  return {
    subject: blotted(content.subject),
    text_body: blotted(content.text_body),
    html_body: content.html_body === null ? null : blotted(content.html_body),
    attachments: "[]",
    sealed_content: sealJson(ctx.app.ports.secrets.sealing, place, content),
  };
}

function openContent(app: App, email: EmailLog): Content {
  if (email.sealed_content === null) return email;
  return unsealJson<Content>(app.ports.secrets.sealing, placeOf(email), email.sealed_content);
}

/** What a mail has in the log once nobody has to send it any more. One that an earlier version wrote was never blotted. */
function over(email: EmailLog): Partial<EmailLog> {
  if (email.sealed_content !== null) return { sealed_content: null };
  const kinds: Record<string, { carriesSecret: boolean } | undefined> = emailKinds;
  return kinds[email.email_type]?.carriesSecret ? { text_body: mask, html_body: null } : {};
}

function placeOf({ workspace_id, id }: Pick<EmailLog, "workspace_id" | "id">): string {
  return `mail ${workspace_id} ${id}`;
}

function stored({ filename, contentType, content, cid }: Attachment): StoredAttachment {
  const base64 = Buffer.from(content).toString("base64");
  return { filename, contentType, content: base64, ...(cid === undefined ? {} : { cid }) };
}

function restored({ content, ...about }: StoredAttachment): Attachment {
  return { ...about, content: new Uint8Array(Buffer.from(content, "base64")) };
}
