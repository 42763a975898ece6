import { Type } from "typebox";
import type { Static } from "typebox";

/** Records that can have custom fields, by the names the definitions are kept under. */
export const customEntities = ["deal", "account", "contact"] as const;
export type CustomEntity = (typeof customEntities)[number];

export const customFieldTypes = [
  "text",
  "textarea",
  "number",
  "datetime",
  "checkbox",
  "dropdown",
  "url",
] as const;

const fieldId = () =>
  Type.String({
    pattern: "^[A-Za-z][A-Za-z0-9_-]{0,99}$",
    description: "Letters, digits, - and _; values are kept in metadata under it.",
  });

const named = () =>
  Type.String({ minLength: 1, maxLength: 100, description: "A field, custom or built in." });
const plainValue = () => Type.Union([Type.String({ maxLength: 2000 }), Type.Number(), Type.Boolean()]);

const Condition = Type.Object(
  {
    field_id: named(),
    operator: Type.Enum(["is", "is_not", "is_set", "is_empty"]),
    value: Type.Optional(plainValue()),
  },
  { additionalProperties: false },
);

const offset = {
  amount: Type.Integer({ minimum: -3650, maximum: 3650 }),
  unit: Type.Enum(["days", "weeks", "months"]),
  skip_saturday: Type.Optional(
    Type.Boolean({ description: "A result on a Saturday moves to the day after." }),
  ),
  skip_sunday: Type.Optional(Type.Boolean({ description: "A result on a Sunday moves to the day after." })),
};

const Action = Type.Union([
  Type.Object({ type: Type.Literal("today_plus"), ...offset }, { additionalProperties: false }),
  Type.Object(
    { type: Type.Literal("field_plus"), source_field_id: named(), ...offset },
    { additionalProperties: false },
  ),
  Type.Object({ type: Type.Literal("constant"), value: plainValue() }, { additionalProperties: false }),
]);

const conditions = () => Type.Array(Condition, { maxItems: 20, description: "All of them must hold." });

const ConditionalLogic = Type.Object(
  {
    visibility: Type.Optional(
      Type.Object(
        { mode: Type.Enum(["always", "when", "never"]), conditions: Type.Optional(conditions()) },
        { additionalProperties: false },
      ),
    ),
    default_rules: Type.Optional(
      Type.Array(
        Type.Object(
          { conditions: Type.Optional(conditions()), action: Action },
          { additionalProperties: false },
        ),
        { maxItems: 50, description: "Deals only: the first rule whose conditions hold writes the field." },
      ),
    ),
  },
  { additionalProperties: false },
);

/** A custom field as it is defined and shown. */
export const CustomField = Type.Object(
  {
    id: fieldId(),
    label: Type.String({ minLength: 1, maxLength: 200 }),
    type: Type.Enum(customFieldTypes),
    options: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: 500,
        description: "What a dropdown offers.",
      }),
    ),
    show_on_detail: Type.Optional(Type.Boolean({ default: true })),
    show_in_table: Type.Optional(Type.Boolean({ default: false })),
    required: Type.Optional(Type.Boolean({ description: "Once set, it cannot be emptied." })),
    fill_with_ai: Type.Optional(Type.Boolean()),
    hidden: Type.Optional(Type.Boolean()),
    conditional_logic: Type.Optional(ConditionalLogic),
  },
  { additionalProperties: false },
);

const definitions = () => Type.Array(CustomField, { maxItems: 200 });

/** Definitions by entity; an entity that is not sent keeps those it has. */
export const CustomFields = Type.Partial(
  Type.Object({ deal: definitions(), account: definitions(), contact: definitions() }),
  { additionalProperties: false },
);

export type CustomField = Static<typeof CustomField>;
export type Condition = Static<typeof Condition>;
export type RuleAction = Static<typeof Action>;
export type CustomFieldsByEntity = Record<CustomEntity, CustomField[]>;

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a key looks like an id; such keys belong under metadata.quick_links. */
export function isUuidShaped(key: string): boolean {
  return uuidShape.test(key);
}

/** Whether a value counts as not given. */
export function isEmptyValue(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
