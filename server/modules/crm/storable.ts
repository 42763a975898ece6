import { invalidField } from "../../kernel/errors.ts";

/**
 * Refuses NUL characters, which the database cannot keep, before they spoil the one statement that inserts a record
 * together with its neighbours.
 */
export function storable<Values extends Record<string, unknown>>(values: Values): Values {
  for (const [name, value] of Object.entries(values)) {
    // Metadata is JSON already: there the character is written as an escape.
    const nul = name === "metadata" ? String.raw`\u0000` : "\0";
    if (typeof value === "string" && value.includes(nul)) {
      throw invalidField(name, "may not contain the NUL character");
    }
  }
  return values;
}
