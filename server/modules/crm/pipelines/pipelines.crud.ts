import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { NameField, lookFields, lookValues, positionField } from "./pipeline-fields.ts";
import { PipelineRecord } from "./pipeline.ts";
import { presentPipelines } from "./pipelines.store.ts";

export const pipelinesCrud = crud({
  noun: "pipeline",
  plural: "pipelines",
  table: "pipelines",
  surface: workspaceApi,
  section: "Pipelines",
  path: "/pipelines",
  scopes: { read: ["pipelines:read"], write: ["pipelines:write"] },
  record: PipelineRecord,
  sort: { column: "position", direction: "asc", kind: "number" },
  present: (ctx, rows) => presentPipelines(ctx, rows),
  fields: { name: NameField, ...lookFields, position: positionField },
  values: (_ctx, { position, ...look }: { position?: number; name?: string }) => ({
    ...lookValues(look),
    ...(position === undefined ? {} : { position }),
  }),
  examples: { update: { name: "Renovations" } },
  summaries: {
    list: "List pipelines in order, with their stages.",
    get: "Get one pipeline with its stages.",
    update: "Change a pipeline's name, description, colour or place; what is not sent stays.",
  },
  preloaded: true,
});
