import { module } from "../../../kernel/operation.ts";
import {
  bulkCreateOpportunities,
  bulkDeleteOpportunities,
  bulkMoveOpportunities,
} from "./bulk-opportunities.ts";
import { createOpportunity } from "./create-opportunity.ts";
import { createLineCost, deleteLineCost, listLineCosts, updateLineCost } from "./line-costs.ts";
import { listOpportunities } from "./list-opportunities.ts";
import { addOpportunityCard, moveOpportunity } from "./move-opportunity.ts";
import { opportunitiesCrud } from "./opportunities.crud.ts";
import {
  addOpportunityContact,
  assignOpportunityUser,
  listOpportunityContacts,
  listOpportunityUsers,
  removeOpportunityContact,
  unassignOpportunityUser,
} from "./opportunity-people.ts";
import {
  listOpportunityActivities,
  listOpportunityTasks,
  listOpportunityWorkOrders,
} from "./opportunity-records.ts";
import {
  addOpportunityProduct,
  linesCrud,
  removeOpportunityProduct,
  reorderOpportunityProducts,
  updateOpportunityProduct,
} from "./product-lines.ts";
import { searchOpportunities } from "./search-opportunities.ts";
import { updateOpportunity } from "./update-opportunity.ts";

export const opportunities = module({
  name: "opportunities",
  operations: [
    listOpportunities,
    createOpportunity,
    opportunitiesCrud.get,
    updateOpportunity,
    opportunitiesCrud.remove,
    searchOpportunities,
    moveOpportunity,
    addOpportunityCard,
    linesCrud.list,
    addOpportunityProduct,
    updateOpportunityProduct,
    removeOpportunityProduct,
    reorderOpportunityProducts,
    listLineCosts,
    createLineCost,
    updateLineCost,
    deleteLineCost,
    listOpportunityContacts,
    addOpportunityContact,
    removeOpportunityContact,
    listOpportunityUsers,
    assignOpportunityUser,
    unassignOpportunityUser,
    listOpportunityActivities,
    listOpportunityTasks,
    listOpportunityWorkOrders,
    bulkCreateOpportunities,
    bulkDeleteOpportunities,
    bulkMoveOpportunities,
  ],
});
