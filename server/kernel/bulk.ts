/** Many records in one call: what is right goes through, what is wrong is told record by record. */
import { Type } from "typebox";
import type { TObject, TSchema } from "typebox";
import { OperationError, invalidField } from "./errors.ts";
import { isJsonObject } from "./json-object.ts";
import { checkedApart } from "./nul-characters.ts";
import { invalidInput, validatorOf, withDefaults } from "./validation.ts";

export const bulkMost = 100;

/** One to a hundred records; each is checked by itself, what is no object as well, so the schema asks nothing of them. */
export function bulkRecords(of: string) {
  return Type.Array(Type.Unknown({ description: "An object.", [checkedApart]: true }), {
    minItems: 1,
    maxItems: bulkMost,
    description: `Up to ${bulkMost} ${of}, each with the fields of a single create. The answer is a 200 whatever becomes of them: what was not created is in errors, by its index.`,
  });
}

/** One to a hundred ids. */
export function bulkIds(of: string) {
  return Type.Array(Type.String({ format: "uuid" }), {
    minItems: 1,
    maxItems: bulkMost,
    description: `Up to ${bulkMost} ids of ${of}.`,
  });
}

export const BulkError = Type.Object({
  index: Type.Integer({ description: "Place of the record in the request, from 0." }),
  code: Type.String(),
  message: Type.String(),
  fix: Type.String({ description: "What to send instead." }),
  fields: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
});

export function bulkCreated<R extends TSchema>(record: R) {
  return Type.Object({ created: Type.Array(record), errors: Type.Array(BulkError) });
}

export type BulkFailure = {
  index: number;
  code: string;
  message: string;
  fix: string;
  fields?: { field: string; message: string }[];
};

/**
 * Checks each record by itself, against the input of a single create and then by `prepare`. Answers what may be inserted
 * (in order, with its place) and what may not; anything but a refusal is thrown on.
 */
export async function checkedRecords<Prepared>(
  records: readonly unknown[],
  input: TObject,
  prepare: (record: Record<string, unknown>, index: number) => Prepared | Promise<Prepared>,
): Promise<{ prepared: Prepared[]; errors: BulkFailure[] }> {
  const validator = validatorOf(input);
  const prepared: Prepared[] = [];
  const errors: BulkFailure[] = [];
  for (const [index, record] of records.entries()) {
    try {
      if (!isJsonObject(record)) {
        const example = JSON.stringify({ name: "…" });
        throw invalidField(`records.${index}`, "must be an object", `Send a record such as ${example}.`);
      }
      const full = withDefaults(input, record);
      if (!validator.check(full)) throw invalidInput(validator.problems(full));
      prepared.push(await prepare(full, index));
    } catch (error) {
      errors.push(failureAt(index, error));
    }
  }
  return { prepared, errors };
}

/** A refusal as a bulk answer tells it. Rethrows what is no refusal. */
export function failureAt(index: number, error: unknown): BulkFailure {
  if (!(error instanceof OperationError) || error.status >= 500) throw error;
  const fields = error.details?.["fields"] as BulkFailure["fields"];
  return { index, code: error.code, message: error.message, fix: error.fix, ...(fields ? { fields } : {}) };
}
