import { Type } from "typebox";

export type Tag = { name: string; color: string };

/** What a tag looks like when nobody chose its colour. */
export const defaultTagColor = "#3b82f6";

const TagName = Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" });

export const TagRecord = Type.Object({ name: Type.String(), color: Type.String() });

/** Tags as callers may send them: {name, color?} or the name alone. */
export const TagsInput = Type.Array(
  Type.Union([
    TagName,
    Type.Object(
      {
        name: TagName,
        color: Type.Optional(
          Type.String({ pattern: "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", description: "#3b82f6 by default." }),
        ),
      },
      { additionalProperties: false },
    ),
  ]),
  { maxItems: 100, description: "Each {name, color?}, or just a name." },
);

/** Tags as they are kept: each name once, with a colour. The first spelling of a name and its colour win. */
export function keptTags(sent: readonly (string | { name: string; color?: string })[]): Tag[] {
  const kept = new Map<string, Tag>();
  for (const one of sent) {
    const { name, color = defaultTagColor } = typeof one === "string" ? { name: one } : one;
    const trimmed = name.trim();
    if (!kept.has(trimmed.toLowerCase())) kept.set(trimmed.toLowerCase(), { name: trimmed, color });
  }
  return [...kept.values()];
}
