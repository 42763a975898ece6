import type { JsonObject } from "../../../kernel/tables.ts";
import { isEmptyValue } from "./custom-field.ts";
import type { Condition, CustomField } from "./custom-field.ts";

/** What conditions look at: custom values first, then the record's own fields. */
export type Subject = { metadata: JsonObject; fields: JsonObject };

/** The value a condition or rule means by a field's id. */
export function valueOf({ metadata, fields }: Subject, fieldId: string): unknown {
  return Object.hasOwn(metadata, fieldId) ? metadata[fieldId] : fields[fieldId];
}

/** Whether all conditions hold; none at all always do. */
export function allHold(conditions: readonly Condition[] | undefined, subject: Subject): boolean {
  return (conditions ?? []).every((condition) => holds(condition, subject));
}

function holds({ field_id: fieldId, operator, value }: Condition, subject: Subject): boolean {
  const found = valueOf(subject, fieldId);
  if (operator === "is_set") return !isEmptyValue(found);
  if (operator === "is_empty") return isEmptyValue(found);
  // A form sends "3" where the record holds 3; the two say the same.
  const same = !isEmptyValue(found) && String(found) === String(value);
  return operator === "is" ? same : !same;
}

/** Whether a record's page shows a field. */
export function isVisible(field: CustomField, subject: Subject): boolean {
  const { mode = "always", conditions } = field.conditional_logic?.visibility ?? {};
  if (field.hidden || mode === "never") return false;
  return mode === "always" || allHold(conditions, subject);
}
