import { Type } from "typebox";
import type { Static } from "typebox";
import { CustomFields } from "../fields/custom-field.ts";
import { QuickLinkType } from "../fields/quick-links.ts";

const choices = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 500, description });

const addresses = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 320 }), { maxItems: 50, description });

const AnalysisQuestion = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 100 }),
    label: Type.String({ minLength: 1, maxLength: 500 }),
    type: Type.String({ minLength: 1, maxLength: 50 }),
    show_on_detail: Type.Optional(Type.Boolean()),
    show_in_table: Type.Optional(Type.Boolean()),
    ai_fill: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Every setting, as it is written and shown. */
export const crmSettingsFields = {
  opportunity_type_options: choices("What opportunity_type offers."),
  account_type_options: choices("What account_type offers."),
  contact_type_options: choices("What contact_type offers."),
  transcript_types: choices("Kinds of transcripts."),
  transcript_sources: choices("Where transcripts come from."),
  custom_fields_title: Type.String({ maxLength: 200, description: "Heading over the custom fields." }),
  accounts_enabled: Type.Boolean({ description: "Companies are in use." }),
  contacts_enabled: Type.Boolean({ description: "Contacts are in use." }),
  enable_work_orders: Type.Boolean({ description: "Opportunities have work orders." }),
  lead_sources: choices("What lead_source offers."),
  lost_reasons: choices("Reasons to choose from when an opportunity is lost."),
  won_reasons: choices("Reasons to choose from when an opportunity is won."),
  referral_categories: choices("Categories of referrals."),
  form_completion_notify_emails: addresses(
    "Who is told of completed forms; while empty, whoever sent the form.",
  ),
  automation_error_notify_emails: addresses(
    "Who is mailed when an automation fails, once an hour for the same failure.",
  ),
  automation_error_notify_phones: Type.Array(Type.String({ maxLength: 20 }), {
    maxItems: 50,
    description: "Who is texted when an automation fails; E.164. Needs an active phone number.",
  }),
  custom_fields: CustomFields,
  needs_analysis_config: Type.Object(
    { questions: Type.Array(AnalysisQuestion, { maxItems: 200 }) },
    { additionalProperties: false, description: "Questions for qualifying; an empty list clears them." },
  ),
  quick_links: Type.Array(QuickLinkType, {
    maxItems: 50,
    description: "Kinds of links that records carry under metadata.quick_links; an empty list removes all.",
  }),
};

export const CrmSettingsRecord = Type.Object(crmSettingsFields);

/** Any part of the settings. */
export const CrmSettingsInput = Type.Partial(Type.Object(crmSettingsFields), {
  additionalProperties: false,
});

export type CrmSettingsChange = Static<typeof CrmSettingsInput>;
