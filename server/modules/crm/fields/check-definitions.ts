import { invalidField } from "../../../kernel/errors.ts";
import { builtInFields } from "./built-in-fields.ts";
import { customEntities, isUuidShaped } from "./custom-field.ts";
import type {
  Condition,
  CustomEntity,
  CustomField,
  CustomFieldsByEntity,
  RuleAction,
} from "./custom-field.ts";
import { faultOf } from "./custom-values.ts";
import type { CatalogueFieldType } from "./field-catalogue.ts";

const catalogueOf = { deal: "opportunity", account: "account", contact: "contact" } as const;

/** Types of all fields of an entity by their ids: what conditions and rules may name. */
type Known = ReadonlyMap<string, CatalogueFieldType | CustomField["type"]>;

/** Definitions as they are stored, with the defaults filled in. Throws a 400 naming what does not fit. */
export function checkedDefinitions(
  sent: Partial<Record<CustomEntity, CustomField[] | undefined>>,
  at = "custom_fields",
): Partial<CustomFieldsByEntity> {
  const checked: Partial<CustomFieldsByEntity> = {};
  for (const entity of customEntities) {
    const fields = sent[entity];
    if (fields) checked[entity] = checkedFields(`${at}.${entity}`, entity, fields);
  }
  return checked;
}

function checkedFields(place: string, entity: CustomEntity, fields: readonly CustomField[]): CustomField[] {
  const known: Known = new Map<string, CatalogueFieldType>([
    ...builtInFields[catalogueOf[entity]].map(({ key, type }) => [key, type] as const),
    ...(fields.map(({ id, type }) => [id, type]) as [string, CatalogueFieldType][]),
  ]);
  const ids = new Set<string>();
  return fields.map((field, index) => {
    const at = `${place}.${index}`;
    if (ids.has(field.id))
      throw invalidField(`${at}.id`, `${field.id} is there twice`, "Give every field an id of its own.");
    ids.add(field.id);
    checkShape(at, field);
    checkLogic(at, entity, field, known);
    return {
      ...field,
      show_on_detail: field.show_on_detail ?? true,
      show_in_table: field.show_in_table ?? false,
    };
  });
}

function checkShape(at: string, { id, label, type, options }: CustomField): void {
  if (isUuidShaped(id) || id === "quick_links")
    throw invalidField(`${at}.id`, `${id} is reserved`, "Choose another id, such as preferred_day.");
  if (label.trim() === "")
    throw invalidField(
      `${at}.label`,
      "may not be empty",
      "Send what people shall see, such as Preferred day.",
    );
  if (type !== "dropdown") return;
  if (!options?.length)
    throw invalidField(
      `${at}.options`,
      "is needed: a dropdown offers at least one option",
      'Send what can be chosen, such as ["Morning", "Evening"].',
    );
  if (new Set(options).size < options.length)
    throw invalidField(`${at}.options`, "holds an option twice", "Send every option once.");
}

function checkLogic(at: string, entity: CustomEntity, field: CustomField, known: Known): void {
  const { visibility, default_rules: rules } = field.conditional_logic ?? {};
  const logic = `${at}.conditional_logic`;
  checkConditions(`${logic}.visibility.conditions`, visibility?.conditions, known);
  if (rules?.length && entity !== "deal") {
    throw invalidField(
      `${logic}.default_rules`,
      "are for the fields of deals only",
      "Leave default_rules out here.",
    );
  }
  for (const [index, { conditions, action }] of (rules ?? []).entries()) {
    const rule = `${logic}.default_rules.${index}`;
    checkConditions(`${rule}.conditions`, conditions, known);
    checkAction(`${rule}.action`, field, action, known);
  }
}

function checkConditions(at: string, conditions: readonly Condition[] | undefined, known: Known): void {
  for (const [index, { field_id: id, operator, value }] of (conditions ?? []).entries()) {
    if (!known.has(id))
      throw invalidField(
        `${at}.${index}.field_id`,
        `there is no field ${id}`,
        `Use one of ${[...known.keys()].join(", ")}.`,
      );
    if (value === undefined && (operator === "is" || operator === "is_not")) {
      throw invalidField(
        `${at}.${index}.value`,
        `is needed with ${operator}`,
        "Send the value to compare with.",
      );
    }
  }
}

function checkAction(at: string, field: CustomField, action: RuleAction, known: Known): void {
  if (action.type === "constant") {
    const fault = faultOf(field, action.value);
    if (fault) throw invalidField(`${at}.value`, fault.message, fault.fix);
    return;
  }
  if (field.type !== "datetime" && field.type !== "text") {
    throw invalidField(
      `${at}.type`,
      `${action.type} writes a date, which a ${field.type} cannot hold`,
      "Use a field of type datetime or text, or an action of type constant.",
    );
  }
  if (action.type !== "field_plus") return;
  const source = known.get(action.source_field_id);
  if (source !== "datetime" && source !== "date") {
    throw invalidField(
      `${at}.source_field_id`,
      `${action.source_field_id} is no date field`,
      "Choose a field that holds a date.",
    );
  }
}
