import { module } from "../../../kernel/operation.ts";
import { alertEveryMs } from "./automation-alerts.ts";
import { getCrmSettings } from "./get-crm-settings.ts";
import { getTagPalette, setTagPalette } from "./tag-palette-operations.ts";
import { updateCrmSettings } from "./update-crm-settings.ts";

export const crmSettingsModule = module({
  name: "crm-settings",
  operations: [getCrmSettings, updateCrmSettings, getTagPalette, setTagPalette],
  sweeps: [{ table: "automation_alerts", column: "alerted_at", keepMs: alertEveryMs }],
});
