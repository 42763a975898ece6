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
  tellLink,
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
  rows: [
    opportunitiesCrud.rows,
    linesCrud.rows,
    { table: "opportunity_product_costs", noun: "opportunity_product_cost", is: "record" },
    {
      table: "opportunity_contacts",
      noun: "opportunity_contact",
      is: "part",
      gone: {
        contact_id: (ctx, row: { opportunity_id: string; contact_id: string }) =>
          tellLink(ctx, row.opportunity_id, { contact_removed: row.contact_id }),
      },
    },
    {
      table: "opportunity_users",
      noun: "opportunity_user",
      is: "part",
      gone: {
        user_id: (ctx, row: { opportunity_id: string; user_id: string }) =>
          tellLink(ctx, row.opportunity_id, { user_removed: row.user_id }),
      },
    },
    { table: "opportunity_placements", noun: "card", is: "part" },
    { table: "referrals", noun: "referral", is: "part" },
  ],
});
