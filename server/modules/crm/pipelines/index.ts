import { module } from "../../../kernel/operation.ts";
import { createPipeline } from "./create-pipeline.ts";
import { deletePipeline } from "./delete-pipeline.ts";
import { getPipelineSummary } from "./get-pipeline-summary.ts";
import { listPipelineDeals } from "./list-pipeline-deals.ts";
import { pipelinesCrud } from "./pipelines.crud.ts";
import { rebalanceStage } from "./stage-order.store.ts";
import { createStage, deleteStage, stagesCrud, updateStage } from "./stages.ts";

export const pipelines = module({
  name: "pipelines",
  operations: [
    pipelinesCrud.list,
    createPipeline,
    pipelinesCrud.get,
    pipelinesCrud.update,
    deletePipeline,
    stagesCrud.list,
    createStage,
    updateStage,
    deleteStage,
    listPipelineDeals,
    getPipelineSummary,
  ],
  jobs: [rebalanceStage],
  rows: [pipelinesCrud.rows, stagesCrud.rows],
});
