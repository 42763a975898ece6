/** Who may see a restricted dashboard. */
import { Type } from "typebox";
import type { Ctx } from "../../../../kernel/context.ts";
import { findRow } from "../../../../kernel/crud.ts";
import { declareError, invalidField, missing } from "../../../../kernel/errors.ts";
import { isId, newId } from "../../../../kernel/ids.ts";
import { recordCreated, recordDeleted } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../../kernel/pagination.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { reportScopes } from "../scopes.ts";
import { oneOf } from "../query/spec.ts";
import type { AclEntry } from "./dashboard.ts";
import { id, newestFirst } from "./dashboard-operations.ts";
import { readableDashboard } from "./dashboards.store.ts";

const about = {
  surface: workspaceApi,
  section: "Reports",
  scopes: reportScopes.read,
  noun: "report_dashboard_acl",
} as const;

export const roleNames = ["client_admin", "client_editor", "client_viewer"] as const;

const AclRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  dashboard_id: Type.String({ format: "uuid" }),
  principal_type: Type.String({ description: "user or role." }),
  principal_id: Type.String(),
  user_id: Type.Union([Type.String(), Type.Null()]),
  role_name: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String({ format: "date-time" }),
});

function presentEntry({ workspace_id: _w, created_at: at, ...entry }: AclEntry) {
  const type = entry.user_id === null ? "role" : "user";
  const principal = entry.user_id ?? entry.role_name ?? "";
  return { ...entry, principal_type: type, principal_id: principal, created_at: at.toISOString() };
}

const notRestricted = declareError("DASHBOARD_NOT_RESTRICTED", 409, "Everybody sees this dashboard already.");

export const listReportDashboardAcl = operation({
  ...about,
  name: "list_report_dashboard_acl",
  route: "GET /report-dashboards/:id/acl",
  effect: "read",
  shape: "list",
  summary: "List the users and roles a dashboard was opened to.",
  input: Type.Object({ id, ...pagingInput() }, { additionalProperties: false }),
  output: pageOf(AclRecord),
  async run(ctx, { id: dashboardId, ...paging }) {
    await readableDashboard(ctx, dashboardId);
    const query = ctx.db.from("report_dashboard_acl").selectAll().where("dashboard_id", "=", dashboardId);
    const page = await keysetPage(query, "report_dashboard_acl", newestFirst, paging);
    return { ...page, rows: page.rows.map(presentEntry) };
  },
});

export const grantReportDashboardAcl = operation({
  ...about,
  name: "grant_report_dashboard_acl",
  route: "POST /report-dashboards/:id/acl",
  status: 201,
  scopes: reportScopes.write,
  effect: "write",
  summary: "Open a restricted dashboard to a user or to everybody of a role.",
  description: "The dashboard's visibility must be restricted. Granting twice is granting once.",
  input: Type.Object(
    {
      id,
      principal_type: oneOf(["user", "role"]),
      principal_id: Type.String({
        minLength: 1,
        maxLength: 100,
        description: `Id of a user, or a role: ${roleNames.join(", ")}.`,
      }),
    },
    { additionalProperties: false },
  ),
  output: AclRecord,
  errors: [notRestricted],
  example: { input: { principal_type: "role", principal_id: "client_viewer" } },
  async run(ctx, input) {
    const dashboard = await readableDashboard(ctx, input.id, { lock: true });
    if (dashboard.visibility !== "restricted") {
      throw notRestricted("Everybody sees this dashboard; there is nothing to open.", {
        fix: 'Send PATCH /report-dashboards/:id with visibility "restricted" first.',
      });
    }
    const principal = await principalOf(ctx, input.principal_type, input.principal_id);
    const known = await entryOf(ctx, dashboard.id, principal);
    if (known) return presentEntry(known);
    const row = await ctx.db
      .insert("report_dashboard_acl", {
        ...principal,
        id: newId(ctx.now),
        dashboard_id: dashboard.id,
        created_at: ctx.now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "report_dashboard_acl", row);
    return presentEntry(row);
  },
});

export const revokeReportDashboardAcl = operation({
  ...about,
  name: "revoke_report_dashboard_acl",
  route: "DELETE /report-dashboards/acl/:id",
  scopes: reportScopes.write,
  effect: "destructive",
  shape: "empty",
  summary: "Take a grant back.",
  input: Type.Object({ id }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, input) {
    const row = (await findRow(ctx, "report_dashboard_acl", input.id, { lock: true })) as
      AclEntry | undefined;
    if (!row) throw missing("report dashboard grant", input.id);
    await readableDashboard(ctx, row.dashboard_id).catch(() => {
      throw missing("report dashboard grant", input.id);
    });
    await ctx.db.remove("report_dashboard_acl").where("id", "=", row.id).execute();
    recordDeleted(ctx, "report_dashboard_acl", row);
    return null;
  },
});

type Principal = { user_id: string | null; role_name: string | null };

async function principalOf(ctx: Ctx, type: "user" | "role", name: string): Promise<Principal> {
  if (type === "role") {
    if (roleNames.some((role) => role === name)) return { user_id: null, role_name: name };
    throw invalidField("principal_id", "is not a role", `Use one of ${roleNames.join(", ")}.`);
  }
  if (isId(name) && (await findRow(ctx, "members", name))) return { user_id: name, role_name: null };
  throw invalidField("principal_id", "is not a user of this workspace", "Take an id from GET /users.");
}

async function entryOf(ctx: Ctx, dashboardId: string, { user_id: user, role_name: role }: Principal) {
  return ctx.db
    .from("report_dashboard_acl")
    .selectAll()
    .where("dashboard_id", "=", dashboardId)
    .where("user_id", "is not distinct from", user)
    .where("role_name", "is not distinct from", role)
    .executeTakeFirst();
}
