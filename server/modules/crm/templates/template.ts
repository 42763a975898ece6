import { Type } from "typebox";
import type { Static } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import { checkedDefinitions } from "../fields/check-definitions.ts";
import { CustomFields } from "../fields/custom-field.ts";
import { QuickLinkType } from "../fields/quick-links.ts";
import { crmSettingsFields } from "../settings/crm-settings-record.ts";
import { PaletteTag } from "../settings/tag-palette.ts";

export interface CrmTemplatesTable {
  workspace_id: string;
  id: string;
  name: string;
  description: string | null;
  content: Json<TemplateContent>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    crm_templates: CrmTemplatesTable;
  }
}

/** Lists of the settings that a template adds to. */
export const templateLists = [
  "lead_sources",
  "lost_reasons",
  "won_reasons",
  "opportunity_type_options",
  "account_type_options",
  "contact_type_options",
  "referral_categories",
] as const;

const named = () => Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const look = {
  description: Type.Optional(Type.Union([Type.String({ maxLength: 2000 }), Type.Null()])),
  color: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
};

const TemplateStage = Type.Object({ name: named(), ...look }, { additionalProperties: false });

const TemplatePipeline = Type.Object(
  {
    name: named(),
    ...look,
    stages: Type.Array(TemplateStage, { maxItems: 50, description: "In order." }),
  },
  { additionalProperties: false },
);

const lists = Object.fromEntries(templateLists.map((name) => [name, crmSettingsFields[name]])) as Pick<
  typeof crmSettingsFields,
  (typeof templateLists)[number]
>;

/** What a template sets up. */
export const TemplateContent = Type.Partial(
  Type.Object({
    ...lists,
    custom_fields: CustomFields,
    pipelines: Type.Array(TemplatePipeline, { maxItems: 50 }),
    tags: Type.Array(PaletteTag, { maxItems: 500 }),
    quick_links: Type.Array(QuickLinkType, { maxItems: 50 }),
  }),
  {
    additionalProperties: false,
    description: "Custom fields, pipelines with their stages, tags, quick links and options to add.",
  },
);

export type TemplateContent = Static<typeof TemplateContent>;
export type TemplatePipeline = Static<typeof TemplatePipeline>;

export const TemplateRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  content: TemplateContent,
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** A template's content as it is kept. Throws a 400 naming what could not be set up. */
export function checkedContent(sent: TemplateContent): TemplateContent {
  refuseSameName("content.pipelines", sent.pipelines ?? []);
  for (const [index, { stages }] of (sent.pipelines ?? []).entries()) {
    refuseSameName(`content.pipelines.${index}.stages`, stages);
  }
  return sent.custom_fields
    ? { ...sent, custom_fields: checkedDefinitions(sent.custom_fields, "content.custom_fields") }
    : sent;
}

function refuseSameName(field: string, things: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of things.entries()) {
    const key = nameKey(name);
    if (seen.has(key))
      throw invalidField(
        `${field}.${index}.name`,
        `${name} is there twice`,
        "Give each a name of its own: case makes no difference.",
      );
    seen.add(key);
  }
}

/** Names that differ in case or in the blanks around them are one name. */
export function nameKey(name: string): string {
  return name.trim().toLowerCase();
}
