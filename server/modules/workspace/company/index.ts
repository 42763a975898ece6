import { module } from "../../../kernel/operation.ts";
import { getCompanySettings } from "./get-company-settings.ts";
import { updateCompanySettings } from "./update-company-settings.ts";

export const company = module({
  name: "company",
  operations: [getCompanySettings, updateCompanySettings],
});
