import { sql } from "kysely";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";

/** A tag offered for opportunities. */
export const PaletteTag = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    color: Type.String({ pattern: "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", description: "#rrggbb" }),
  },
  { additionalProperties: false },
);

export type PaletteTag = Static<typeof PaletteTag>;

/** The workspace's tags, in their order. */
export async function tagPalette(ctx: Ctx): Promise<PaletteTag[]> {
  const [row] = await ctx.db.raw(
    sql<{ tags: PaletteTag[] | null }>`
      select settings -> 'crm' -> 'deal_tag_options' as tags from workspaces where id = ${ctx.workspaceId}`,
  );
  return row?.tags ?? [];
}

/** Tags by name, whatever its letters' case; of two with one name the later stays, where it stands. */
export function distinctTags(tags: readonly PaletteTag[]): PaletteTag[] {
  const byName = new Map<string, PaletteTag>();
  for (const [index, tag] of tags.entries()) {
    const name = tag.name.trim();
    if (name === "")
      throw invalidField(`tags.${index}.name`, "may not be empty", "Send what the tag is called.");
    byName.delete(name.toLowerCase());
    byName.set(name.toLowerCase(), { ...tag, name });
  }
  return [...byName.values()];
}
