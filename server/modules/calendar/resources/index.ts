import { module } from "../../../kernel/operation.ts";
import { deleteResource } from "./delete-resource.ts";
import { resourcesCrud } from "./resources.crud.ts";
import { getTravelTimes, setTravelTimes } from "./travel-times-operations.ts";

export const schedulingResources = module({
  name: "scheduling-resources",
  operations: [
    resourcesCrud.list,
    resourcesCrud.create,
    resourcesCrud.get,
    resourcesCrud.update,
    deleteResource,
    getTravelTimes,
    setTravelTimes,
  ],
});
