import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockSettings, storeSettings } from "../../workspace/settings/settings.ts";
import { PaletteTag, distinctTags, tagPalette } from "./tag-palette.ts";

const common = {
  surface: workspaceApi,
  section: "Company",
  noun: "tag_palette",
  output: Type.Array(PaletteTag),
} as const;

export const getTagPalette = operation({
  ...common,
  name: "get_tag_palette",
  route: "GET /company/settings/tag-palette",
  scopes: ["company:read"],
  effect: "read",
  summary: "Get the tags that are offered for opportunities.",
  input: Type.Object({}, { additionalProperties: false }),
  run: (ctx) => tagPalette(ctx),
});

export const setTagPalette = operation({
  ...common,
  name: "set_tag_palette",
  route: "PATCH /company/settings/tag-palette",
  scopes: ["company:write"],
  effect: "write",
  summary: "Replace the tags that are offered for opportunities.",
  description:
    "Of two tags with one name, whatever its letters' case, the later stays. Records keep their tags.",
  wholeBody: "tags",
  input: Type.Object({ tags: Type.Array(PaletteTag, { maxItems: 500 }) }, { additionalProperties: false }),
  example: { input: { tags: [{ name: "VIP", color: "#ef4444" }] } },
  run: (ctx, { tags }) => replaceTagPalette(ctx, () => tags),
});

/** Replaces the palette by what `change` makes of it; nobody else changes it meanwhile. */
export async function replaceTagPalette(
  ctx: Ctx,
  change: (before: PaletteTag[]) => PaletteTag[],
): Promise<PaletteTag[]> {
  await lockSettings(ctx);
  const before = await tagPalette(ctx);
  const after = distinctTags(change(before));
  await storeSettings(ctx, { crm: { deal_tag_options: after } });
  const id = ctx.workspaceId;
  recordUpdated(ctx, "tag_palette", { id, tags: before }, { id, tags: after });
  return after;
}
