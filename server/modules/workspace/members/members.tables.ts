import type { SetUpBy } from "../../../makers.ts";
import type { Generated } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";

export interface UsersTable {
  id: string;
  email: string;
  full_name: string;
  phone: string | null;
  avatar_url: string | null;
  job_title: string | null;
  department: string | null;
  status: Generated<string>;
  last_workspace_id: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface UserPasswordsTable {
  user_id: string;
  hash: string;
  changed_at: Timestamp;
}

export interface CompanyUserSettingsTable {
  workspace_id: string;
  member_id: string;
  phone: string | null;
  job_title: string | null;
  department: string | null;
  default_pipeline_id: string | null;
  updated_at: Timestamp;
}

export interface UserConnectionsTable {
  workspace_id: string;
  id: string;
  member_id: string;
  platform_type: string;
  platform_account_name: string | null;
  status: string;
  calendar_synced: boolean;
  gmail_aliases: Json<string[]>;
  created_at: Timestamp;
}

export interface MemberInvitationsTable extends SetUpBy {
  workspace_id: string;
  member_id: string;
  token_hash: string;
  expires_at: Timestamp;
  created_at: Timestamp;
}

export interface UserSessionsTable {
  workspace_id: string;
  id: string;
  user_id: string;
  member_id: string;
  token_hash: string;
  created_at: Timestamp;
  last_seen_at: Timestamp;
  expires_at: Timestamp;
}

export interface SignInAttemptsTable {
  subject: string;
  count: number;
  started_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface MembersTable {
    user_id: Generated<string | null>;
    status: Generated<string>;
    joined_at: Timestamp | null;
    removed_at: Timestamp | null;
  }
  interface Tables {
    users: UsersTable;
    user_passwords: UserPasswordsTable;
    company_user_settings: CompanyUserSettingsTable;
    user_connections: UserConnectionsTable;
    member_invitations: MemberInvitationsTable;
    user_sessions: UserSessionsTable;
    sign_in_attempts: SignInAttemptsTable;
  }
}
