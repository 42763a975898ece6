import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import type { CustomFieldsByEntity } from "../fields/custom-field.ts";
import type { QuickLinkType } from "../fields/quick-links.ts";

export type AnalysisQuestion = {
  key: string;
  label: string;
  type: string;
  show_on_detail?: boolean;
  show_in_table?: boolean;
  ai_fill?: boolean;
};

/** How a workspace has set up its CRM. Kept under `crm` in the workspace's settings, as overrides of the defaults. */
export type CrmSettings = {
  opportunity_type_options: string[];
  account_type_options: string[];
  contact_type_options: string[];
  transcript_types: string[];
  transcript_sources: string[];
  custom_fields_title: string;
  accounts_enabled: boolean;
  contacts_enabled: boolean;
  enable_work_orders: boolean;
  lead_sources: string[];
  lost_reasons: string[];
  won_reasons: string[];
  referral_categories: string[];
  form_completion_notify_emails: string[];
  automation_error_notify_emails: string[];
  automation_error_notify_phones: string[];
  custom_fields: CustomFieldsByEntity;
  needs_analysis_config: { questions: AnalysisQuestion[] };
  quick_links: QuickLinkType[];
};

export const defaultCrmSettings: CrmSettings = {
  opportunity_type_options: [],
  account_type_options: [],
  contact_type_options: [],
  transcript_types: [],
  transcript_sources: [],
  custom_fields_title: "Additional Information",
  accounts_enabled: true,
  contacts_enabled: true,
  enable_work_orders: true,
  lead_sources: [],
  lost_reasons: [],
  won_reasons: [],
  referral_categories: [],
  form_completion_notify_emails: [],
  automation_error_notify_emails: [],
  automation_error_notify_phones: [],
  custom_fields: { deal: [], account: [], contact: [] },
  needs_analysis_config: { questions: [] },
  quick_links: [],
};

/** The CRM's settings with the zone its dates are meant in. One look-up by primary key. */
export async function crmSettingsInZone(ctx: Ctx): Promise<{ settings: CrmSettings; timeZone: string }> {
  const [row] = await ctx.db.raw(
    sql<{ crm: JsonObject | null; time_zone: string }>`
      select settings -> 'crm' as crm, time_zone from workspaces where id = ${ctx.workspaceId}`,
  );
  if (!row) throw new Error("the workspace of this ctx does not exist");
  return { settings: completed(row.crm ?? {}), timeZone: row.time_zone };
}

/** How the workspace has set up its CRM, completed by the defaults. */
export async function crmSettings(ctx: Ctx): Promise<CrmSettings> {
  return (await crmSettingsInZone(ctx)).settings;
}

// Others keep what is theirs under the same key (the tag palette does): only what has a default is a setting.
function completed(stored: JsonObject): CrmSettings {
  const own = Object.entries(stored).filter(([name]) => Object.hasOwn(defaultCrmSettings, name));
  const { custom_fields: fields, ...rest } = Object.fromEntries(own) as Partial<CrmSettings>;
  return {
    ...defaultCrmSettings,
    ...rest,
    custom_fields: { ...defaultCrmSettings.custom_fields, ...fields },
  };
}
