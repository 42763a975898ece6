import { Type } from "typebox";
import type { Static } from "typebox";
import type { Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import { amountsInFilters } from "../filtered-currency.ts";
import { rootEntities } from "./roots.ts";

export const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))));

const path = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });

/** Ten, and the older name of not_in on tags. */
export const filterOps = [
  "eq",
  "neq",
  "in",
  "not_in",
  "gte",
  "lte",
  "between",
  "contains",
  "is_null",
  "not_null",
] as const;

export const RootEntityInput = oneOf(rootEntities);

export const ExportColumn = Type.Object(
  {
    id: Type.Optional(Type.String({ format: "uuid", description: "What sort names it by." })),
    source: oneOf(["root", "relation"]),
    field: Type.Optional(path("For root: a field of the record, such as name or metadata.size.")),
    relation: Type.Optional(path("For relation: which records around it, such as primary_contact.")),
    relation_mode: Type.Optional(oneOf(["primary", "first_n", "comma_joined", "explode"])),
    relation_field: Type.Optional(path("For relation: the field of the related record, such as email.")),
    first_n: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10, description: "How many columns first_n makes; 3 by default." }),
    ),
    header: Type.Optional(
      Type.String({ maxLength: 200, description: "The column's title; the field's label by default." }),
    ),
    format: Type.Optional(oneOf(["date", "datetime", "currency", "boolean", "array"])),
  },
  { additionalProperties: false },
);

const plain = () =>
  Type.Union([Type.String({ maxLength: 2000 }), Type.Number(), Type.Boolean(), Type.Null()]);

export const ExportFilter = Type.Object(
  {
    id: Type.Optional(Type.String({ format: "uuid" })),
    field: path("A field of the record, such as status or metadata.size."),
    op: oneOf([...filterOps, "not_contains"]),
    value: Type.Optional(Type.Union([plain(), Type.Array(plain(), { maxItems: 1000 })])),
  },
  { additionalProperties: false },
);

export const ExportSort = Type.Object(
  { column_id: Type.String({ format: "uuid" }), direction: Type.Optional(oneOf(["asc", "desc"])) },
  { additionalProperties: false },
);

export const ExportOutput = Type.Object(
  {
    format: Type.Optional(Type.Union([Type.Literal("xlsx"), Type.Literal("csv")], { default: "xlsx" })),
    bom: Type.Optional(
      Type.Boolean({ default: true, description: "CSV: begins with the mark Excel knows UTF-8 by." }),
    ),
    filename_template: Type.Optional(
      Type.String({ maxLength: 200, description: "Tokens: {name}, {YYYY}, {MM}, {DD}, {YYYY-MM-DD}." }),
    ),
  },
  { additionalProperties: false },
);

export const columnsInput = () => Type.Array(ExportColumn, { minItems: 1, maxItems: 100 });
export const filtersInput = () =>
  Type.Array(ExportFilter, { maxItems: 50, description: `All of them must hold. ${amountsInFilters}` });
export const sortInput = () =>
  Type.Array(ExportSort, {
    maxItems: 10,
    description: "Columns of the record itself; related ones are passed over.",
  });

export type ExportColumn = Static<typeof ExportColumn>;
export type ExportFilter = Static<typeof ExportFilter>;
export type ExportSort = Static<typeof ExportSort>;
export type ExportOutput = Static<typeof ExportOutput>;

export interface ExportTemplatesTable {
  workspace_id: string;
  id: string;
  name: string;
  root_entity: (typeof rootEntities)[number];
  columns: Json<ExportColumn[]>;
  filters: Json<ExportFilter[]>;
  sort: Json<ExportSort[]>;
  output: Json<ExportOutput>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ExportViewsTable {
  workspace_id: string;
  id: string;
  template_id: string;
  owner_id: string;
  name: string;
  filters: Json<ExportFilter[]> | null;
  sort: Json<ExportSort[]> | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    export_templates: ExportTemplatesTable;
    export_views: ExportViewsTable;
  }
}

export type ExportTemplate = Selectable<ExportTemplatesTable>;
export type ExportView = Selectable<ExportViewsTable>;

const times = {
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
};

/** A layout of an export. */
export const ExportTemplateRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  root_entity: RootEntityInput,
  columns: Type.Array(ExportColumn),
  filters: Type.Array(ExportFilter),
  sort: Type.Array(ExportSort),
  output: ExportOutput,
  ...times,
});

/** One person's own filters and order; null leaves the template's. */
export const ExportViewRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  template_id: Type.String({ format: "uuid" }),
  user_id: Type.String({ description: "Whose it is: a member, or a key nobody is behind." }),
  name: Type.String(),
  filters: Type.Union([Type.Array(ExportFilter), Type.Null()]),
  sort: Type.Union([Type.Array(ExportSort), Type.Null()]),
  ...times,
});

export function presentTemplate({ workspace_id: _w, ...shown }: ExportTemplate): object {
  return shown;
}

export function presentView({ workspace_id: _w, owner_id, ...shown }: ExportView): object {
  return { ...shown, user_id: owner_id };
}
