import { module } from "../../../kernel/operation.ts";
import { getCompanyUser, listCompanyUsers } from "./company-users.ts";
import { takeBackInvitationsOf } from "./invitations.ts";
import { inviteCompanyUser } from "./invite-company-user.ts";
import { listWorkspaceUserConnections } from "./list-workspace-user-connections.ts";
import { getPersonalUserProfile } from "./personal-user-profile.ts";
import { removeCompanyUser } from "./remove-company-user.ts";
import { getWorkspaceUserPreferences, updateWorkspaceUserPreferences } from "./workspace-user-preferences.ts";
import { getWorkspaceUserProfile, updateWorkspaceUserProfile } from "./workspace-user-profile.ts";
import { getWorkspaceUserRole, updateWorkspaceUserRole } from "./workspace-user-role.ts";
import { parts } from "../../../kernel/row-kinds.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export const members = module({
  name: "members",
  operations: [
    listCompanyUsers,
    getCompanyUser,
    inviteCompanyUser,
    getPersonalUserProfile,
    getWorkspaceUserProfile,
    updateWorkspaceUserProfile,
    listWorkspaceUserConnections,
    getWorkspaceUserRole,
    updateWorkspaceUserRole,
    getWorkspaceUserPreferences,
    updateWorkspaceUserPreferences,
    removeCompanyUser,
  ],
  rows: parts(
    "company_user_settings",
    "member_invitations",
    "members",
    "user_connections",
    "user_passwords",
    "user_sessions",
  ),
  setUps: [{ what: "invitations", stop: takeBackInvitationsOf }],
  sweeps: [
    { table: "user_sessions", column: "last_seen_at", keepMs: 31 * DAY_MS },
    { table: "sign_in_attempts", column: "started_at", keepMs: DAY_MS },
  ],
});
