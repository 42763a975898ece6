import { invalidField } from "../../../../kernel/errors.ts";

/** The refusal of a name the source does not have; it lists those that would do. */
export function unknown(path: string, name: string, kind: string, known: readonly { name: string }[]): Error {
  return invalidField(
    path,
    `${name} is not a ${kind} of this source`,
    `Use one of ${known.map((field) => field.name).join(", ")}.`,
  );
}
