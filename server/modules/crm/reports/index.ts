import { module } from "../../../kernel/operation.ts";
import {
  grantReportDashboardAcl,
  listReportDashboardAcl,
  revokeReportDashboardAcl,
} from "./dashboards/acl-operations.ts";
import {
  createReportCard,
  deleteReportCard,
  reorderReportCards,
  updateReportCard,
} from "./dashboards/card-operations.ts";
import { createReportDashboard } from "./dashboards/create-report-dashboard.ts";
import {
  deleteReportDashboard,
  getReportDashboard,
  listReportDashboards,
  updateReportDashboard,
} from "./dashboards/dashboard-operations.ts";
import { listReportTemplates } from "./dashboards/list-report-templates.ts";
import { renderDigestJob } from "./digest/render-digest.job.ts";
import { sendReport } from "./digest/send-report.ts";
import { deleteReportFunnel, getReportFunnel, setReportFunnel } from "./funnels/funnel-operations.ts";
import { listReportSources } from "./query/list-report-sources.ts";
import { queryReport } from "./query/query-report.ts";
import { parts, traces } from "../../../kernel/row-kinds.ts";

export const reports = module({
  name: "reports",
  operations: [
    queryReport,
    listReportSources,
    listReportTemplates,
    createReportDashboard,
    listReportDashboards,
    getReportDashboard,
    updateReportDashboard,
    deleteReportDashboard,
    listReportDashboardAcl,
    grantReportDashboardAcl,
    revokeReportDashboardAcl,
    createReportCard,
    updateReportCard,
    deleteReportCard,
    reorderReportCards,
    sendReport,
    getReportFunnel,
    setReportFunnel,
    deleteReportFunnel,
  ],
  jobs: [renderDigestJob],
  rows: [
    { table: "report_dashboards", noun: "report_dashboard", is: "record" },
    { table: "report_cards", noun: "report_card", is: "record" },
    { table: "report_funnels", noun: "report_funnel", is: "record" },
    ...parts("report_dashboard_acl"),
    ...traces("report_digests"),
  ],
});
