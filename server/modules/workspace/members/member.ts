import { Type } from "typebox";
import type { Selectable } from "kysely";
import { declareError } from "../../../kernel/errors.ts";
import type { MembersTable } from "../../../kernel/tables.ts";
import { memberRoles } from "../../../scopes.ts";
import "./members.tables.ts";

/** Who belongs to a workspace. What the API calls a user's id is the member's. */
export type Member = Selectable<MembersTable>;

export const optionalText = () => Type.Union([Type.String(), Type.Null()]);
const instant = () => Type.String({ format: "date-time" });

export const Role = (description: string) =>
  Type.Union(
    memberRoles.map((role) => Type.Literal(role)),
    { description },
  );

/** A team member as the workspace sees them: its own words over those of the person. */
export const CompanyUserRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  role: Role("client_admin may do everything, client_editor what the work needs, client_viewer only look."),
  status: Type.String({ description: "invited or active." }),
  full_name: Type.String(),
  email: optionalText(),
  phone: optionalText(),
  job_title: optionalText(),
  department: optionalText(),
  avatar_url: optionalText(),
  created_at: instant(),
});

export const PersonalProfileRecord = Type.Object({
  full_name: Type.String(),
  email: optionalText(),
  phone: optionalText(),
  avatar_url: optionalText(),
  status: Type.String({ description: "invited, active or disabled." }),
  job_title: optionalText(),
  department: optionalText(),
  created_at: instant(),
});

export const userId = () => Type.String({ format: "uuid", description: "The team member's id." });

export const alreadyMember = declareError("ALREADY_MEMBER", 409, "This address belongs to an active member.");

export const lastAdministrator = declareError(
  "LAST_ADMINISTRATOR",
  409,
  "The workspace would be left without an administrator.",
);
