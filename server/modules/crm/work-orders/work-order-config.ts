import { Type } from "typebox";
import type { Static } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { customFieldTypes, isEmptyValue } from "../fields/custom-field.ts";
import { faultOf } from "../fields/custom-values.ts";

const types = [...customFieldTypes, "date"] as const;

const label = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
const color = () => Type.Union([Type.String({ maxLength: 40 }), Type.Null()]);

const Field = Type.Object(
  {
    key: Type.String({
      pattern: "^[A-Za-z][A-Za-z0-9_-]{0,99}$",
      description: "Letters, digits, - and _; values are kept in data under it.",
    }),
    label: Type.Optional(label(200)),
    type: Type.Optional(
      Type.Union(
        types.map((type) => Type.Literal(type)),
        { default: "text" },
      ),
    ),
    options: Type.Optional(Type.Array(label(200), { maxItems: 500, description: "What a dropdown offers." })),
    required: Type.Optional(Type.Boolean({ default: false })),
    show_to_customer: Type.Optional(
      Type.Boolean({ default: false, description: "On the customer's work status page." }),
    ),
  },
  { additionalProperties: false },
);

export const StatusInput = Type.Object(
  {
    label: label(100),
    color: Type.Optional(color()),
    is_complete: Type.Optional(
      Type.Boolean({ description: "The work is done; the last status by default." }),
    ),
  },
  { additionalProperties: false },
);

export const FieldsInput = Type.Array(Field, { maxItems: 100 });
export const StatusesInput = Type.Array(Type.Union([label(100), StatusInput]), {
  maxItems: 50,
  description: "In order: {label, color?, is_complete?}, or the label alone.",
});

/** What the work orders of a product look like. */
export const WorkOrderConfigInput = Type.Object(
  { fields: Type.Optional(FieldsInput), statuses: Type.Optional(StatusesInput) },
  {
    additionalProperties: false,
    description:
      "Fields and statuses of this product's work orders. What is null, or has none, is the company's own.",
  },
);

export type WorkOrderField = {
  key: string;
  label: string;
  type: (typeof types)[number];
  options?: string[];
  required: boolean;
  show_to_customer: boolean;
};
export type WorkOrderStatusWanted = { label: string; color: string | null; is_complete: boolean };
export type WorkOrderConfig = { fields: WorkOrderField[]; statuses: WorkOrderStatusWanted[] };

/** A configuration as it is kept, complete and checked. Throws a 400 naming the entry under `field`. */
export function checkedConfig(field: string, sent: Static<typeof WorkOrderConfigInput>): WorkOrderConfig {
  return {
    fields: checkedFields(`${field}.fields`, sent.fields ?? []),
    statuses: checkedStatuses(`${field}.statuses`, sent.statuses ?? []),
  };
}

export function checkedFields(field: string, sent: Static<typeof FieldsInput>): WorkOrderField[] {
  refuseRepeated(
    field,
    sent.map(({ key }) => key),
  );
  return sent.map(({ key, label: shown = key, options, ...rest }, index) => {
    const type = (rest.type ?? "text") as WorkOrderField["type"];
    if (type === "dropdown" && !options?.length) {
      throw invalidField(
        `${field}.${index}.options`,
        "a dropdown needs at least one option",
        'Send what can be chosen, such as ["Yes", "No"].',
      );
    }
    const { required = false, show_to_customer = false } = rest;
    return {
      key,
      label: shown.trim(),
      type,
      ...(options ? { options } : {}),
      required,
      show_to_customer,
    };
  });
}

export function checkedStatuses(field: string, sent: Static<typeof StatusesInput>): WorkOrderStatusWanted[] {
  const wanted = sent.map((one) => (typeof one === "string" ? { label: one } : one));
  refuseRepeated(
    field,
    wanted.map((one) => one.label.trim().toLowerCase()),
  );
  const said = wanted.some((one) => one.is_complete !== undefined);
  return wanted.map((one, index) => ({
    label: one.label.trim(),
    color: one.color ?? null,
    is_complete: one.is_complete ?? (!said && index === wanted.length - 1),
  }));
}

function refuseRepeated(field: string, names: string[]): void {
  const index = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (index >= 0)
    throw invalidField(`${field}.${index}`, `${names[index]} is there twice`, "Send every one once.");
}

/**
 * What a work order holds once `sent` is merged into it, key by key; null takes a key out. With fields configured, only
 * theirs are taken, each checked by its type, and those required must be there. Without any, data is free.
 */
export function mergedData(
  fields: readonly WorkOrderField[],
  before: JsonObject,
  sent: JsonObject,
): JsonObject {
  const known = new Map(fields.map((field) => [field.key, field]));
  for (const [key, value] of Object.entries(sent)) {
    if (known.size > 0) checkValue(known, key, value);
  }
  const merged = Object.fromEntries(
    Object.entries({ ...before, ...sent }).filter(([, value]) => value !== null && value !== ""),
  );
  const absent = fields.find((field) => field.required && isEmptyValue(merged[field.key]));
  if (absent) {
    throw invalidField(`data.${absent.key}`, "is required", `Send ${absent.label} in data.${absent.key}.`);
  }
  return merged;
}

function checkValue(known: Map<string, WorkOrderField>, key: string, value: unknown): void {
  const field = known.get(key);
  if (!field) {
    const fix = `Send some of ${[...known.keys()].join(", ")}.`;
    throw invalidField(`data.${key}`, "is no field of this work order", fix);
  }
  if (isEmptyValue(value)) return;
  const { key: id, label: shown, type, options } = field;
  const like = type === "date" ? "datetime" : type;
  const fault =
    type === "date" && String(value).length !== 10
      ? { message: "is no date", fix: "Send it as YYYY-MM-DD." }
      : faultOf({ id, label: shown, type: like, ...(options ? { options } : {}) }, value);
  if (fault) throw invalidField(`data.${key}`, fault.message, fault.fix);
}
