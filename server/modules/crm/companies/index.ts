import { module } from "../../../kernel/operation.ts";
import { bulkCreateCompanies, bulkDeleteCompanies } from "./bulk-companies.ts";
import { companiesCrud } from "./companies.crud.ts";
import { listCompanyActivities, listCompanyOpportunities } from "./company-lists.ts";
import { createCompany } from "./create-company.ts";
import { listCompanyContacts } from "./list-company-contacts.ts";
import { searchCompanies } from "./search-companies.ts";
import { updateCompany } from "./update-company.ts";

export const companies = module({
  name: "companies",
  operations: [
    companiesCrud.list,
    companiesCrud.get,
    createCompany,
    updateCompany,
    companiesCrud.remove,
    searchCompanies,
    listCompanyContacts,
    listCompanyOpportunities,
    listCompanyActivities,
    bulkCreateCompanies,
    bulkDeleteCompanies,
  ],
  rows: [companiesCrud.rows],
});
