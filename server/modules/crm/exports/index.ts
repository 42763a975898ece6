import { module } from "../../../kernel/operation.ts";
import { exportCrm } from "./export-crm.ts";
import { createExportView, deleteExportView, listExportViews, updateExportView } from "./export-views.ts";
import { getExportFieldCatalog } from "./get-field-catalog.ts";
import { previewExportTemplate, runExportTemplate } from "./run-templates.ts";
import { templatesCrud } from "./templates.crud.ts";
import { createExportTemplate, updateExportTemplate } from "./write-templates.ts";

export const crmExports = module({
  name: "exports",
  operations: [
    exportCrm,
    getExportFieldCatalog,
    templatesCrud.list,
    templatesCrud.get,
    createExportTemplate,
    updateExportTemplate,
    templatesCrud.remove,
    previewExportTemplate,
    runExportTemplate,
    listExportViews,
    createExportView,
    updateExportView,
    deleteExportView,
  ],
  rows: [templatesCrud.rows, { table: "export_views", noun: "export_view", is: "record" }],
});
