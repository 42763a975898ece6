import type { Ctx } from "../../../kernel/context.ts";
import { customEntities } from "../fields/custom-field.ts";
import type { CustomFieldsByEntity } from "../fields/custom-field.ts";
import { changeCrmSettings } from "../settings/store-crm-settings.ts";
import { replaceTagPalette } from "../settings/tag-palette-operations.ts";
import { nameKey, templateLists } from "./template.ts";
import type { TemplateContent } from "./template.ts";

type List = (typeof templateLists)[number];

export type AddedSettings = Record<List, string[]> & {
  custom_fields: Record<(typeof customEntities)[number], string[]>;
  quick_links: string[];
  tags: string[];
};

/** Adds what the settings lack. Locks them first, so that of two templates at once the second sees what the first added. */
export async function addSettings(ctx: Ctx, content: TemplateContent): Promise<AddedSettings> {
  const added: Partial<AddedSettings> = {};
  await changeCrmSettings(ctx, (before) => {
    const lists = {} as Record<List, string[]>;
    for (const name of templateLists) {
      added[name] = lacking(before[name], content[name] ?? [], nameKey);
      lists[name] = [...before[name], ...added[name]];
    }
    const fields = {} as CustomFieldsByEntity;
    const fieldIds = {} as AddedSettings["custom_fields"];
    for (const entity of customEntities) {
      const had = before.custom_fields[entity];
      const fresh = lacking(had, content.custom_fields?.[entity] ?? [], ({ id }) => id);
      fields[entity] = [...had, ...fresh];
      fieldIds[entity] = fresh.map(({ id }) => id);
    }
    const links = lacking(before.quick_links, content.quick_links ?? [], ({ id }) => id);
    added.custom_fields = fieldIds;
    added.quick_links = links.map(({ id }) => id);
    return { ...lists, custom_fields: fields, quick_links: [...before.quick_links, ...links] };
  });
  await replaceTagPalette(ctx, (before) => {
    const tags = lacking(before, content.tags ?? [], ({ name }) => nameKey(name));
    added.tags = tags.map(({ name }) => name);
    return [...before, ...tags];
  });
  return added as AddedSettings;
}

/** What of `wanted` is not there yet, each once. */
function lacking<T>(there: readonly T[], wanted: readonly T[], key: (one: T) => string): T[] {
  const known = new Set(there.map(key));
  return wanted.filter((one) => !known.has(key(one)) && known.add(key(one)));
}
