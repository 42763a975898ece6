import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../../kernel/tables.ts";
import { allHold } from "./conditions.ts";
import { isEmptyValue } from "./custom-field.ts";
import type { CustomField } from "./custom-field.ts";
import { resultOf } from "./rule-actions.ts";
import type { Moment } from "./rule-actions.ts";

/** Metadata's own record of what rules wrote: the value by field id. Callers never write it. */
export const managedKey = "_rule_managed";

/** What rules wrote and nobody has changed since. */
export function managedBy(recorded: unknown, metadata: JsonObject): JsonObject {
  const entries = Object.entries((recorded ?? {}) as JsonObject);
  return Object.fromEntries(entries.filter(([id, value]) => isDeepStrictEqual(metadata[id], value)));
}

/**
 * Lets each field's first matching rule write it, where the field is empty or a rule wrote it before. Fields are taken in
 * their order, so that a rule may build on what another wrote. Answers the metadata with the record of what is managed.
 */
export function withDefaultRules(
  definitions: readonly CustomField[],
  { metadata, managed, fields }: { metadata: JsonObject; managed: JsonObject; fields: JsonObject },
  moment: Moment,
): JsonObject {
  const values = { ...metadata };
  const written = { ...managed };
  for (const { id, conditional_logic: logic } of definitions) {
    if (!isEmptyValue(values[id]) && !Object.hasOwn(written, id)) continue;
    const subject = { metadata: values, fields };
    const rule = logic?.default_rules?.find(({ conditions }) => allHold(conditions, subject));
    const value = rule && resultOf(rule.action, subject, moment);
    if (value === undefined) continue;
    values[id] = value;
    written[id] = value;
  }
  return Object.keys(written).length > 0 ? { ...values, [managedKey]: written } : values;
}
