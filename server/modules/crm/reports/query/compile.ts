/** A plan as one parameterised statement: identifiers come from the source's declaration, values only as parameters. */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Condition, Filter } from "./filters.ts";
import { columnSql } from "./plan.ts";
import type { Column, Measure, Plan } from "./plan.ts";
import { inScene } from "./source.ts";
import type { Facet, Field } from "./source.ts";

type Row = Record<string, unknown>;
type Statement = RawBuilder<Row>;

/** The rows of a plan: columns as c0, c1…, measures as m0, m1… */
export function compile(plan: Plan): Statement {
  return plan.mode === "aggregate" ? aggregate(plan) : drilldown(plan);
}

/** Whether the source has a row that the plan is about: {found: boolean}. */
export function compileProbe(plan: Plan): Statement {
  return sql<Row>`select exists (select 1 ${from(plan, [])} ${where(plan, new Set())}) as found`;
}

// Rows are picked first, each deal once per group, and counted then: what a join adds multiplies nothing.
function aggregate(plan: Plan): Statement {
  const { columns, measures, source, scene } = plan;
  const joined = new Set(columns.map(({ field }) => field.facet).filter((facet) => facet !== undefined));
  const picked = [
    sql`${sql.ref(`${source.alias}.id`)} as row_id`,
    ...columns.map((column, index) => sql`${columnSql(column, scene)} as ${sql.ref(`c${index}`)}`),
    ...measures.map(({ field }, index) => sql`${inScene(field.sql, scene)} as ${sql.ref(`m${index}`)}`),
  ];
  const groups = columns.map((_, index) => sql.ref(`c${index}`));
  const selected = [...groups, ...measures.map((measure, index) => measured(measure, index))];
  return sql<Row>`
    select ${sql.join(selected)}
      from (select ${joined.size > 0 ? sql`distinct` : sql``} ${sql.join(picked)}
              ${from(plan, [...columns, ...measures])} ${facetJoins(plan, joined)} ${where(plan, joined)}) picked
     ${groups.length > 0 ? sql`group by ${sql.join(groups)}` : sql``}
     ${aggregateOrder(plan, groups)}
     limit ${plan.limit}`;
}

function measured({ field, aggregation }: Measure, index: number): RawBuilder<unknown> {
  const [value, name] = [sql.ref(`picked.m${index}`), sql.ref(`m${index}`)];
  if (aggregation === "sum") return sql`coalesce(sum(${value}), 0) as ${name}`;
  if (aggregation === "avg") return sql`round(avg(${value}), 2) as ${name}`;
  return sql`${sql.raw(field.type === "id" ? "count" : aggregation)}(${value}) as ${name}`;
}

// The groups themselves come last, so that the same question always has the same answer.
function aggregateOrder(
  { order, columns, measures }: Plan,
  groups: RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const keys = order.map(({ by, descending }) => {
    const name = "name" in by ? by.name : by.field.name;
    const column = columns.findIndex((one) => one.name === name);
    const place = column >= 0 ? `c${column}` : `m${measures.findIndex((one) => one.name === name)}`;
    return sorted(sql.ref(place), descending);
  });
  const all = [...keys, ...groups];
  return all.length > 0 ? sql`order by ${sql.join(all)}` : sql``;
}

function drilldown(plan: Plan): Statement {
  const { columns, source } = plan;
  const sortFields = plan.order.flatMap(({ by }) => ("field" in by ? [by.field] : []));
  const cells: Column[] = [...columns, ...sortFields.map((field) => ({ name: field.name, field }))];
  const picked = cells.map((cell, index) => sql`${cellSql(plan, cell.field)} as ${sql.ref(`c${index}`)}`);
  const keys = plan.order.map(({ by, descending }) => {
    const name = "name" in by ? by.name : by.field.name;
    return sorted(sql.ref(`c${cells.findIndex((cell) => cell.name === name)}`), descending);
  });
  const newest = [sql`${source.createdAt} desc`, sql`${sql.ref(`${source.alias}.id`)} desc`];
  return sql<Row>`
    select ${sql.join(picked)} ${from(plan, cells)} ${where(plan, new Set())}
     order by ${sql.join([...keys, ...newest])}
     limit ${plan.limit}`;
}

function sorted(key: RawBuilder<unknown>, descending: boolean): RawBuilder<unknown> {
  return sql`${key} ${sql.raw(descending ? "desc" : "asc")} nulls last`;
}

/** A row has one cell per column: of a facet's many values, those the filters are about, as a list or a text. */
function cellSql(plan: Plan, field: Field): RawBuilder<unknown> {
  const value = inScene(field.sql, plan.scene);
  const facet = facetOf(plan, field);
  if (!facet) return value;
  const about = facet.kind === "rows" ? plan.filters.filter((one) => one.field.facet === field.facet) : [];
  const rows = sql`from ${facet.tables} where ${all([sql<boolean>`${facet.on}`, ...about.map(holds)])}`;
  if (field.type === "datetime") return sql`(select max(${value}) ${rows})`;
  const values = sql`array_agg(distinct ${value}::text) filter (where ${value} is not null)`;
  return facet.kind === "list"
    ? sql`(select coalesce(${values}, '{}') ${rows})`
    : sql`(select array_to_string(${values}, ', ') ${rows})`;
}

function from(plan: Plan, shown: { field: Field }[]): RawBuilder<unknown> {
  const fields = [...shown, ...plan.filters].map(({ field }) => field);
  const needed = new Set(fields.map(({ join }) => join).filter((join) => join !== undefined));
  const joins = [...needed].map((name) => plan.source.joins[name] ?? sql``);
  return sql`from ${plan.source.table} ${sql.join(joins, sql` `)}`;
}

function facetJoins(plan: Plan, joined: ReadonlySet<string>): RawBuilder<unknown> {
  const joins = [...joined].map((name) => {
    const facet = plan.source.facets[name];
    if (!facet) throw new Error(`${plan.source.key} has no facet ${name}`);
    // To have none is a group as well: the groups add up to the whole.
    return sql`left join ${facet.tables} on ${facet.on}`;
  });
  return sql.join(joins, sql` `);
}

function where(plan: Plan, joined: ReadonlySet<string>): RawBuilder<unknown> {
  const mine = sql<boolean>`${sql.ref(`${plan.source.alias}.workspace_id`)} = ${plan.scene.workspaceId}::uuid`;
  const rowFacets = new Map<string, Filter[]>();
  const conditions: Condition[] = [mine];
  for (const filter of plan.filters) {
    const facet = facetOf(plan, filter.field);
    const name = filter.field.facet ?? "";
    if (!facet || (joined.has(name) && judgesGroups(facet, filter))) conditions.push(holds(filter));
    else if (facet.kind === "list") conditions.push(listHolds(facet, filter));
    if (facet?.kind === "rows") rowFacets.set(name, [...(rowFacets.get(name) ?? []), filter]);
  }
  for (const filters of rowFacets.values()) conditions.push(rowHolds(plan, filters));
  return sql`where ${all(conditions)}`;
}

// The negations, and `contains` of a list, speak of the whole record; the others of the value that is being grouped by.
function judgesGroups({ kind }: Facet, { operator, negated }: Filter): boolean {
  return kind === "rows" ? !negated : operator === "eq" || operator === "in" || operator === "like";
}

/** The filter on one value; null is unlike anything. */
function holds({ matches, negated }: Filter): Condition {
  return negated ? sql<boolean>`(${matches}) is not true` : matches;
}

function listHolds({ tables, on }: Facet, { matches, negated }: Filter): Condition {
  const found = sql<boolean>`exists (select 1 from ${tables} where ${on} and ${matches})`;
  return negated ? sql<boolean>`not ${found}` : found;
}

/** One row of the facet that what is asked for holds for, and none of such rows that is to be kept out. */
function rowHolds(plan: Plan, filters: Filter[]): Condition {
  const facet = facetOf(plan, filters[0]?.field as Field) as Facet;
  const asked = filters.filter(({ negated }) => !negated).map(holds);
  const rows = sql`select 1 from ${facet.tables} where ${all([sql<boolean>`${facet.on}`, ...asked])}`;
  const kept = filters
    .filter(({ negated }) => negated)
    .map(({ matches }) => sql<boolean>`not exists (${rows} and ${matches})`);
  return all(asked.length > 0 ? [sql<boolean>`exists (${rows})`, ...kept] : kept);
}

function facetOf(plan: Plan, field: Field): Facet | undefined {
  return field.facet === undefined ? undefined : plan.source.facets[field.facet];
}

function all(conditions: Condition[]): Condition {
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
