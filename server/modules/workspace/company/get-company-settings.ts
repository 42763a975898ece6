import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { workspaceOf } from "../settings/settings.ts";
import { CompanyRecord, presentCompany } from "./company-settings.ts";

export const getCompanySettings = operation({
  name: "get_company_settings",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company",
  scopes: ["company:read"],
  effect: "read",
  noun: "workspace",
  preloaded: true,
  summary: "Get the company's details and how its front office is set up.",
  input: Type.Object({}, { additionalProperties: false }),
  output: CompanyRecord,
  async run(ctx) {
    return presentCompany(await workspaceOf(ctx)) as never;
  },
});
