import type { Selectable } from "kysely";
import type { Json, Timestamp } from "../../../../kernel/tables.ts";
import type { DigestWords } from "./digest-request.ts";

export interface ReportDigestsTable {
  workspace_id: string;
  id: string;
  dashboard_id: string;
  status: string;
  recipient_email: string;
  recipient_name: string | null;
  recipient_user_id: string | null;
  request: Json<DigestWords>;
  sent_by_kind: string | null;
  sent_by: string | null;
  email_log_id: string | null;
  error: string | null;
  created_at: Timestamp;
}

declare module "../../../../kernel/tables.ts" {
  interface Tables {
    report_digests: ReportDigestsTable;
  }
}

export type Digest = Selectable<ReportDigestsTable>;
