import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { crmSettings } from "./crm-settings.ts";
import { CrmSettingsRecord } from "./crm-settings-record.ts";

export const getCrmSettings = operation({
  name: "get_crm_settings",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/crm-settings",
  aliases: ["GET /crm-settings"],
  scopes: ["company:read"],
  effect: "read",
  noun: "crm_settings",
  summary:
    "Get how the CRM is set up: custom fields, option lists, reasons, quick links and who is notified.",
  input: Type.Object({}, { additionalProperties: false }),
  output: CrmSettingsRecord,
  run: (ctx) => crmSettings(ctx) as never,
});
