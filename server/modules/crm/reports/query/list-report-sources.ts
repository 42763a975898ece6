import { Type } from "typebox";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { operatorsOf } from "./filters.ts";
import { granularities, measurable } from "./source.ts";
import type { Field, Source } from "./source.ts";
import { sources, withCustomFields } from "./sources.ts";

const described = {
  field: Type.String(),
  label: Type.String(),
  type: Type.String({ description: "text, number, money, boolean, date, datetime or id." }),
};

const SourceRecord = Type.Object({
  source: Type.String(),
  label: Type.String(),
  description: Type.String(),
  measures: Type.Array(Type.Object({ ...described, aggregations: Type.Array(Type.String()) })),
  dimensions: Type.Array(
    Type.Object({
      ...described,
      virtual: Type.Boolean({ description: "For display only: neither filtered nor sorted by." }),
      multiple: Type.Boolean({ description: "A row may have several; it counts once for each." }),
      options: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  time_dimensions: Type.Array(Type.Object({ ...described, granularities: Type.Array(Type.String()) })),
  filters: Type.Array(
    Type.Object({
      ...described,
      operators: Type.Array(Type.String()),
      options: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  columns: Type.Array(Type.Object(described), { description: "What a drilldown can show." }),
});

export const listReportSources = operation({
  name: "list_report_sources",
  surface: workspaceApi,
  section: "Reports",
  route: "GET /reports/sources",
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "report",
  summary: "List what reports can be made of: sources with their measures, dimensions, times and filters.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Array(SourceRecord),
  run: (ctx) =>
    Promise.all(sources.map(async (source) => presentSource(await withCustomFields(ctx, source)))),
});

function presentSource({ key, label, description, fields }: Source) {
  return {
    source: key,
    label,
    description,
    measures: fields
      .filter(measurable)
      .map((field) => ({ ...about(field), aggregations: [...(field.measure ?? [])] })),
    dimensions: fields
      .filter((field) => field.dimension)
      .map((field) => ({
        ...about(field),
        virtual: field.virtual === true,
        multiple: field.facet !== undefined,
        ...options(field),
      })),
    time_dimensions: fields
      .filter((field) => field.time)
      .map((field) => ({ ...about(field), granularities: [...granularities] })),
    filters: fields
      .filter((field) => !field.virtual)
      .map((field) => ({ ...about(field), operators: operatorsOf(field), ...options(field) })),
    columns: fields.map(about),
  };
}

function about({ name, label, type }: Field) {
  return { field: name, label, type };
}

function options({ options: list }: Field) {
  return list ? { options: [...list] } : {};
}
