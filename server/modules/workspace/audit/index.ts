import { module } from "../../../kernel/operation.ts";
import { listCrmLogs } from "./list-crm-logs.ts";

export const audit = module({ name: "audit", operations: [listCrmLogs] });
