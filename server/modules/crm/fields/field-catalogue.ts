import type { Ctx } from "../../../kernel/context.ts";
import { crmSettings } from "../settings/crm-settings.ts";
import { builtInFields } from "./built-in-fields.ts";
import type { CustomEntity, CustomField } from "./custom-field.ts";

export type CatalogueEntity = "opportunity" | "contact" | "account" | "work_order" | "task";

export type CatalogueFieldType =
  | "text"
  | "textarea"
  | "number"
  | "money"
  | "date"
  | "datetime"
  | "boolean"
  | "dropdown"
  | "url"
  | "tags"
  | "reference"
  | "array";

/** A field that reports, exports and conditions can name. `key` is its name in the API; a custom one's is metadata.<id>. */
export type CatalogueField = {
  key: string;
  label: string;
  type: CatalogueFieldType;
  custom: boolean;
  options?: readonly string[];
  /** What a reference points at. */
  reference?:
    CatalogueEntity | "user" | "pipeline" | "stage" | "product" | "task_category" | "work_order_status";
};

const customOf: Partial<Record<CatalogueEntity, CustomEntity>> = {
  opportunity: "deal",
  contact: "contact",
  account: "account",
};

/** The fields of an entity, the built-in ones first, then the workspace's own in their order. */
export async function fieldCatalogue(ctx: Ctx, entity: CatalogueEntity): Promise<CatalogueField[]> {
  const own = customOf[entity];
  const custom = own ? (await crmSettings(ctx)).custom_fields[own] : [];
  return [...builtInFields[entity], ...custom.map(catalogued)];
}

function catalogued({ id, label, type, options }: CustomField): CatalogueField {
  return {
    key: `metadata.${id}`,
    label,
    type: type === "checkbox" ? "boolean" : type,
    custom: true,
    ...(options ? { options } : {}),
  };
}
