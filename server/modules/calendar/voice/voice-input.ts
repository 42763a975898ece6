import { Type } from "typebox";
import { given } from "../../../surfaces/voice-call.ts";

/** Something an agent may have heard; models send null or nothing for what was not said. */
export function heard(maxLength: number, description: string, byDefault?: string) {
  return Type.Optional(
    Type.Union([Type.String({ maxLength }), Type.Null()], {
      description,
      ...(byDefault === undefined ? {} : { default: byDefault }),
    }),
  );
}

/** What platforms add to the arguments of a tool for themselves. */
export const platformInput = {
  execution_message: heard(2000, "What the agent says while it waits. Not read."),
};

/** Which of a caller's bookings is meant. */
export const selectorInput = Type.Optional(
  Type.Union([Type.String({ maxLength: 200 }), Type.Integer({ minimum: 0 }), Type.Null()], {
    description:
      "Which booking, when there are several: its number in the list, the beginning of its id (four characters or more), or part of the event type's name.",
  }),
);

export function selectorOf(selector: string | number | null | undefined): string | undefined {
  return given(selector === null || selector === undefined ? undefined : String(selector));
}
