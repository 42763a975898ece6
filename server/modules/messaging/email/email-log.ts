import type { Generated, Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";

export type StoredAttachment = { filename: string; contentType: string; content: string; cid?: string };

export interface EmailLogsTable {
  workspace_id: string;
  id: string;
  /** One of email-kinds.ts. */
  email_type: string;
  status: string;
  recipient_email: string;
  recipient_name: string | null;
  sender_name: string | null;
  sender_user_id: string | null;
  subject: string;
  text_body: string;
  html_body: string | null;
  attachments: Json<StoredAttachment[]>;
  /** All of a mail that carries a secret, until it has left; see email-kinds.ts. */
  sealed_content: string | null;
  contact_id: string | null;
  company_id: string | null;
  opportunity_id: string | null;
  provider: string | null;
  provider_id: string | null;
  error: string | null;
  created_at: Timestamp;
  sent_at: Generated<Date | null>;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    email_logs: EmailLogsTable;
  }
}

export type EmailLog = Selectable<EmailLogsTable>;
