import { module } from "../../../kernel/operation.ts";
import { activitiesCrud } from "./activities.crud.ts";
import { createActivity } from "./create-activity.ts";

const { list, get, update, remove } = activitiesCrud;

export const activities = module({
  name: "activities",
  operations: [list, get, createActivity, update, remove],
  rows: [activitiesCrud.rows],
});
