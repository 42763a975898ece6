import { sql } from "kysely";
import { activitiesOf, opportunitiesOf } from "../related-lists.ts";
import type { Party } from "../related-lists.ts";
import { findCompany } from "./companies.store.ts";

const party: Party = {
  noun: "company",
  section: "Companies",
  path: "/companies",
  opportunityAliases: [
    "GET /companies/:id/deals",
    "GET /customers/:id/deals",
    "GET /customers/:id/opportunities",
  ],
  activityAliases: ["GET /customers/:id/activities"],
  readScope: "companies:read",
  find: findCompany,
  opportunities: (id) => sql<boolean>`opportunities.company_id = ${id}`,
};

export const listCompanyOpportunities = opportunitiesOf(party);
export const listCompanyActivities = activitiesOf(party);
