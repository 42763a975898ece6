import { module } from "../../../kernel/operation.ts";
import { approvalsCrud } from "./approvals.crud.ts";
import { approveApproval } from "./approve-approval.ts";
import { assignApproval } from "./assign-approval.ts";
import { rejectApproval } from "./reject-approval.ts";
import { traces } from "../../../kernel/row-kinds.ts";

export const approvals = module({
  name: "approvals",
  operations: [approvalsCrud.list, approvalsCrud.get, approveApproval, rejectApproval, assignApproval],
  rows: traces("approvals"),
});
