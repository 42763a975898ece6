/**
 * Plain resources, declared instead of written: list, get, create, update and delete of one table. Any of them can be
 * replaced by a written operation; whatever has rules of its own is written.
 */
import { Type } from "typebox";
import type { TObject, TProperties, TSchema } from "typebox";
import type { Selectable, SelectQueryBuilder } from "kysely";
import type { Ctx } from "./context.ts";
import { missing } from "./errors.ts";
import type { DeclaredError } from "./errors.ts";
import { newId } from "./ids.ts";
import { deleteRows } from "./deletion.ts";
import { recordCreated, recordUpdated } from "./lifecycle.ts";
import { operation } from "./operation.ts";
import type { AnyOperation, Effect, Operation, Surface } from "./operation.ts";
import { keysetPage, pageOf, pagingInput } from "./pagination.ts";
import type { Sort } from "./pagination.ts";
import type { RowKind } from "./row-kinds.ts";
import type { Tables, TenantTable } from "./tables.ts";

type Query<T extends TenantTable> = SelectQueryBuilder<Tables, T, Selectable<Tables[T]>>;
type Row = Record<string, unknown> & { id: string };
type Input = Record<string, unknown>;

export type Filter<T extends TenantTable> = {
  schema: TSchema;
  /** What `where` is given in place of what was sent, when something has to be looked up for it. */
  read?(ctx: Ctx, value: never): Promise<unknown>;
  /** Narrows the query; called only when the parameter was sent. */
  where(query: Query<T>, value: never, ctx: Ctx): Query<T>;
};

type Only = { column: string; value: string | boolean };

type Verb = "list" | "get" | "create" | "update" | "delete";

export type Resource<T extends TenantTable, R extends TObject> = {
  noun: string;
  plural: string;
  table: T;
  surface: Surface;
  section: string;
  path: string;
  /** Other paths the same operations are served under. */
  aliasPaths?: readonly string[];
  scopes: { read: readonly string[]; write: readonly string[]; delete?: readonly string[] };
  /** Why the scopes are empty, where they are. */
  noScopes?: Operation["noScopes"];
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
  /** For resources that share a table: a column, and the value it has in the rows of this one. */
  only?: Only;
  /** For records inside another one, whose id the path holds as `param`. */
  parent?: { param: string; column: string; table: TenantTable; noun: string; only?: Only };
  /** The path's name for the record's own id. */
  idParam?: string;
  /** What the audit and the events say of a row, where its columns are not the fields callers know. */
  recorded?(row: Selectable<Tables[T]>): Row;
  /** Columns of which one is enough to keep a row when what the others refer to is deleted. */
  belongsTo?: readonly string[];
  /** Operation names that do not follow list_<plural>, get_<noun>… */
  names?: Partial<Record<Verb, string>>;
  summaries?: Partial<Record<Verb, string>>;
  preloaded?: boolean;
};

/** A resource whose records are written as plainly as they are read. */
export type WritableResource<T extends TenantTable, R extends TObject> = Resource<T, R> & {
  /** What create and update take; update takes each of them alone. */
  fields: TProperties;
  /** Those a create cannot do without. */
  required?: readonly string[];
  /** Those only a create takes. */
  fixed?: readonly string[];
  /**
   * Column values of what was sent (absent fields stay absent); refuses what does not fit. `before` is undefined for a
   * create; `input` holds the ids of the path as well.
   */
  values(
    ctx: Ctx,
    fields: never,
    before: Selectable<Tables[T]> | undefined,
    input: Input,
  ): Input | Promise<Input>;
  examples?: { create?: Input; update?: Input };
  errors?: readonly DeclaredError[];
};

export type Crud = {
  list: AnyOperation;
  get: AnyOperation;
  remove: AnyOperation;
  /** What its rows are when others are deleted: for the module's `rows`. */
  rows: RowKind;
};

export function crud<T extends TenantTable, R extends TObject>(
  resource: WritableResource<T, R>,
): Crud & { create: AnyOperation; update: AnyOperation };
export function crud<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): Crud;
export function crud<T extends TenantTable, R extends TObject>(
  resource: Resource<T, R> | WritableResource<T, R>,
): Crud & { create?: AnyOperation; update?: AnyOperation } {
  const rows = rowsOf(resource);
  const plain = { list: listOf(resource), get: getOf(resource), remove: removeOf(resource, rows), rows };
  if (!("fields" in resource)) return plain;
  return { ...plain, create: createOf(resource), update: updateOf(resource) };
}

/** What all five have in common. */
function head(resource: Resource<never, TObject>, verb: Verb, method: string, effect: Effect) {
  const { noun, plural, idParam = "id" } = resource;
  const suffix = verb === "list" || verb === "create" ? "" : `/:${idParam}`;
  const many = verb === "list";
  const words = (many ? plural : noun).replaceAll("_", " ");
  const summaries: Record<Verb, string> = {
    list: `List ${words}, a page at a time.`,
    get: `Get one ${words}.`,
    create: `Create a ${words}.`,
    update: `Change a ${words}; what is not sent stays.`,
    delete: `Delete one ${words}.`,
  };
  const { read, write } = resource.scopes;
  const scopes = effect === "read" ? read : verb === "delete" ? (resource.scopes.delete ?? write) : write;
  return {
    name: resource.names?.[verb] ?? `${verb}_${many ? plural : noun}`,
    surface: resource.surface,
    section: resource.section,
    route: `${method} ${resource.path}${suffix}`,
    ...(resource.aliasPaths
      ? { aliases: resource.aliasPaths.map((path) => `${method} ${path}${suffix}`) }
      : {}),
    scopes,
    ...(resource.noScopes ? { noScopes: resource.noScopes } : {}),
    effect,
    noun,
    summary: resource.summaries?.[verb] ?? summaries[verb],
    ...(resource.preloaded && effect === "read" ? { preloaded: true } : {}),
  };
}

const idSchema = () => Type.String({ format: "uuid" });

/** The ids the path holds. */
function pathIds(resource: Resource<never, TObject>, own: boolean): TProperties {
  const { parent, idParam = "id" } = resource;
  return { ...(parent ? { [parent.param]: idSchema() } : {}), ...(own ? { [idParam]: idSchema() } : {}) };
}

function listOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): AnyOperation {
  const filters = resource.filters ?? {};
  const filterSchemas = Object.fromEntries(
    Object.entries(filters).map(([name, filter]) => [name, Type.Optional(filter.schema)]),
  );
  return operation({
    ...head(resource as never, "list", "GET", "read"),
    shape: "list",
    input: Type.Object(
      {
        ...pathIds(resource as never, false),
        ...pagingInput(resource.paging),
        ...filterSchemas,
        ...resource.shaping,
      },
      { additionalProperties: false },
    ),
    output: pageOf(resource.record),
    async run(ctx: Ctx, input: Input) {
      await checkParent(ctx, resource as never, input);
      const from = ctx.db.from(resource.table);
      let query = (resource.columns
        ? from.select(resource.columns as never)
        : from.selectAll()) as unknown as Query<T>;
      if (resource.only) {
        query = query.where(resource.only.column as never, "=", resource.only.value as never) as Query<T>;
      }
      if (resource.parent) {
        query = query.where(
          resource.parent.column as never,
          "=",
          input[resource.parent.param] as never,
        ) as Query<T>;
      }
      for (const [name, filter] of Object.entries(filters)) {
        if (input[name] === undefined) continue;
        const value = filter.read ? await filter.read(ctx, input[name] as never) : input[name];
        query = filter.where(query, value as never, ctx);
      }
      const page = await keysetPage(query as never, resource.table, resource.sort, input);
      return { ...page, rows: await resource.present(ctx, page.rows as never, input) };
    },
  } as never);
}

function getOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): AnyOperation {
  return operation({
    ...head(resource as never, "get", "GET", "read"),
    input: Type.Object(
      { ...pathIds(resource as never, true), ...resource.shaping },
      { additionalProperties: false },
    ),
    output: resource.record,
    async run(ctx: Ctx, input: Input) {
      const row = await rowAt(ctx, resource as never, input);
      const [presented] = await resource.present(ctx, [row as never], input);
      return presented;
    },
  } as never);
}

function createOf<T extends TenantTable, R extends TObject>(resource: WritableResource<T, R>): AnyOperation {
  const required = new Set(resource.required);
  const fields = Object.fromEntries(
    Object.entries(resource.fields).map(([name, schema]) => [
      name,
      required.has(name) ? schema : Type.Optional(schema),
    ]),
  );
  return operation({
    ...head(resource as never, "create", "POST", "write"),
    status: 201,
    input: Type.Object({ ...pathIds(resource as never, false), ...fields }, { additionalProperties: false }),
    output: resource.record,
    ...(resource.errors ? { errors: resource.errors } : {}),
    ...(resource.examples?.create ? { example: { input: resource.examples.create } } : {}),
    async run(ctx: Ctx, input: Input) {
      await checkParent(ctx, resource as never, input);
      const { parent } = resource;
      const row = await ctx.db
        .insert(resource.table, {
          ...(parent ? { [parent.column]: input[parent.param] } : {}),
          ...(await resource.values(ctx, fieldsOf(resource, input) as never, undefined, input)),
          id: newId(ctx.now),
          created_at: ctx.now,
          updated_at: ctx.now,
        } as never)
        .returningAll()
        .executeTakeFirstOrThrow();
      recordCreated(ctx, resource.noun, recordedRow(resource, row));
      const [presented] = await resource.present(ctx, [row as never], input);
      return presented;
    },
  } as never);
}

function updateOf<T extends TenantTable, R extends TObject>(resource: WritableResource<T, R>): AnyOperation {
  const fields = Object.fromEntries(
    Object.entries(resource.fields)
      .filter(([name]) => !resource.fixed?.includes(name))
      .map(([name, schema]) => [name, Type.Optional(schema)]),
  );
  return operation({
    ...head(resource as never, "update", "PATCH", "write"),
    input: Type.Object({ ...pathIds(resource as never, true), ...fields }, { additionalProperties: false }),
    output: resource.record,
    ...(resource.errors ? { errors: resource.errors } : {}),
    ...(resource.examples?.update ? { example: { input: resource.examples.update } } : {}),
    async run(ctx: Ctx, input: Input) {
      const before = await rowAt(ctx, resource as never, input, { lock: true });
      const values = await resource.values(ctx, fieldsOf(resource, input) as never, before as never, input);
      const after = await ctx.db
        .update(resource.table)
        .set({ ...values, updated_at: ctx.now } as never)
        .where("id" as never, "=", before.id as never)
        .returningAll()
        .executeTakeFirstOrThrow();
      recordUpdated(ctx, resource.noun, recordedRow(resource, before), recordedRow(resource, after));
      const [presented] = await resource.present(ctx, [after as never], input);
      return presented;
    },
  } as never);
}

function rowsOf<T extends TenantTable, R extends TObject>(resource: Resource<T, R>): RowKind {
  const { table, noun, recorded, belongsTo } = resource;
  return {
    table,
    noun,
    is: "record",
    ...(recorded ? { recorded: recorded as RowKind["recorded"] & {} } : {}),
    ...(belongsTo ? { belongsTo } : {}),
  };
}

function removeOf<T extends TenantTable, R extends TObject>(
  resource: Resource<T, R>,
  rows: RowKind,
): AnyOperation {
  return operation({
    ...head(resource as never, "delete", "DELETE", "destructive"),
    shape: "empty",
    input: Type.Object(pathIds(resource as never, true), { additionalProperties: false }),
    output: Type.Null(),
    async run(ctx: Ctx, input: Input) {
      const row = await rowAt(ctx, resource as never, input, { lock: true });
      await deleteRows(ctx, rows, [row.id]);
      return null;
    },
  } as never);
}

function recordedRow<T extends TenantTable, R extends TObject>(resource: Resource<T, R>, row: unknown): Row {
  return resource.recorded?.(row as Selectable<Tables[T]>) ?? (row as Row);
}

function fieldsOf(resource: { fields: TProperties }, input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name in resource.fields));
}

/** The record the path names, inside the parent it names; 404 without one. */
async function rowAt(
  ctx: Ctx,
  resource: Resource<TenantTable, TObject>,
  input: Input,
  options: { lock?: boolean } = {},
): Promise<Row> {
  const { parent, idParam = "id", noun, table, only } = resource;
  const id = String(input[idParam]);
  const row = await findRow(ctx, table, id, options);
  if (!row || !isAmong(row, only) || (parent && row[parent.column] !== input[parent.param])) {
    throw missing(noun.replaceAll("_", " "), id);
  }
  return row;
}

function isAmong(row: Row, only: Only | undefined): boolean {
  return only === undefined || row[only.column] === only.value;
}

async function checkParent(
  ctx: Ctx,
  { parent }: Resource<TenantTable, TObject>,
  input: Input,
): Promise<void> {
  if (!parent) return;
  const id = String(input[parent.param]);
  const row = await findRow(ctx, parent.table, id);
  if (!row || !isAmong(row, parent.only)) throw missing(parent.noun.replaceAll("_", " "), id);
}

/** One row of a tenant table by id; `lock` keeps others from changing it until the transaction ends. */
export async function findRow<T extends TenantTable>(
  ctx: Ctx,
  table: T,
  id: string,
  options: { lock?: boolean } = {},
): Promise<Row | undefined> {
  const query = ctx.db
    .from(table)
    .selectAll()
    .where("id" as never, "=", id as never);
  const found = await (options.lock ? query.forUpdate() : query).executeTakeFirst();
  return found as Row | undefined;
}
