/** What can be exported: four kinds of records, their fields as SQL, and the records around them. */
import { dictionary } from "../../../kernel/dictionary.ts";
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { currencyDigits } from "../../../money.ts";
import type { CatalogueEntity } from "../fields/field-catalogue.ts";

export const rootEntities = ["opportunity", "contact", "account", "work_order"] as const;
export type RootEntity = (typeof rootEntities)[number];

export type Sql = RawBuilder<unknown>;

/** The scope that lets a key read a kind of record. */
export const readScopes: Record<RootEntity, string> = {
  opportunity: "opportunities:read",
  contact: "contacts:read",
  account: "companies:read",
  work_order: "work-orders:read",
};

/** What the API calls the records. */
export const nounOf: Record<RootEntity, string> = {
  opportunity: "opportunity",
  contact: "contact",
  account: "company",
  work_order: "work_order",
};

export const tableOf: Record<RootEntity, string> = {
  opportunity: "opportunities",
  contact: "contacts",
  account: "companies",
  work_order: "work_orders",
};

/** Where custom values are kept; also the first part of their names. */
export const customColumn: Record<CatalogueEntity, "metadata" | "data"> = {
  opportunity: "metadata",
  contact: "metadata",
  account: "metadata",
  work_order: "data",
  task: "metadata",
};

const currencies = Intl.supportedValuesOf("currency");
const currenciesWith = (digits: number) =>
  currencies.filter((currency) => currencyDigits(currency) === digits);
const [undivided, inThousandths] = [currenciesWith(0), currenciesWith(3)];

/** Minor units as the decimal number people know. */
function money(minor: Sql, currency: Sql): Sql {
  return sql`(${minor}::numeric / case when ${currency} = any(${undivided}::text[]) then 1
    when ${currency} = any(${inThousandths}::text[]) then 1000 else 100 end)`;
}

type Special = Partial<Record<string, (t: string) => Sql>>;

const at = (t: string, column: string) => sql.ref(`${t}.${column}`);

const placed = (t: string, column: string) => sql`(select p.${sql.ref(column)} from opportunity_placements p
  where p.workspace_id = ${at(t, "workspace_id")} and p.opportunity_id = ${at(t, "id")}
  order by p.placed_at, p.id limit 1)`;

/** Fields that are not simply the column of their name. `t` is the alias of the record's table. */
const special: Partial<Record<CatalogueEntity, Special>> = {
  opportunity: {
    value: (t) => money(at(t, "value_minor"), at(t, "currency")),
    customer_id: (t) => at(t, "company_id"),
    pipeline_id: (t) => placed(t, "pipeline_id"),
    stage_id: (t) => placed(t, "stage_id"),
    assigned_to: (t) => sql`(select u.user_id from opportunity_users u
      where u.workspace_id = ${at(t, "workspace_id")} and u.opportunity_id = ${at(t, "id")}
      order by u.is_primary desc, u.created_at, u.user_id limit 1)`,
  },
  contact: { name: (t) => sql`concat_ws(' ', ${at(t, "first_name")}, ${at(t, "last_name")})` },
  work_order: {
    schedule_time: (t) => sql`to_char(${at(t, "schedule_time")}, 'HH24:MI')`,
    deal_product_id: (t) => at(t, "opportunity_product_id"),
  },
};

/** A built-in field of a record under the alias `t`. */
export function builtInSql(entity: CatalogueEntity, key: string, t: string): Sql {
  return special[entity]?.[key]?.(t) ?? at(t, key);
}

const many = dictionary({
  pipeline_id: "opportunity_placements",
  stage_id: "opportunity_placements",
  assigned_to: "opportunity_users",
} as const);

/**
 * Whether an opportunity is in one of these pipelines or stages, or is one of these people's: it can be in several, so this is
 * no comparison with the one shown. Undefined for every other field.
 */
export function belongsToAny(entity: RootEntity, key: string, ids: string[]): Sql | undefined {
  if (entity !== "opportunity" || !(key in many)) return undefined;
  const table = many[key as keyof typeof many];
  const column = key === "assigned_to" ? "user_id" : key;
  return sql`exists (select from ${sql.table(table)} m where m.workspace_id = t.workspace_id
    and m.opportunity_id = t.id and ${sql.ref(`m.${column}`)} = any(${ids}::uuid[]))`;
}
