import { module } from "../../../kernel/operation.ts";
import { applyCrmTemplate } from "./apply-template.ts";
import { templatesCrud } from "./templates.crud.ts";

export const crmTemplates = module({
  name: "crm-templates",
  operations: [
    templatesCrud.list,
    templatesCrud.get,
    templatesCrud.create,
    templatesCrud.update,
    templatesCrud.remove,
    applyCrmTemplate,
  ],
});
