import { Type } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Json, Timestamp } from "../../../../kernel/tables.ts";
import type { DisplayConfig } from "./card-fields.ts";
import type { QuerySpec } from "../query/spec.ts";
import { CardRecord, presentCard } from "./card.ts";

export interface ReportDashboardsTable {
  workspace_id: string;
  id: string;
  name: string;
  description: string | null;
  template: string | null;
  pipeline_id: string | null;
  visibility: string;
  created_by: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ReportDashboardAclTable {
  workspace_id: string;
  id: string;
  dashboard_id: string;
  user_id: string | null;
  role_name: string | null;
  created_at: Timestamp;
}

export interface ReportCardsTable {
  workspace_id: string;
  id: string;
  dashboard_id: string;
  title: string;
  visualization_type: string;
  query_spec: Json<QuerySpec>;
  display_config: Json<DisplayConfig>;
  size: Generated<string>;
  position: number;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../../kernel/tables.ts" {
  interface Tables {
    report_dashboards: ReportDashboardsTable;
    report_dashboard_acl: ReportDashboardAclTable;
    report_cards: ReportCardsTable;
  }
}

export type Dashboard = Selectable<ReportDashboardsTable>;
export type Card = Selectable<ReportCardsTable>;
export type AclEntry = Selectable<ReportDashboardAclTable>;

export const visibilities = ["all_users", "restricted"] as const;

const optional = () => Type.Union([Type.String(), Type.Null()]);

const shown = {
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  description: optional(),
  template: optional(),
  pipeline_id: optional(),
  visibility: Type.String({ description: "all_users or restricted." }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
};

export const DashboardRecord = Type.Object(shown);
export const FullDashboardRecord = Type.Object({ ...shown, cards: Type.Array(CardRecord) });

export function presentDashboard(row: Dashboard) {
  const { workspace_id: _w, created_by: _c, ...fields } = row;
  return {
    ...fields,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function presentFullDashboard(row: Dashboard, cards: readonly Card[]) {
  return { ...presentDashboard(row), cards: cards.map(presentCard) };
}

/** A text as it is kept: trimmed, and null for an empty one. */
export function description(text: string | null): string | null {
  return text?.trim() || null;
}

export const dashboardTexts = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: "What it is called." }),
  description: Type.Union([Type.String({ maxLength: 2000 }), Type.Null()]),
};
