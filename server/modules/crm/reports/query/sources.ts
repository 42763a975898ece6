import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../../kernel/context.ts";
import { fieldCatalogue } from "../../fields/field-catalogue.ts";
import type { CatalogueField } from "../../fields/field-catalogue.ts";
import { dealsSource } from "./deals-source.ts";
import type { Field, Source } from "./source.ts";
import { tasksSource } from "./tasks-source.ts";

/** Everything reports can be made of; a new subject is one more declaration here. */
export const sources: readonly Source[] = [dealsSource, tasksSource];

export const sourceKeys = sources.map(({ key }) => key);

export function sourceOf(key: string): Source {
  const source = sources.find((one) => one.key === key);
  if (!source) throw new Error(`no report source ${key}`);
  return source;
}

/** The source with the workspace's own fields of its records. */
export async function withCustomFields(ctx: Ctx, source: Source): Promise<Source> {
  const { custom } = source;
  if (!custom) return source;
  const catalogue = await fieldCatalogue(ctx, custom.entity);
  const own = catalogue.filter((field) => field.custom).map((field) => customField(field, custom.metadata));
  return { ...source, fields: [...source.fields, ...own] };
}

function customField({ key, label, type, options }: CatalogueField, metadata: RawBuilder<unknown>): Field {
  const name = key.slice(key.indexOf(".") + 1);
  const value = sql`(${metadata} ->> ${name}::text)`;
  const kind = sql`jsonb_typeof(${metadata} -> ${name}::text)`;
  const about = { name: key, label, dimension: true };
  if (type === "number" || type === "money") {
    return {
      ...about,
      type,
      // What was stored before the field became a number is no number.
      sql: sql`(case when ${kind} = 'number' then ${value}::numeric end)`,
      measure: ["sum", "avg", "min", "max", "count"],
    };
  }
  if (type === "boolean") {
    return {
      ...about,
      type: "boolean",
      sql: sql`(case when ${kind} = 'boolean' then ${value}::boolean end)`,
    };
  }
  return { ...about, type: "text", sql: value, ...(options ? { options } : {}) };
}
