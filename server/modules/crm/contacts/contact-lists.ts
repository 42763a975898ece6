import { sql } from "kysely";
import { activitiesOf, opportunitiesOf } from "../related-lists.ts";
import type { Party } from "../related-lists.ts";
import { findContact } from "./contacts.store.ts";

const party: Party = {
  noun: "contact",
  section: "Contacts",
  path: "/contacts",
  opportunityAliases: ["GET /contacts/:id/deals"],
  readScope: "contacts:read",
  find: findContact,
  // As the primary contact, or as one of the people besides.
  opportunities: (id) => sql<boolean>`opportunities.id in (
    select own.id from opportunities own
     where own.workspace_id = (select current_workspace()) and own.contact_id = ${id}
    union
    select besides.opportunity_id from opportunity_contacts besides
     where besides.workspace_id = (select current_workspace()) and besides.contact_id = ${id})`,
};

export const listContactOpportunities = opportunitiesOf(party);
export const listContactActivities = activitiesOf(party);
