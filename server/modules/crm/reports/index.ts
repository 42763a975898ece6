import { module } from "../../../kernel/operation.ts";
import { listReportSources } from "./query/list-report-sources.ts";
import { queryReport } from "./query/query-report.ts";

export const reports = module({
  name: "reports",
  operations: [queryReport, listReportSources],
});
