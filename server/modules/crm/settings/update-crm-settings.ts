import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { checkedChange } from "./check-crm-settings.ts";
import { CrmSettingsInput, CrmSettingsRecord } from "./crm-settings-record.ts";
import { changeCrmSettings } from "./store-crm-settings.ts";

export const updateCrmSettings = operation({
  name: "update_crm_settings",
  surface: workspaceApi,
  section: "Company",
  route: "PATCH /company/crm-settings",
  scopes: ["company:write"],
  effect: "write",
  noun: "crm_settings",
  summary: "Change how the CRM is set up; what is not sent stays.",
  description:
    "Lists are replaced as a whole. custom_fields replaces the definitions of the entities it names (deal, account, contact) and leaves the others. Values of a field whose definition goes away stay in the records.",
  input: CrmSettingsInput,
  output: CrmSettingsRecord,
  example: {
    input: {
      lost_reasons: ["Too expensive", "No reply"],
      custom_fields: {
        deal: [
          { id: "roof_type", label: "Roof type", type: "dropdown", options: ["Tile", "Metal"] },
          {
            id: "follow_up",
            label: "Follow up on",
            type: "datetime",
            conditional_logic: {
              default_rules: [
                {
                  conditions: [{ field_id: "status", operator: "is", value: "open" }],
                  action: { type: "today_plus", amount: 3, unit: "days", skip_sunday: true },
                },
              ],
            },
          },
        ],
      },
    },
  },
  run: (ctx, sent) => changeCrmSettings(ctx, (before) => checkedChange(ctx, before, sent)) as never,
});
