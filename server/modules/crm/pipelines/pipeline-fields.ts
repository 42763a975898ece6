import { Type } from "typebox";
import { optionalText } from "../party.ts";

export const NameField = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });

/** What pipelines and stages have besides their name. */
export const lookFields = {
  description: optionalText("What it is for.", 2000),
  color: Type.Optional(
    Type.Union([Type.String({ pattern: "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$" }), Type.Null()], {
      description: "#3b82f6 and the like.",
    }),
  ),
};

export const positionField = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 1_000_000, description: "Place in the order, from 0." }),
);

type Look = { name?: string; description?: string | null; color?: string | null };

/** Values of what was sent; the name trimmed, an empty description none. */
export function lookValues({ name, description, color }: Look) {
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(description === undefined ? {} : { description: description?.trim() || null }),
    ...(color === undefined ? {} : { color }),
  };
}
