import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import type { CatalogueField } from "../fields/field-catalogue.ts";
import { exportFields, relatedFields } from "./export-fields.ts";
import { RootEntityInput, oneOf } from "./export-template.ts";
import { operatorsOf } from "./filters.ts";
import { relationsOf } from "./relations.ts";
import { section } from "./templates.crud.ts";

const described = {
  field: Type.String(),
  label: Type.String(),
  type: Type.String(),
  custom: Type.Boolean(),
  options: Type.Optional(Type.Array(Type.String())),
  reference: Type.Optional(Type.String()),
};

const modes = ["primary", "first_n", "comma_joined", "explode"] as const;

const Relation = Type.Object({
  relation: Type.String(),
  label: Type.String(),
  many: Type.Boolean({ description: "Whether there can be several of them." }),
  modes: Type.Array(oneOf(modes)),
  fields: Type.Array(Type.Object(described)),
});

export const getExportFieldCatalog = operation({
  name: "get_export_field_catalog",
  surface: workspaceApi,
  section,
  route: "GET /exports/field-catalog",
  scopes: ["exports:read"],
  effect: "read",
  noun: "export_template",
  summary: "See which fields an export of these records can have as columns and filters.",
  description:
    "column_fields.root are fields of the record, column_fields.relations those of the records around it; filter_fields tells the operators each field takes.",
  input: Type.Object({ root_entity: RootEntityInput }, { additionalProperties: false }),
  output: Type.Object({
    root_entity: RootEntityInput,
    filter_fields: Type.Array(Type.Object({ ...described, ops: Type.Array(Type.String()) })),
    column_fields: Type.Object({
      root: Type.Array(Type.Object({ ...described, sortable: Type.Boolean() })),
      relations: Type.Array(Relation),
    }),
  }),
  example: { input: { root_entity: "opportunity" } },
  async run(ctx, { root_entity }) {
    const fields = await exportFields(ctx, root_entity);
    const relations = [];
    for (const relation of relationsOf[root_entity]) {
      const { key, label, many } = relation;
      const own = (await relatedFields(ctx, relation)).map(describe);
      relations.push({
        relation: key,
        label,
        many,
        modes: many ? [...modes] : modes.slice(0, 1),
        fields: own,
      });
    }
    return {
      root_entity,
      filter_fields: fields.map((field) => ({
        ...describe(field),
        ops: [...operatorsOf(root_entity, field)],
      })),
      column_fields: {
        root: fields.map((field) => ({
          ...describe(field),
          sortable: field.type !== "tags" && field.type !== "array",
        })),
        relations,
      },
    };
  },
});

function describe({ key, label, type, custom, options, reference }: CatalogueField) {
  return {
    field: key,
    label,
    type,
    custom,
    ...(options ? { options: [...options] } : {}),
    ...(reference ? { reference } : {}),
  };
}
