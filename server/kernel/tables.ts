/**
 * Row types by table. The kernel's own tables stand here; each module adds its tables by declaration merging
 * (`declare module ".../kernel/tables.ts" { interface Tables { … } }`). Types only: nothing is derived at run time.
 */
import type { ColumnType, Generated } from "kysely";

/** timestamptz: read and written as Date. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
export type Json<T> = ColumnType<T, string, string>;
/** numeric: arrives as text, so that nothing is lost on the way; written as a number. */
export type Numeric = ColumnType<string, number | string, number | string>;
export type JsonObject = Record<string, unknown>;

export interface WorkspacesTable {
  id: string;
  name: string;
  slug: string;
  settings: Json<JsonObject>;
  time_zone: string;
  country: string;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface MembersTable {
  workspace_id: string;
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  role: string;
  is_staff: Generated<boolean>;
  created_at: Timestamp;
}

export interface ApiKeysTable {
  workspace_id: string;
  id: string;
  kind: string;
  name: string;
  prefix: string;
  secret_hash: string;
  scopes: string[];
  approval_level: string;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
  revoked_at: Timestamp | null;
  expires_at: Timestamp | null;
  created_by: string | null;
  rate_per_second: number | null;
}

export interface IdempotencyKeysTable {
  workspace_id: string;
  actor_id: string;
  operation: string;
  key: string;
  request_hash: string;
  status: number;
  response: Json<JsonObject> | null;
  created_at: Timestamp;
}

export interface ApprovalsTable {
  workspace_id: string;
  id: string;
  api_key_id: string;
  operation: string;
  surface: string;
  resource: string;
  action: string;
  method: string;
  path: string;
  input: Json<JsonObject>;
  sealed_input: string | null;
  target_id: string | null;
  status: string;
  execution_status: number | null;
  execution_result: Json<unknown> | null;
  reason: string | null;
  primary_assignee_id: string | null;
  secondary_assignee_id: string | null;
  created_at: Timestamp;
  expires_at: Timestamp;
  resolved_at: Timestamp | null;
  resolved_by: string | null;
}

export interface AuditEntriesTable {
  workspace_id: string;
  id: string;
  request_id: string;
  operation: string;
  surface: string;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  noun: string;
  record_id: string | null;
  action: string;
  changes: Json<JsonObject>;
  created_at: Timestamp;
}

export interface EventsTable {
  workspace_id: string;
  id: string;
  position: Generated<number>;
  transaction_id: Generated<string>;
  type: string;
  noun: string;
  record_id: string | null;
  payload: Json<JsonObject>;
  request_id: string;
  occurred_at: Timestamp;
}

export interface EventFollowersTable {
  workspace_id: string;
  name: string;
  transaction_id: string;
  position: number;
}

export interface CreditEntriesTable {
  workspace_id: string;
  id: string;
  kind: string;
  amount: number;
  hold_id: string | null;
  operation: string;
  note: string | null;
  created_at: Timestamp;
}

export interface CreditBalancesTable {
  workspace_id: string;
  available: number;
  held: number;
}

export interface CronSchedulesTable {
  workspace_id: string;
  key: string;
  job: string;
  cron: string;
  time_zone: string;
  payload: Json<JsonObject>;
  generation: number;
  next_run_at: Timestamp | null;
  updated_at: Timestamp;
}

export interface InstallationTable {
  name: string;
  value: string;
}

export interface SimulatorClockTable {
  id: number;
  frozen_at: Timestamp | null;
  offset_ms: number;
  moves: Generated<number>;
}

export interface Tables {
  workspaces: WorkspacesTable;
  members: MembersTable;
  api_keys: ApiKeysTable;
  idempotency_keys: IdempotencyKeysTable;
  approvals: ApprovalsTable;
  audit_entries: AuditEntriesTable;
  events: EventsTable;
  event_followers: EventFollowersTable;
  credit_entries: CreditEntriesTable;
  credit_balances: CreditBalancesTable;
  cron_schedules: CronSchedulesTable;
  installation: InstallationTable;
  simulator_clock: SimulatorClockTable;
}

/** Tables that belong to one workspace each; every statement on them names the workspace. */
export type TenantTable = {
  [T in keyof Tables]: Tables[T] extends { workspace_id: string } ? T : never;
}[keyof Tables];
