/**
 * Plain resources, declared instead of written: list, get and delete of one table. Any of them can be replaced by a
 * written operation; whatever has rules of its own (usually create and update) is written.
 */
import { Type } from "typebox";
import type { TObject, TSchema } from "typebox";
import type { Selectable, SelectQueryBuilder } from "kysely";
import type { Ctx } from "./context.ts";
import { missing } from "./errors.ts";
import { operation } from "./operation.ts";
import type { AnyOperation, Surface } from "./operation.ts";
import { keysetPage, pageOf, pagingInput } from "./pagination.ts";
import type { Sort } from "./pagination.ts";
import type { Tables, TenantTable } from "./tables.ts";

type Query<T extends TenantTable> = SelectQueryBuilder<Tables, T, Selectable<Tables[T]>>;

export type Filter<T extends TenantTable> = {
  schema: TSchema;
  /** Narrows the query; called only when the parameter was sent. */
  where(query: Query<T>, value: never, ctx: Ctx): Query<T>;
};

export type Resource<T extends TenantTable, R extends TObject> = {
  noun: string;
  plural: string;
  table: T;
  surface: Surface;
  section: string;
  path: string;
  scopes: { read: readonly string[]; write: readonly string[] };
  record: R;
  /** What a list reads; all columns by default. Columns nobody is shown are better left out. */
  columns?: readonly string[];
  sort: Sort;
  /** Rows as callers see them; all rows of a page at once, so that look-ups can be made once. */
  present(
    ctx: Ctx,
    rows: Selectable<Tables[T]>[],
    input: Record<string, unknown>,
  ): Promise<unknown[]> | unknown[];
  filters?: Record<string, Filter<T>>;
  /** Parameters of list and get that shape the answer (fields, expand). */
  shaping?: Record<string, TSchema>;
  paging?: { defaultLimit?: number; maxLimit?: number };
  summaries?: Partial<Record<"list" | "get" | "delete", string>>;
  preloaded?: boolean;
};

const idInput = Type.String({ format: "uuid" });

export function crud<T extends TenantTable, R extends TObject>(resource: Resource<T, R>) {
  return { list: listOf(resource), get: getOf(resource), remove: removeOf(resource) };
}

function listOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): AnyOperation {
  const filters = resource.filters ?? {};
  const filterSchemas = Object.fromEntries(
    Object.entries(filters).map(([name, filter]) => [name, Type.Optional(filter.schema)]),
  );
  return operation({
    name: `list_${resource.plural}`,
    surface: resource.surface,
    section: resource.section,
    route: `GET ${resource.path}`,
    scopes: resource.scopes.read,
    effect: "read",
    noun: resource.noun,
    shape: "list",
    summary: resource.summaries?.list ?? `List ${resource.plural.replaceAll("_", " ")}, a page at a time.`,
    input: Type.Object(
      { ...pagingInput(resource.paging), ...filterSchemas, ...resource.shaping },
      { additionalProperties: false },
    ),
    output: pageOf(resource.record),
    ...(resource.preloaded ? { preloaded: true } : {}),
    async run(ctx: Ctx, input: Record<string, unknown>) {
      const from = ctx.db.from(resource.table);
      let query = (resource.columns
        ? from.select(resource.columns as never)
        : from.selectAll()) as unknown as Query<T>;
      for (const [name, filter] of Object.entries(filters)) {
        if (input[name] !== undefined) query = filter.where(query, input[name] as never, ctx);
      }
      const page = await keysetPage(query as never, resource.table, resource.sort, input);
      return { ...page, rows: await resource.present(ctx, page.rows as never, input) };
    },
  } as never);
}

function getOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): AnyOperation {
  return operation({
    name: `get_${resource.noun}`,
    surface: resource.surface,
    section: resource.section,
    route: `GET ${resource.path}/:id`,
    scopes: resource.scopes.read,
    effect: "read",
    noun: resource.noun,
    summary: resource.summaries?.get ?? `Get one ${resource.noun.replaceAll("_", " ")}.`,
    input: Type.Object({ id: idInput, ...resource.shaping }, { additionalProperties: false }),
    output: resource.record,
    ...(resource.preloaded ? { preloaded: true } : {}),
    async run(ctx: Ctx, input: { id: string }) {
      const row = await findRow(ctx, resource.table, input.id);
      if (!row) throw missing(resource.noun.replaceAll("_", " "), input.id);
      const [presented] = await resource.present(ctx, [row as never], input);
      return presented;
    },
  } as never);
}

function removeOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): AnyOperation {
  return operation({
    name: `delete_${resource.noun}`,
    surface: resource.surface,
    section: resource.section,
    route: `DELETE ${resource.path}/:id`,
    scopes: resource.scopes.write,
    effect: "destructive",
    noun: resource.noun,
    shape: "empty",
    summary: resource.summaries?.delete ?? `Delete one ${resource.noun.replaceAll("_", " ")}.`,
    input: Type.Object({ id: idInput }, { additionalProperties: false }),
    output: Type.Null(),
    async run(ctx, { id }) {
      const row = await findRow(ctx, resource.table, id);
      if (!row) throw missing(resource.noun.replaceAll("_", " "), id);
      await ctx.db
        .remove(resource.table)
        .where("id" as never, "=", id as never)
        .execute();
      ctx.changed({ noun: resource.noun, id, before: row });
      ctx.emit({ type: `${resource.noun}.deleted`, noun: resource.noun, recordId: id, payload: { id } });
      return null;
    },
  });
}

/** One row of a tenant table by id. */
export async function findRow<T extends TenantTable>(
  ctx: Ctx,
  table: T,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const query = ctx.db.from(table).selectAll() as unknown as {
    where(
      column: string,
      operator: "=",
      value: string,
    ): { executeTakeFirst(): Promise<Record<string, unknown> | undefined> };
  };
  return query.where("id", "=", id).executeTakeFirst();
}
